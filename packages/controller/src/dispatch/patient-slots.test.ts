import { FakeClock } from '@podlag/core/testing';
import { PatientSlots } from './patient-slots';

function bed(sizes: { readonly most: number; readonly mostLate: number }) {
  const clock = new FakeClock();
  const slots = new PatientSlots({ clock, lateMs: 1_000, ...sizes });
  const started: string[] = [];
  const ends = new Map<string, () => void>();
  const run = (name: string) =>
    slots.run(() => {
      started.push(name);
      return new Promise<string>((resolve) => ends.set(name, () => resolve(name)));
    });
  /** What was due has happened, as far as it goes. */
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  return { clock, slots, started, run, end: (name: string) => ends.get(name)?.(), settle };
}

test('a task that is late gives its slot to the next, and is waited for', async () => {
  const { clock, started, run, end, settle } = bed({ most: 1, mostLate: 9 });
  const [slow] = ['slow', 'next'].map(run);
  clock.advance(999);
  await settle();
  expect(started).toEqual(['slow']);
  clock.advance(1);
  await settle();
  expect(started).toEqual(['slow', 'next']);
  end('slow');
  expect(await slow).toBe('slow');
});

test('late tasks are no more than so many: the next keeps its slot until one of them has ended', async () => {
  const { clock, started, run, end, settle } = bed({ most: 1, mostLate: 1 });
  for (const name of ['one', 'two', 'three']) void run(name);
  for (const names of [
    ['one', 'two'],
    ['one', 'two'],
  ]) {
    clock.advance(1_000);
    await settle();
    expect(started).toEqual(names);
  }
  end('one');
  await settle();
  expect(started).toEqual(['one', 'two', 'three']);
});

test('a task that ends in time leaves nothing behind, whether it has failed or not', async () => {
  const { clock, slots, run, end } = bed({ most: 1, mostLate: 1 });
  const one = run('one');
  end('one');
  expect(await one).toBe('one');
  await expect(slots.run(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(clock.nextAt).toBeUndefined();
  expect(await slots.run(() => Promise.resolve('next'))).toBe('next');
});
