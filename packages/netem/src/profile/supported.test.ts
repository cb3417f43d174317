import { parseFault } from '@podlag/core';
import { faultKinds, type Capabilities, type FaultKind, type KindCapability } from '../capabilities';
import { assertFeasible } from '../tree/feasible';
import { makeTree } from '../tree/make-tree';
import { assertSupported } from './supported';

const available = { available: true } as const;
const kindsOf = (path: (kind: FaultKind) => KindCapability): Capabilities['kinds'] =>
  Object.fromEntries(faultKinds.map((kind) => [kind, path(kind)])) as Capabilities['kinds'];
const everything: Capabilities = {
  kernel: '7.2.7',
  driver: 'netlink',
  iproute2: undefined,
  tree: available,
  netem: available,
  ingress: available,
  duplicateBesideOthers: available,
  kinds: kindsOf(() => ({ available: true, path: 'netem' })),
  timeStepNanoseconds: 1,
  longestTimeNanoseconds: 3600e9,
  longestJitterNanoseconds: 2 ** 31 - 1,
};
const missing = (code: string) => ({ available: false, code, reason: 'not here', hint: 'get it' }) as const;
const tc: Partial<Capabilities> = {
  driver: 'tc',
  timeStepNanoseconds: 1000,
  longestTimeNanoseconds: 2 ** 32 * 64,
};
const bare: Partial<Capabilities> = {
  netem: missing('netem-missing'),
  kinds: kindsOf((kind) =>
    kind === 'loss' || kind === 'partition'
      ? { available: true, path: 'cls_bpf' }
      : kind === 'rate'
        ? { available: true, path: 'htb' }
        : missing('netem-missing'),
  ),
};

test.each<[string, Record<string, unknown>, Partial<Capabilities>, { code: string; field: string }]>([
  ['a delay without netem', { delay: { time: '1ms' } }, bare, { code: 'netem-missing', field: 'delay' }],
  ['a seed without netem', { partition: true, seed: 1 }, bare, { code: 'netem-missing', field: 'seed' }],
  [
    'a loss with a memory without netem',
    { loss: { ratio: '1%', correlation: '1%' } },
    bare,
    { code: 'not-supported', field: 'loss.correlation' },
  ],
  [
    'a loss in states without netem',
    { loss: { gemodel: { p: '1%' } } },
    bare,
    { code: 'not-supported', field: 'loss' },
  ],
  [
    'what comes in, without clsact',
    { partition: true, direction: 'both' },
    { ingress: missing('made-up') },
    { code: 'kernel-lacks', field: 'direction' },
  ],
  ['a nanosecond through tc', { delay: { time: '1ns' } }, tc, { code: 'not-supported', field: 'delay.time' }],
  [
    'half an odd microsecond through tc',
    { delay: { rtt: '5us' }, direction: 'both' },
    tc,
    { code: 'not-supported', field: 'delay.rtt' },
  ],
  [
    'a fine jitter through tc',
    { delay: { time: '1ms', jitter: '0.5us' } },
    tc,
    { code: 'not-supported', field: 'delay.jitter' },
  ],
  ['five minutes through tc', { delay: { time: '5m' } }, tc, { code: 'not-supported', field: 'delay.time' }],
  [
    'more jitter than the kernel keeps',
    { delay: { time: '5s', jitter: '2147483648ns' } },
    {},
    { code: 'not-supported', field: 'delay.jitter' },
  ],
])('refuses %s', (_, document, lacks, expected) => {
  expect(() => assertSupported(parseFault(document, 'a'), { ...everything, ...lacks })).toThrow(
    expect.objectContaining(expected),
  );
});

test.each<[string, Record<string, unknown>, Partial<Capabilities>]>([
  ['a nanosecond through netlink', { delay: { time: '1ns' } }, {}],
  ['an hour through netlink', { delay: { time: '1h' } }, {}],
  ['the longest jitter that the kernel keeps', { delay: { time: '5s', jitter: '2147483647ns' } }, {}],
  [
    'a jitter that is halved in each direction',
    { delay: { rtt: '10s', jitter: '4s' }, direction: 'both' },
    {},
  ],
  [
    'plain loss, partition and rate without netem',
    { loss: { ratio: '1%' }, partition: true, rate: '1mbit' },
    bare,
  ],
  ['egress without clsact', { partition: true }, { ingress: missing('made-up') }],
  ['half an even microsecond through tc', { delay: { rtt: '4us' }, direction: 'both' }, tc],
])('takes %s', (_, document, lacks) => {
  expect(() => assertSupported(parseFault(document, 'a'), { ...everything, ...lacks })).not.toThrow();
});

test('what is missing is said with its reason and its hint', () => {
  const ask = () => assertSupported(parseFault({ delay: { time: '1ms' } }, 'a'), { ...everything, ...bare });
  expect(ask).toThrow(
    expect.objectContaining({ hint: 'get it', message: expect.stringContaining('not here') }),
  );
});

const twice = { duplicate: { ratio: '1%' } };
const there = { to: [{ cidr: '10.0.0.0/8' }] };
const restricted: Partial<Capabilities> = { duplicateBesideOthers: missing('x') };

test.each<[string, Record<string, object>, Partial<Capabilities>, string | undefined]>([
  ['duplicate alone', { a: twice }, restricted, undefined],
  [
    'duplicate beside another class',
    { a: { ...twice, ...there }, b: { rate: '1mbit' } },
    restricted,
    'duplicate-restricted',
  ],
  ['the same where the kernel allows it', { a: { ...twice, ...there }, b: { rate: '1mbit' } }, {}, undefined],
  [
    'duplicate here and delay there',
    { a: twice, b: { rate: '1mbit', direction: 'ingress' } },
    restricted,
    undefined,
  ],
  [
    'delays whose sum is too long for tc',
    { a: { delay: { time: '4m' } }, b: { delay: { time: '1m' } } },
    tc,
    'not-composable',
  ],
  [
    'the same while a partition hides them',
    { a: { delay: { time: '4m' } }, b: { delay: { time: '1m' } }, cut: { partition: true } },
    tc,
    'not-composable',
  ],
  [
    'jitters that make one that is too long for the kernel',
    { a: { delay: { time: '5s', jitter: '2s' } }, b: { delay: { time: '5s', jitter: '2s' } } },
    {},
    'not-composable',
  ],
  [
    'duplicate beside another class while a partition hides both',
    { a: { ...twice, ...there }, b: { rate: '1mbit' }, cut: { partition: true } },
    restricted,
    'duplicate-restricted',
  ],
  [
    'duplicate alone while a partition hides it',
    { a: twice, cut: { partition: true } },
    restricted,
    undefined,
  ],
])('together: %s', (_, documents, lacks, code) => {
  const faults = Object.entries(documents).map(([name, document]) => parseFault(document, name));
  const tree = makeTree({ device: 'eth0', exemptions: [], faults });
  const ask = () => assertFeasible(tree, faults, { ...everything, ...lacks });
  if (code === undefined) expect(ask).not.toThrow();
  else expect(ask).toThrow(expect.objectContaining({ code }));
});
