import { Slots } from './slots';

test('no more than so many run at a time, and each gets its turn in order', async () => {
  const slots = new Slots(2);
  const started: number[] = [];
  const ends: (() => void)[] = [];
  const task = (n: number) =>
    slots.run(() => {
      started.push(n);
      return new Promise<void>((resolve) => ends.push(resolve));
    });
  const all = [1, 2, 3, 4].map(task);
  expect(started).toEqual([1, 2]);
  ends[1]?.();
  await all[1];
  expect(started).toEqual([1, 2, 3]);
  ends[0]?.();
  await all[0];
  ends[2]?.();
  ends[3]?.();
  await Promise.all(all);
  expect(started).toEqual([1, 2, 3, 4]);
});

test('a task that fails gives its place back', async () => {
  const slots = new Slots(1);
  await expect(slots.run(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await slots.run(() => Promise.resolve('next'))).toBe('next');
});
