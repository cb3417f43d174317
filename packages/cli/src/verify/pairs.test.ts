import * as fc from 'fast-check';
import type { ReachedAgent } from '../agents/agents';
import type { Source } from './end';
import { allEnds, pairRounds, sampled } from './pairs';

/** Nobody is called. */
const agent = {} as ReachedAgent;
const source = (name: string): Source => ({ name, address: '10.1.0.1', agent });
const sources = (count: number): Source[] => Array.from({ length: count }, (_, index) => source(`p${index}`));
const names = (rounds: ReturnType<typeof pairRounds>): string[][] =>
  rounds.map((pairs) => pairs.map(({ from, to }) => `${from.name} ${to.name}`));

test('each pair is measured both ways, one after the other', () => {
  expect(names(pairRounds({ sources: sources(2), destination: undefined }))).toEqual([['p0 p1'], ['p1 p0']]);
});

test('one destination is measured by one at a time, and not by itself', () => {
  const all = sources(3);
  expect(names(pairRounds({ sources: all, destination: all[1] }))).toEqual([['p0 p1'], ['p2 p1']]);
  expect(allEnds({ sources: all, destination: all[1] })).toHaveLength(3);
  const stranger = { ...source('far'), agent: undefined };
  expect(names(pairRounds({ sources: all, destination: stranger })).flat()).toHaveLength(3);
  expect(allEnds({ sources: all, destination: stranger })).toHaveLength(4);
});

test('a sample has as many pairs as it may, of almost all pods alike, and nobody twice in a round', () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 30 }), fc.integer({ min: 1, max: 300 }), (count, most) => {
      const rounds = pairRounds({ sources: sources(count), destination: undefined });
      const sample = sampled(rounds, most);
      expect(sample.flat()).toHaveLength(Math.min(most, rounds.flat().length));
      expect(new Set(sample.flat()).size).toBe(sample.flat().length);
      for (const pairs of sample) {
        const busy = pairs.flatMap(({ from, to }) => [from.name, to.name]);
        expect(new Set(busy).size).toBe(busy.length);
      }
    }),
  );
});
