import { parseFault, printAddress, addressWords, printBlock, type Fault } from '@podlag/core';
import fc from 'fast-check';
import { classify } from './classify';
import { lookUp, meets } from './look-up';
import type { Packet, Rules } from './rules';

const partition = (name: string, rest: object): Fault => parseFault({ partition: true, ...rest }, name);

function printed({ blocks, everybody }: Rules<string>): readonly string[] {
  const lines = blocks.map(({ block, verdict: { portRules, otherwise } }) => {
    const rules = portRules.map(
      ({ protocol, ports, to }) => `${protocol}${ports ? ` ${ports.first}-${ports.last}` : ''} ${to}`,
    );
    return [printBlock(block), ...rules, otherwise].join(', ');
  });
  return [...lines, everybody];
}

const to = (...targets: object[]): object => ({ to: targets });
const ten = { cidr: '10.0.0.0/8' };

test.each<[string, Record<string, object>, string[]]>([
  ['a fault without targets meets everybody', { a: {} }, ['a']],
  ['nothing is asked for', {}, ['']],
  [
    'a block within a block meets both faults',
    { a: to(ten), b: to({ cidr: '10.1.0.0/16' }) },
    ['10.1.0.0/16, a+b', '10.0.0.0/8, a', ''],
  ],
  [
    'a block that says what the one around it says is left out',
    { a: to(ten, { cidr: '10.1.0.0/16' }) },
    ['10.0.0.0/8, a', ''],
  ],
  [
    'a block that is spared lies in the one that is not',
    { a: { ...to(ten), except: [{ cidr: '10.1.2.3' }] } },
    ['10.1.2.3/32, ', '10.0.0.0/8, a', ''],
  ],
  [
    'a block that is written with host bits is the block',
    { a: to({ cidr: '10.9.9.9/8' }) },
    ['10.0.0.0/8, a', ''],
  ],
  [
    'ports without a protocol are those of TCP and UDP',
    { a: to({ ...ten, ports: ['80-89', '90', 443] }) },
    ['10.0.0.0/8, tcp 80-90 a, tcp 443-443 a, udp 80-90 a, udp 443-443 a, ', ''],
  ],
  [
    'a protocol of every address is said once for each family',
    { a: to({ protocol: 'icmp' }) },
    ['0.0.0.0/0, icmp a, ', '::/0, icmp a, ', ''],
  ],
  [
    'an excepted port of everybody',
    { a: { except: [{ ports: [22], protocol: 'tcp' }] } },
    ['0.0.0.0/0, tcp 22-22 , a', '::/0, tcp 22-22 , a', 'a'],
  ],
  [
    'a host repeats the ports of the block around it',
    { a: to({ ...ten, ports: [80], protocol: 'tcp' }), b: to({ cidr: '10.0.0.1' }) },
    ['10.0.0.1/32, tcp 80-80 a+b, b', '10.0.0.0/8, tcp 80-80 a, ', ''],
  ],
])('%s', (_, documents, expected) => {
  const faults = Object.entries(documents).map(([name, document]) => partition(name, document));
  expect(printed(classify(faults, 'egress'))).toEqual(expected);
});

test('a fault of one direction is not seen in the other', () => {
  const faults = [partition('in', { direction: 'ingress' }), partition('two', { direction: 'both' })];
  expect(printed(classify(faults, 'egress'))).toEqual(['two']);
  expect(printed(classify(faults, 'ingress'))).toEqual(['in+two']);
});

// Few addresses, many lengths: blocks that nest, meet and repeat, down to one address and up to all.
const places = [
  '10.0.0.0',
  '10.0.0.1',
  '10.0.1.0',
  '10.128.0.0',
  '192.168.255.255',
  'fd00::',
  'fd00::1',
  'fd00:0:0:1::',
  'ff00::ffff',
];
const lengths = [0, 1, 7, 8, 9, 23, 24, 31, 32, 33, 64, 65, 127, 128];
const cidrs = fc
  .tuple(fc.constantFrom(...places), fc.constantFrom(...lengths))
  .map(([address, length]) => `${address}/${Math.min(length, address.includes(':') ? 128 : 32)}`);
const ports = fc.array(fc.constantFrom(1, 79, 80, 81, '80-90', '1-65535', '90-65535', 65535), {
  minLength: 1,
  maxLength: 3,
});
const targets = fc
  .record({ cidr: cidrs, ports, protocol: fc.constantFrom('tcp', 'udp', 'icmp') }, { requiredKeys: [] })
  .filter((target) => Object.keys(target).length > 0 && !(target.ports && target.protocol === 'icmp'));
const lists = fc.array(targets, { minLength: 1, maxLength: 5 });
const documents = fc.array(
  fc.record(
    { to: lists, except: lists, direction: fc.constantFrom('egress', 'ingress', 'both') },
    { requiredKeys: [] },
  ),
  { maxLength: 8 },
);
/** A border of a block is where errors live: the address itself, and the ones beside it. */
const packets: fc.Arbitrary<Packet> = fc
  .tuple(
    fc.constantFrom(...places),
    fc.constantFrom(-1, 0, 1, 0x100, 0x1000000),
    fc.constantFrom('tcp', 'udp', 'icmp', 'other'),
    fc.constantFrom(undefined, 0, 1, 2, 78, 79, 80, 81, 82, 89, 90, 91, 65534, 65535),
  )
  .map(([place, step, protocol, port]) => {
    const words = addressWords(place);
    const peer = words.map((word, index) => (index === words.length - 1 ? (word + step) >>> 0 : word));
    const peerPort = protocol === 'tcp' || protocol === 'udp' ? port : undefined;
    return { family: peer.length === 1 ? 4 : 6, peer, protocol, peerPort, localPort: 1 };
  });

const namesMet = (faults: readonly Fault[], packet: Packet, direction: 'egress' | 'ingress'): string =>
  faults
    .filter((fault) => meets(fault, packet, direction))
    .map(({ name }) => name)
    .sort()
    .join('+');

test('the look-up finds for each packet the faults that meet it', () => {
  fc.assert(
    fc.property(documents, fc.array(packets, { minLength: 60, maxLength: 60 }), (given, sent) => {
      const faults = given.map((document, index) => partition(`f${index}`, document));
      for (const direction of ['egress', 'ingress'] as const) {
        const rules = classify(faults, direction);
        for (const packet of sent) {
          const found = [printAddress(packet.peer), lookUp(rules, packet)];
          expect(found).toEqual([printAddress(packet.peer), namesMet(faults, packet, direction)]);
        }
      }
    }),
    { numRuns: 300 },
  );
});

test('neither the order of the faults nor that of their targets matters', () => {
  fc.assert(
    fc.property(documents, (given) => {
      const faults = given.map((document, index) => partition(`f${index}`, document));
      const turned = faults.map((fault) => ({
        ...fault,
        to: fault.to?.toReversed(),
        except: fault.except?.toReversed(),
      }));
      expect(classify(turned.toReversed(), 'egress')).toEqual(classify(faults, 'egress'));
    }),
  );
});

test('no block says what the block around it says', () => {
  fc.assert(
    fc.property(documents, (given) => {
      const rules = classify(
        given.map((document, index) => partition(`f${index}`, document)),
        'egress',
      );
      for (const { block, verdict } of rules.blocks) {
        const around = classifyWithout(rules, block);
        expect(verdict).not.toBe(around);
      }
    }),
  );
});

/** The verdict of the next block around, by looking for it one length after another. */
function classifyWithout(rules: Rules<string>, block: Rules<string>['blocks'][number]['block']): unknown {
  const wider = rules.blocks.filter(
    (rule) =>
      rule.block.family === block.family &&
      rule.block.prefixLength < block.prefixLength &&
      printBlock({ ...block, ...maskTo(block, rule.block.prefixLength) }) === printBlock(rule.block),
  );
  return wider.sort((one, other) => other.block.prefixLength - one.block.prefixLength)[0]?.verdict;
}

function maskTo({ words }: { words: readonly number[] }, prefixLength: number) {
  const bits = words
    .map((word) => word.toString(2).padStart(32, '0'))
    .join('')
    .slice(0, prefixLength);
  const padded = bits.padEnd(32 * words.length, '0');
  return {
    prefixLength,
    words: words.map((_, index) => parseInt(padded.slice(32 * index, 32 * index + 32), 2)),
  };
}
