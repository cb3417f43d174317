import { InFlight } from './in-flight';

test('there is room until the most are under way, and again when one of them is over', async () => {
  const inFlight = new InFlight(2);
  const ends: (() => void)[] = [];
  const start = (): Promise<void> => inFlight.run(() => new Promise<void>((resolve) => ends.push(resolve)));
  await inFlight.room();
  const [first] = [start(), start()];
  expect(inFlight.isFull).toBe(true);
  let hasRoom = false;
  const room = inFlight.room().then(() => (hasRoom = true));
  await new Promise((resolve) => setImmediate(resolve));
  expect(hasRoom).toBe(false);
  ends[0]!();
  await first;
  await room;
  expect(inFlight.isFull).toBe(false);
});

test('a task that fails makes room as well', async () => {
  const inFlight = new InFlight(1);
  await expect(inFlight.run(() => Promise.reject(new Error('refused')))).rejects.toThrow('refused');
  await inFlight.room();
  expect(inFlight.isFull).toBe(false);
});
