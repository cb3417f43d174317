import { parseFault, Rate } from '@podlag/core';
import captured from '../../test/fixtures/tc-messages.json';
import type { FilterPlace, Operation, QdiscSpec } from '../kernel/operation';
import { compose } from '../profile/compose';
import { tcLine } from '../tc/words';
import { MessageReader } from './attributes';
import { encodeRequest, flag } from './message';
import { requestOf } from './operation-request';
import { tcAttribute, tcHeadLength } from './tc-message';

/**
 * Each operation as the bytes of our message, beside those that tc and ip send for the same operation as they say it.
 * test/capture-tc-messages.mjs writes the file anew.
 */

const device = 'eth0';
const filters: FilterPlace = { device, parent: '1:', pref: 10, protocol: 'all' };
const byte4 = { mask: 0xff, offset: 16 };
const host = { value: 0x0a00_0005, mask: 0xffff_ffff, offset: 16 };

const netem = (document: Record<string, unknown>): Operation => ({
  kind: 'qdisc',
  verb: 'add',
  device,
  parent: '1:10',
  handle: '10:',
  spec: { kind: 'netem', profile: compose([parseFault(document, 'captured')], 'egress'), was: undefined },
});

const qdisc = (
  verb: 'add' | 'change' | 'replace',
  parent: string,
  handle: string | undefined,
  spec: QdiscSpec,
): Operation => ({ kind: 'qdisc', verb, device, parent, handle, spec });

const table = [-1, -0.5, 0, 0.25, 1.25];

const netemOperations: readonly Operation[] = [
  { delay: { time: '20ms' } },
  { delay: { time: '20ms', jitter: '5ms', correlation: '25%', distribution: { table } } },
  { loss: { ratio: '10%', correlation: '5%' } },
  { loss: { gemodel: { p: '1%', r: '10%', h: '30%', k: '99.9%' } } },
  { loss: { state: { p13: '1%', p31: '10%', p32: '20%', p23: '30%', p14: '4%' } } },
  { duplicate: { ratio: '1%' } },
  { corrupt: { ratio: '0.1%', correlation: '5%' } },
  { delay: { time: '10ms' }, reorder: { ratio: '25%', correlation: '50%', gap: 5 } },
  { rate: '10mbit' },
  { rate: '100gbit' },
  { partition: true },
].map(netem);

const classOperations: readonly Operation[] = [undefined, '10mbit', '8bit', '40gbit'].map((rate) => ({
  kind: 'class',
  verb: 'replace',
  device,
  parent: '1:',
  classid: '1:10',
  rate: rate === undefined ? undefined : Rate.parse(rate),
}));

const otherOperations: readonly Operation[] = [
  { kind: 'link', verb: 'add', device: 'plg-eth1' },
  qdisc('add', 'root', '1:', { kind: 'htb', defaultMinor: 1, directQueueLength: 2332 }),
  qdisc('add', '1:10', '10:', { kind: 'htb', defaultMinor: 0x1f, directQueueLength: undefined }),
  qdisc('replace', '1:1', '2:', { kind: 'pfifo', limit: 10_000 }),
  qdisc('change', '1:1', '2:', { kind: 'pfifo', limit: 5 }),
  qdisc('add', 'clsact', undefined, { kind: 'clsact' }),
  { kind: 'qdisc', verb: 'delete', device, parent: 'root', handle: undefined, spec: undefined },
  { kind: 'qdisc', verb: 'delete', device, parent: '1:10', handle: '10:', spec: undefined },
  { kind: 'qdisc', verb: 'delete', device, parent: 'clsact', handle: undefined, spec: undefined },
  { kind: 'class', verb: 'delete', device, parent: '1:', classid: '1:10', rate: undefined },
  { kind: 'table', verb: 'add', ...filters, table: 0x143, divisor: 256 },
  { kind: 'table', verb: 'delete', ...filters, table: 0x143, divisor: undefined },
  {
    kind: 'u32',
    verb: 'add',
    ...filters,
    handle: { table: 0x143, bucket: 5, node: 1 },
    keys: [host, { value: 0x0006_0000, mask: 0x00ff_0000, offset: 8 }],
    target: { flowid: '1:10' },
  },
  {
    kind: 'u32',
    verb: 'add',
    ...{ ...filters, pref: 100, protocol: 'ip' },
    handle: { table: 'root', bucket: 0, node: 2 },
    keys: [],
    target: { link: 0x143, hash: byte4 },
  },
  {
    kind: 'u32',
    verb: 'add',
    ...{ ...filters, pref: 101, protocol: 'ipv6' },
    handle: { table: 'root', bucket: 0, node: 0xfff },
    keys: [{ value: 0xfd00_0000, mask: 0xff00_0000, offset: 24 }],
    target: { link: 0x143, hash: { mask: 0x00ff_0000, offset: 36 } },
  },
  {
    kind: 'u32',
    verb: 'add',
    ...filters,
    handle: { table: 0x143, bucket: 0xff, node: 2 },
    keys: [host],
    target: { link: 0x300, hash: undefined },
  },
  {
    kind: 'u32',
    verb: 'change',
    ...filters,
    handle: { table: 0x143, bucket: 5, node: 1 },
    keys: [],
    target: { flowid: '1:11' },
  },
  {
    kind: 'u32',
    verb: 'change',
    ...filters,
    handle: { table: 0x143, bucket: 5, node: 1 },
    keys: [],
    target: { link: 0x300, hash: undefined },
  },
  {
    kind: 'u32',
    verb: 'delete',
    ...filters,
    handle: { table: 0x143, bucket: 5, node: 1 },
    keys: [],
    target: undefined,
  },
  {
    kind: 'u32',
    verb: 'delete',
    ...filters,
    handle: { table: 'root', bucket: 0, node: 1 },
    keys: [],
    target: undefined,
  },
  {
    kind: 'u32',
    verb: 'add',
    ...{ ...filters, parent: 'ingress', pref: 2332 },
    handle: { table: 'root', bucket: 0, node: 1 },
    keys: [],
    target: { redirect: 'plg-eth0' },
  },
  ...(['add', 'replace'] as const).map((verb): Operation => ({
    kind: 'bpf',
    verb,
    ...{ ...filters, parent: '10:', pref: 1 },
    handle: 1,
    program: [
      { code: 32, jt: 0, jf: 0, k: 4_294_963_256 },
      { code: 53, jt: 0, jf: 1, k: 429_496_729 },
      { code: 6, jt: 0, jf: 0, k: 4 },
      { code: 6, jt: 0, jf: 0, k: 4_294_967_295 },
    ],
  })),
  {
    kind: 'bpf',
    verb: 'delete',
    ...{ ...filters, parent: '10:', pref: 1 },
    handle: 1,
    program: undefined,
  },
  { kind: 'pref', verb: 'delete', ...filters },
];

const indexes: Readonly<Record<string, number>> = captured.devices;

/** With the answer asked for, as tc asks for each. */
function ours(operation: Operation): Uint8Array {
  const request = requestOf(operation, {
    indexOf: (name) => indexes[name] ?? 0,
    rootTableOf: () => 0xfff0_0000,
  });
  return encodeRequest({ ...request, flags: request.flags | flag.acknowledge });
}

function tcs(operation: Operation): Uint8Array {
  const hex = (captured.messages as Record<string, string | undefined>)[tcLine(operation)];
  if (hex === undefined) throw new Error(`not captured: ${tcLine(operation)}`);
  return Buffer.from(hex, 'hex');
}

test.each(otherOperations.map((operation) => [tcLine(operation), operation] as const))(
  '%s: our message is that of tc, byte for byte',
  (_, operation) => expect(hexOf(ours(operation))).toBe(hexOf(tcs(operation))),
);

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

/** The header, the kind, and the attributes among the options, by their types. */
function parts(message: Uint8Array, optionsHead: number): unknown {
  const body = MessageReader.of(message).from(16);
  const attributes = body.attributes(tcHeadLength);
  const options = attributes.get(tcAttribute.options)!;
  const bytes = (reader: MessageReader, length = reader.length): string =>
    Array.from({ length }, (_, at) => reader.u8(at).toString(16).padStart(2, '0')).join('');
  return {
    type: hexOf(message.subarray(4, 8)),
    head: bytes(body, tcHeadLength),
    kind: attributes.get(tcAttribute.kind)?.text(),
    optionsHead: bytes(options, optionsHead),
    options: Object.fromEntries(
      [...options.attributes(optionsHead)].map(([type, value]) => [type, bytes(value)]),
    ),
  };
}

/** TCA_NETEM_CORR, REORDER, CORRUPT: tc leaves out what is zero, which lets a change keep what was. */
const zeroes: Readonly<Record<number, string>> = { 1: '0'.repeat(24), 3: '0'.repeat(16), 4: '0'.repeat(16) };

test.each(netemOperations.map((operation) => [tcLine(operation), operation] as const))(
  '%s: our message is that of tc, with all that may be zero, and with times in nanoseconds besides',
  (_, operation) => {
    const mine = parts(ours(operation), 24) as { options: Record<string, string> };
    const { 10: latency, 11: jitter, ...options } = mine.options;
    const theirs = parts(tcs(operation), 24) as { options: Record<string, string> };
    expect({ ...mine, options }).toEqual({ ...theirs, options: { ...zeroes, ...theirs.options } });
    const { delay } = (operation as { spec: Extract<QdiscSpec, { kind: 'netem' }> }).spec.profile;
    const nanoseconds = (hex = ''): number => Number(Buffer.from(hex, 'hex').readBigUInt64LE());
    expect([latency, jitter].map(nanoseconds)).toEqual([delay.time.nanoseconds, delay.jitter.nanoseconds]);
  },
);

test.each(classOperations.map((operation) => [tcLine(operation), operation] as const))(
  '%s: our message is that of tc, without its tables of transmission times',
  (_, operation) => {
    const mine = parts(ours(operation), 0) as { options: Record<string, string> };
    const theirs = parts(tcs(operation), 0) as { options: Record<string, string> };
    const { 3: ceilTable, 4: rateTable, 1: parameters = '', ...rest } = theirs.options;
    expect([ceilTable, rateTable].map((entries) => entries?.length)).toEqual([2048, 2048]);
    // Of each struct tc_ratespec the first byte, cell_log, is about the table, and so are its cell_align and its mpu.
    expect(mine).toEqual({ ...theirs, options: { ...rest, 1: withoutTables(parameters) } });
  },
);

function withoutTables(parameters: string): string {
  const bytes = Buffer.from(parameters, 'hex');
  for (const start of [0, 12]) {
    bytes.writeUInt8(0, start);
    bytes.writeUInt16LE(0, start + 4);
  }
  return bytes.toString('hex');
}

test('the correlation of duplicates is in the message; tc leaves it out', () => {
  const { options } = parts(ours(netem({ duplicate: { ratio: '1%', correlation: '50%' } })), 24) as {
    options: Record<string, string>;
  };
  expect(options[1]).toBe(`${'0'.repeat(16)}00000080`);
});

test('a seed and a time finer than a tick are in the message, which tc cannot say', () => {
  const operation = netem({ delay: { time: '1234567ns' } }) as {
    spec: Extract<QdiscSpec, { kind: 'netem' }>;
  };
  const profile = { ...operation.spec.profile, seed: 42 };
  const seeded = { ...operation, spec: { ...operation.spec, profile } } as Operation;
  const { options } = parts(ours(seeded), 24) as { options: Record<string, string> };
  expect(options).toMatchObject({ 10: '87d6120000000000', 14: '2a00000000000000' });
});
