import { blockOf, parseCidr } from '@podlag/core';
import { passMinor, type Side } from '../tree/qdisc-tree';
import type { Verdict } from '../tree/rules';
import { layoutOf, type Entry } from './layout';
import type { Way } from './match-keys';

const plain: Verdict<number> = { portRules: [], otherwise: 0x10 };

function sideFor(block: string, verdict = plain, everybody = passMinor): Side {
  return { classes: [], rules: { blocks: [{ block: blockOf(parseCidr(block)), verdict }], everybody } };
}

/** As tc writes it: where, what it matches, where to. */
function line({ place, keys, target }: Entry): string {
  const hex = (word: number, digits = 1): string => word.toString(16).padStart(digits, '0');
  const where = place.table === 'root' ? `pref ${place.pref}` : `${hex(place.table)}:${hex(place.bucket)}`;
  const match = keys
    .map(({ value, mask, offset }) => `${hex(value, 8)}/${hex(mask, 8)} at ${offset}`)
    .join(', ');
  if (target.kind === 'class') return `${where}: ${match} -> ${target.flowid}`;
  if (target.kind === 'verdict') return `${where}: ${match} -> verdict of ${target.verdict.nodes.length}`;
  return `${where}: ${match} -> ${hex(target.link)}: by ${hex(target.hash.mask, 8)} at ${target.hash.offset}`;
}

const everything = '00000000/00000000 at 0';

test.each<[string, Way, string, { links: string[]; ladder: string[] }]>([
  [
    'a single IPv4 address, by its last two bytes',
    'egress',
    '10.1.2.3/32',
    {
      links: [
        `pref 100: ${everything} -> 1: by 0000ff00 at 16`,
        `1:2: ${everything} -> 102: by 000000ff at 16`,
      ],
      ladder: ['102:3: 0a010203/ffffffff at 16 -> 1:10'],
    },
  ],
  [
    'a single IPv4 address of one who sends',
    'ingress',
    '10.1.2.3/32',
    {
      links: [
        `pref 100: ${everything} -> 1: by 0000ff00 at 12`,
        `1:2: ${everything} -> 102: by 000000ff at 12`,
      ],
      ladder: ['102:3: 0a010203/ffffffff at 12 -> 1:10'],
    },
  ],
  [
    'a single IPv6 address',
    'egress',
    'fd00::1234/128',
    {
      links: [
        `pref 101: ${everything} -> 2: by 0000ff00 at 36`,
        `2:12: ${everything} -> 212: by 000000ff at 36`,
      ],
      ladder: [
        '212:34: fd000000/ffffffff at 24, 00000000/ffffffff at 28, 00000000/ffffffff at 32, 00001234/ffffffff at 36 -> 1:10',
      ],
    },
  ],
  [
    'an IPv4 block, by its last eight bits',
    'egress',
    '10.20.16.0/20',
    {
      links: [`pref 212: ${everything} -> 24: by 000ff000 at 16`],
      ladder: ['24:41: 0a141000/fffff000 at 16 -> 1:10'],
    },
  ],
  [
    'a wide IPv4 block, without a table',
    'egress',
    '64.0.0.0/3',
    { links: [], ladder: ['pref 229: 40000000/e0000000 at 16 -> 1:10'] },
  ],
  ['all of IPv4', 'egress', '0.0.0.0/0', { links: [], ladder: [`pref 232: ${everything} -> 1:10`] }],
  [
    'an IPv6 block',
    'ingress',
    'fd00:12::/32',
    {
      links: [`pref 396: ${everything} -> a0: by 000000ff at 8`],
      ladder: ['a0:12: fd000012/ffffffff at 8 -> 1:10'],
    },
  ],
  [
    'an IPv6 block that has only begun its second word, by the bits that lie in it',
    'egress',
    'fd00:0:c000::/34',
    {
      links: [`pref 394: ${everything} -> a2: by c0000000 at 28`],
      ladder: ['a2:3: fd000000/ffffffff at 24, c0000000/c0000000 at 28 -> 1:10'],
    },
  ],
])('%s', (_, way, block, { links, ladder }) => {
  const layout = layoutOf(sideFor(block), way, []);
  expect(layout.links.map(line)).toEqual(links);
  expect(layout.ladder.map(line)).toEqual(ladder);
});

test('everything else comes last, and is not there when it is passed', () => {
  const lines = (everybody: number): string[] =>
    layoutOf(sideFor('10.0.0.0/8', plain, everybody), 'egress', []).ladder.map(line);
  expect(lines(0x11).at(-1)).toBe(`pref 60000: ${everything} -> 1:11`);
  expect(lines(passMinor)).toHaveLength(1);
});

test('blocks with the same verdict by ports share one table of filters, in the order of the rules', () => {
  const verdict: Verdict<number> = {
    portRules: [
      { protocol: 'tcp', ports: { first: 2379, last: 2380 }, to: 0x11 },
      { protocol: 'icmp', ports: undefined, to: passMinor },
    ],
    otherwise: 0x10,
  };
  const blocks = ['10.0.0.1/32', '10.0.0.2/32', 'fd00::1/128'].map((text) => ({
    block: blockOf(parseCidr(text)),
    verdict: { ...verdict },
  }));
  const { ladder } = layoutOf({ classes: [], rules: { blocks, everybody: passMinor } }, 'egress', []);
  const contents = ladder.map(({ target }) => (target.kind === 'verdict' ? target.verdict.content : ''));
  expect(contents[0]).toBe(contents[1]);
  expect(contents[0]).not.toBe(contents[2]);
  const [first] = ladder;
  expect(first?.target.kind === 'verdict' && first.target.verdict.nodes).toEqual([
    {
      flowid: '1:11',
      keys: [
        { value: 0x05000000, mask: 0x0f000000, offset: 0 },
        { value: 0, mask: 0x1fff, offset: 4 },
        { value: 0x00060000, mask: 0x00ff0000, offset: 8 },
        { value: 2379, mask: 0xffff, offset: 20 },
      ],
    },
    { flowid: '1:11', keys: expect.arrayContaining([{ value: 2380, mask: 0xffff, offset: 20 }]) },
    { flowid: '1:1', keys: [{ value: 0x00010000, mask: 0x00ff0000, offset: 8 }] },
    { flowid: '1:10', keys: [{ value: 0, mask: 0, offset: 0 }] },
  ]);
});

test.each<[string, Way, string[]]>([
  ['what leaves', 'egress', ['091c0000/ffff0000 at 20', '091c0000/ffff0000 at 40']],
  ['what comes', 'ingress', ['0000091c/0000ffff at 20', '0000091c/0000ffff at 40']],
])(
  'a port of the pod is exempt in %s, over IPv4 and IPv6, beside ARP and neighbour discovery',
  (_, way, ports) => {
    const exempt = {
      protocol: 'tcp',
      peers: undefined,
      localPorts: [{ first: 2332, last: 2332 }],
      peerPorts: undefined,
    } as const;
    const lines = layoutOf(sideFor('10.0.0.1/32'), way, [exempt]).exemptions.map(line);
    expect(lines).toEqual([
      `pref 1: ${everything} -> 1:1`,
      'pref 3: 00003a00/0000ff00 at 4, 85000000/ff000000 at 40 -> 1:1',
      'pref 3: 00003a00/0000ff00 at 4, 86000000/fe000000 at 40 -> 1:1',
      'pref 3: 00003a00/0000ff00 at 4, 88000000/fe000000 at 40 -> 1:1',
      `pref 2: 05000000/0f000000 at 0, 00000000/00001fff at 4, 00060000/00ff0000 at 8, ${ports[0]!} -> 1:1`,
      `pref 3: 00000600/0000ff00 at 4, ${ports[1]!} -> 1:1`,
    ]);
  },
);

test('an exemption of ports without a protocol is one of TCP and UDP; peers and both ports come into one filter', () => {
  const exempt = {
    protocol: undefined,
    peers: [parseCidr('10.0.0.7')],
    localPorts: [{ first: 80, last: 80 }],
    peerPorts: [{ first: 443, last: 443 }],
  } as const;
  const lines = layoutOf(sideFor('10.0.0.1/32'), 'egress', [exempt]).exemptions.map(line);
  expect(lines.slice(4)).toEqual(
    ['0006', '0011'].map(
      (protocol) =>
        `pref 2: 05000000/0f000000 at 0, 00000000/00001fff at 4, ${protocol}0000/00ff0000 at 8, 0a000007/ffffffff at 16, 005001bb/ffffffff at 20 -> 1:1`,
    ),
  );
});
