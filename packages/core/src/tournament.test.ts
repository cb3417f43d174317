import * as fc from 'fast-check';
import { tournament } from './tournament';

const players = fc
  .integer({ min: 0, max: 40 })
  .map((count) => Array.from({ length: count }, (_, index) => index));

test('everybody meets everybody else exactly once', () => {
  fc.assert(
    fc.property(players, (all) => {
      const met = tournament(all)
        .flat()
        .map((meeting) => meeting.toSorted((one, other) => one - other).join(' '));
      const expected = all.flatMap((one) => all.slice(one + 1).map((other) => `${one} ${other}`));
      expect(met.toSorted()).toEqual(expected.toSorted());
    }),
  );
});

test('in one round nobody meets two, and the rounds are as few as can be', () => {
  fc.assert(
    fc.property(players, (all) => {
      const rounds = tournament(all);
      for (const round of rounds) expect(new Set(round.flat()).size).toBe(2 * round.length);
      const fewest = all.length < 2 ? all.length : all.length - 1 + (all.length % 2);
      expect(rounds).toHaveLength(fewest);
    }),
  );
});
