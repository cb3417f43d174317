import { Duration, prefixMask, Ratio } from '@podlag/core';
import fc from 'fast-check';
import type { Profile } from '../profile/profile';
import { firstShapedMinor, passMinor, type QdiscTree, type Side } from '../tree/qdisc-tree';
import type { AddressRule, Block, Packet, PortRule, Rules, Verdict } from '../tree/rules';

/** Trees and packets for property tests: few addresses, so that blocks nest, meet and share their last bytes. */

const never = { ratio: Ratio.zero, correlation: Ratio.zero };

const profiles = new Map<number, Profile>();

/** A delay alone; the same object for the same delay. */
export function delayed(milliseconds: number): Profile {
  const known = profiles.get(milliseconds);
  if (known) return known;
  const made: Profile = {
    delay: {
      time: Duration.parse(`${milliseconds}ms`),
      jitter: Duration.zero,
      correlation: Ratio.zero,
      shape: undefined,
    },
    loss: { kind: 'random', ...never },
    duplicate: never,
    corrupt: never,
    reorder: { ...never, gap: 0 },
    rate: undefined,
    seed: undefined,
  };
  profiles.set(milliseconds, made);
  return made;
}

const minors = [
  passMinor,
  firstShapedMinor,
  firstShapedMinor + 1,
  firstShapedMinor + 2,
  firstShapedMinor + 3,
];
const minor = fc.constantFrom(...minors);

/** The same class has the same profile in every tree: no leaf changes while its packets do. */
function classesOf(used: ReadonlySet<number>): Side['classes'] {
  return minors
    .filter((one) => one !== passMinor && used.has(one))
    .map((one) => ({ minor: one, faults: [`fault-${one}`], profile: delayed(one) }));
}

const lastBytes = fc.constantFrom(0, 1, 2, 0x80, 0xfe, 0xff);
const word4 = fc
  .tuple(fc.constantFrom(10, 11, 192), lastBytes, lastBytes, lastBytes)
  .map(([a, b, c, d]) => ((a << 24) | (b << 16) | (c << 8) | d) >>> 0);
const word6 = fc.constantFrom(0, 1, 0xff00, 0xffffffff, 0x80000000);

function masked(words: readonly number[], prefixLength: number): readonly number[] {
  return words.map((word, index) => (word & prefixMask(prefixLength, index)) >>> 0);
}

const address = {
  4: word4.map((word): readonly number[] => [word]),
  6: fc.tuple(fc.constantFrom(0xfd000000, 0xfd010000), word6, word6, word6) as fc.Arbitrary<
    readonly number[]
  >,
};

const block: fc.Arbitrary<Block> = fc.oneof(
  fc
    .tuple(address[4], fc.constantFrom(0, 1, 7, 8, 9, 15, 16, 23, 24, 25, 31, 32, 32))
    .map(([words, prefixLength]): Block => ({ family: 4, words: masked(words, prefixLength), prefixLength })),
  fc
    .tuple(address[6], fc.constantFrom(0, 7, 8, 32, 33, 36, 48, 64, 65, 97, 112, 127, 128, 128))
    .map(([words, prefixLength]): Block => ({ family: 6, words: masked(words, prefixLength), prefixLength })),
);

const port = fc.constantFrom(1, 79, 80, 81, 2379, 2380, 20160, 20180, 65535);
const portRule: fc.Arbitrary<PortRule<number>> = fc
  .record({
    protocol: fc.constantFrom('tcp' as const, 'udp' as const, 'icmp' as const),
    ports: fc.option(
      fc
        .tuple(port, port)
        .map(([one, other]) => ({ first: Math.min(one, other), last: Math.max(one, other) })),
      { nil: undefined },
    ),
    to: minor,
  })
  .map((rule) => (rule.protocol === 'icmp' ? { ...rule, ports: undefined } : rule));

const verdict: fc.Arbitrary<Verdict<number>> = fc.record({
  portRules: fc.oneof(
    { weight: 2, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: fc.array(portRule, { maxLength: 3 }) },
  ),
  otherwise: minor,
});

/** Longest prefix first, each block once, as classify makes them. */
function rulesOf(found: readonly AddressRule<number>[], everybody: number): Rules<number> {
  const once = new Map(found.map((rule) => [JSON.stringify(rule.block), rule]));
  const blocks = [...once.values()].sort((one, other) => other.block.prefixLength - one.block.prefixLength);
  return { blocks, everybody };
}

export const side: fc.Arbitrary<Side> = fc
  .tuple(fc.array(fc.record({ block, verdict }), { maxLength: 14 }), fc.oneof(fc.constant(passMinor), minor))
  .map(([found, everybody]) => {
    const rules = rulesOf(found, everybody);
    const used = new Set([
      everybody,
      ...found.flatMap((rule) => [rule.verdict.otherwise, ...rule.verdict.portRules.map(({ to }) => to)]),
    ]);
    return { classes: classesOf(used), rules };
  });

const optionalSide = fc.option(side, { nil: undefined, freq: 5 });

export const tree: fc.Arbitrary<QdiscTree> = fc.record({
  device: fc.constant('eth0'),
  exemptions: fc.constantFrom([], [exemptPort(2332)], [exemptPort(2332), exemptPort(80)]),
  egress: optionalSide,
  ingress: optionalSide,
});

function exemptPort(one: number): QdiscTree['exemptions'][number] {
  return {
    protocol: 'tcp',
    peers: undefined,
    localPorts: [{ first: one, last: one }],
    peerPorts: undefined,
  };
}

/** Packets near the blocks. */
export const packet: fc.Arbitrary<Packet> = fc
  .tuple(
    fc.constantFrom(4 as const, 6 as const),
    fc.constantFrom<Packet['protocol'][]>('tcp', 'udp', 'icmp', 'other'),
    fc.boolean(),
    port,
    port,
  )
  .chain(([family, protocol, fragment, peerPort, localPort]) =>
    address[family].map((peer): Packet => {
      const portful = (protocol === 'tcp' || protocol === 'udp') && !(fragment && family === 4);
      return {
        family,
        peer,
        protocol,
        peerPort: portful ? peerPort : undefined,
        localPort: portful ? localPort : undefined,
      };
    }),
  );

/** Where the packet goes, straight from what the tree says; slow and plain. */
export function expectedMinor({ exemptions }: QdiscTree, asked: Side | undefined, one: Packet): number {
  if (asked === undefined || exemptions.some((exemption) => isExempt(exemption, one))) return passMinor;
  const found = asked.rules.blocks
    .filter(
      ({ block: { family, words, prefixLength } }) =>
        family === one.family && masked(one.peer, prefixLength).every((word, index) => word === words[index]),
    )
    .sort((left, right) => right.block.prefixLength - left.block.prefixLength)[0]?.verdict;
  if (!found) return asked.rules.everybody;
  return found.portRules.find((rule) => fits(rule, one))?.to ?? found.otherwise;
}

function isExempt({ protocol, localPorts = [] }: QdiscTree['exemptions'][number], one: Packet): boolean {
  const { localPort } = one;
  return (
    protocol === one.protocol &&
    localPort !== undefined &&
    localPorts.some((range) => within(range, localPort))
  );
}

function fits({ protocol, ports }: PortRule<number>, one: Packet): boolean {
  if (protocol !== one.protocol) return false;
  return ports === undefined || (one.peerPort !== undefined && within(ports, one.peerPort));
}

function within({ first, last }: { first: number; last: number }, one: number): boolean {
  return one >= first && one <= last;
}
