import { RecentlyTold } from './recently-told';

test('what was told is known for the period, and not longer', () => {
  const told = new RecentlyTold({ periodMs: 100, most: 10 });
  expect(told.has('a', 0)).toBe(false);
  told.add('a', 0);
  expect(told.has('a', 99)).toBe(true);
  expect(told.has('b', 99)).toBe(false);
  expect(told.has('a', 100)).toBe(false);
});

test('what was told anew is known for another period, and is not the oldest any more', () => {
  const told = new RecentlyTold({ periodMs: 100, most: 2 });
  told.add('a', 0);
  told.add('b', 1);
  told.add('a', 90);
  told.add('c', 91);
  expect(['a', 'b', 'c'].filter((key) => told.has(key, 92))).toEqual(['a', 'c']);
});

test('however much is told, no more than the most is remembered', () => {
  const told = new RecentlyTold({ periodMs: 100, most: 3 });
  for (let index = 0; index < 1_000; index++) told.add(String(index), 0);
  expect(told.size).toBe(3);
  expect(told.has('999', 0)).toBe(true);
});

test('what is forgotten can be told again', () => {
  const told = new RecentlyTold({ periodMs: 100, most: 3 });
  told.add('a', 0);
  told.forget('a');
  expect(told.has('a', 0)).toBe(false);
});
