import { compose } from '../profile/compose';
import { fault } from '../testing';
import { fallbackLeaf } from './fallback-leaf';
import type { BpfInstruction } from './operation';

const leafOf = (document: Record<string, unknown>) => fallbackLeaf(compose([fault(document)], 'egress'));

/** What the kernel's interpreter makes of a program, for the three instructions that are used (linux/filter.h). */
function verdict(program: readonly BpfInstruction[], random: number): number {
  let accumulator = NaN;
  for (let at = 0; at < program.length; at += 1) {
    const { code, jt, jf, k } = program[at]!;
    if (code === 0x20 && k === 4_294_963_256) accumulator = random;
    else if (code === 0x35) at += accumulator >= k ? jt : jf;
    else if (code === 0x06) return k;
    else throw new Error(`no such instruction: ${JSON.stringify(program[at])}`);
  }
  throw new Error('the program ran over its end');
}

const stolen = 4;
const goOn = 0xffff_ffff;

test.each([
  ['10%', 429_496_730],
  ['50%', 2 ** 31],
  ['0.0000001%', 4],
  ['99.9999999%', 2 ** 32 - 4],
])('of all random numbers, %s take the packet', (ratio, threshold) => {
  const { program = [] } = leafOf({ loss: { ratio } });
  expect([0, threshold - 1, threshold, 2 ** 32 - 1].map((random) => verdict(program, random))).toEqual([
    stolen,
    stolen,
    goOn,
    goOn,
  ]);
});

test.each([
  ['a partition', { partition: true }],
  ['the loss of everything', { loss: { ratio: '100%' } }],
])('%s takes every packet', (_, document) => {
  const { program = [] } = leafOf(document);
  expect([0, 2 ** 32 - 1].map((random) => verdict(program, random))).toEqual([stolen, stolen]);
});

test('a rate alone needs no program, and its queue is as long as netem’s would be', () => {
  const { program, rate, limit } = leafOf({ rate: '10mbit' });
  expect(program).toBeUndefined();
  expect(rate?.toString()).toBe('10mbit');
  expect(limit).toBe(1000);
});

test.each([
  ['gemodel', { gemodel: { p: '1%', r: '10%' } }],
  ['state', { state: { p13: '1%' } }],
])('a loss by the model %s is refused: it needs netem', (_, loss) => {
  expect(() => leafOf({ loss })).toThrow(expect.objectContaining({ code: 'netem-missing' }));
});
