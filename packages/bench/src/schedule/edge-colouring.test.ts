import fc from 'fast-check';
import { pairRounds } from './edge-colouring';

const numbers = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index);
const anybody = (): boolean => true;

/** Whether two may meet, at random but the same each time. */
const anyGraph = fc
  .tuple(fc.integer({ min: 0, max: 14 }), fc.array(fc.boolean(), { minLength: 105, maxLength: 105 }))
  .map(([count, edges]) => ({
    players: numbers(count),
    mayMeet: (one: number, other: number): boolean => {
      const [low, high] = [Math.min(one, other), Math.max(one, other)];
      return edges[(high * (high - 1)) / 2 + low] ?? false;
    },
  }));

test('all who may meet do so once, nobody else does, and nobody meets two in a round', () => {
  fc.assert(
    fc.property(anyGraph, ({ players, mayMeet }) => {
      const rounds = pairRounds(players, mayMeet);
      const met = rounds.flat().map((pair) => pair.toSorted((one, other) => one - other).join(' '));
      const expected = players.flatMap((one) =>
        players
          .slice(one + 1)
          .filter((other) => mayMeet(one, other))
          .map((other) => `${one} ${other}`),
      );
      expect(met.toSorted()).toEqual(expected.toSorted());
      for (const round of rounds) {
        expect(round.length).toBeGreaterThan(0);
        expect(new Set(round.flat()).size).toBe(2 * round.length);
      }
    }),
  );
});

test.each([
  ['two', 2, 1],
  ['five: one has to wait in each round', 5, 5],
  ['eight', 8, 7],
  ['nine', 9, 9],
])('everybody meets everybody in as few rounds as can be: %s', (_, count, fewest) => {
  expect(pairRounds(numbers(count), anybody)).toHaveLength(fewest);
});

test('two camps of any size take as many rounds as the larger one has members', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 }), (few, many) => {
      const rounds = pairRounds(numbers(few + many), (one, other) => one < few !== other < few);
      expect(rounds).toHaveLength(Math.max(few, many));
    }),
  );
});

test('groups that do not meet each other have their rounds at the same time', () => {
  const rounds = pairRounds(numbers(12), (one, other) => one % 3 === other % 3);
  expect(rounds.map(({ length }) => length)).toEqual([6, 6, 6]);
});

test('among three camps, whose graph has odd cycles, at most one round more than the most meetings of one', () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 5 }), (size) => {
      const rounds = pairRounds(numbers(3 * size), (one, other) => one % 3 !== other % 3);
      expect(rounds.length).toBeLessThanOrEqual(2 * size + 1);
    }),
  );
});
