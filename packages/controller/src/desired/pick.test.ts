import fc from 'fast-check';
import type { ParsedMode } from '@podlag/api';
import { picked } from './pick';
import { podOf } from './testing/small-world';

const pods = Array.from({ length: 10 }, (_, index) => podOf(`a-${index}`, `10.0.0.${index}`));
const names = (mode: ParsedMode, uid: string, from = pods) => picked(mode, uid, from).map(({ name }) => name);

test.each<[string, ParsedMode, number]>([
  ['all of them', { kind: 'all' }, 10],
  ['one', { kind: 'one' }, 1],
  ['as many as are asked', { kind: 'fixed', count: 3 }, 3],
  ['no more than there are', { kind: 'fixed', count: 30 }, 10],
  ['a percentage', { kind: 'percent', percent: 50 }, 5],
  ['a percentage of less than one pod is one', { kind: 'percent', percent: 1 }, 1],
])('%s', (_, mode, count) => {
  expect(picked(mode, 'uid', pods)).toHaveLength(count);
});

test('another object picks others', () => {
  const choices = Array.from({ length: 20 }, (_, index) => names({ kind: 'one' }, `uid-${index}`)[0]);
  expect(new Set(choices).size).toBeGreaterThan(3);
});

test('of pods with and without an agent those are picked that can do it', () => {
  const able = podOf('a-able', '10.0.0.99');
  const mute = pods.map((pod) => ({ ...pod, agent: undefined }));
  expect(picked({ kind: 'fixed', count: 3 }, 'uid', [...mute, able])).toEqual([able]);
  expect(picked({ kind: 'fixed', count: 3 }, 'uid', mute)).toHaveLength(3);
});

test('a pod that goes takes only its own place, and the order does not matter', () => {
  fc.assert(
    fc.property(
      fc.nat({ max: 9 }),
      fc.string(),
      fc.shuffledSubarray(pods, { minLength: 10 }),
      (gone, uid, shuffled) => {
        const mode: ParsedMode = { kind: 'fixed', count: 4 };
        const before = names(mode, uid);
        expect(names(mode, uid, shuffled).sort()).toEqual(before);
        const after = names(mode, uid, pods.toSpliced(gone, 1));
        expect(after).toEqual(expect.arrayContaining(before.filter((name) => name !== `a-${gone}`)));
      },
    ),
  );
});
