import type { QdiscTree, Side } from '@podlag/netem';
import { classesOf, renumbered } from './remembered-classes';

const verdict = { portRules: [{ protocol: 'tcp', ports: undefined, to: 16 }], otherwise: 17 } as const;
const block = { family: 4, words: [0x0a000000], prefixLength: 8 } as const;
const side = {
  classes: [
    { minor: 16, faults: ['a'] },
    { minor: 17, faults: ['a', 'b'] },
  ],
  rules: {
    blocks: [
      { block, verdict },
      { block: { ...block, words: [0x0b000000] }, verdict },
    ],
    everybody: 1,
  },
} as unknown as Side;
const tree: QdiscTree = { device: 'eth0', exemptions: [], egress: side, ingress: undefined };

test('classes get the numbers back that they had, wherever a number stands', () => {
  const found = renumbered(tree, {
    egress: [
      { minor: 40, faults: ['a', 'b'] },
      { minor: 50, faults: ['a'] },
    ],
  });
  expect(classesOf(found).egress).toEqual([
    { minor: 40, faults: ['a', 'b'] },
    { minor: 50, faults: ['a'] },
  ]);
  const [first, second] = found.egress!.rules.blocks;
  expect(first!.verdict).toMatchObject({ portRules: [{ to: 50 }], otherwise: 40 });
  expect(second!.verdict).toBe(first!.verdict);
  expect(found.egress!.rules.everybody).toBe(1);
});

test('what was written is what is found', () => {
  expect(renumbered(tree, classesOf(tree))).toEqual(tree);
});

test.each([
  ['a class is not remembered', [{ minor: 40, faults: ['a'] }]],
  [
    'two have the same number',
    [
      { minor: 40, faults: ['a'] },
      { minor: 40, faults: ['a', 'b'] },
    ],
  ],
])('a side keeps its numbers when %s', (_, egress) => {
  expect(renumbered(tree, { egress })).toEqual(tree);
});
