import captured from '../../test/fixtures/tc-replies.json';
import type { MessageReader } from './attributes';
import { readReplies } from './message';
import { readClasses, readFilters, readQdiscs, redirectsIn } from './observation';

/**
 * What a kernel answered to tc about the tree in the file. test/capture-tc-replies.mjs writes it anew, on a kernel with
 * netem.
 */

const { index, device, replies } = captured;

function objectsIn(datagrams: readonly string[]): readonly MessageReader[] {
  return datagrams
    .flatMap((hex) => readReplies(Buffer.from(hex, 'hex')))
    .flatMap((reply) => (reply.kind === 'object' ? [reply.body] : []));
}

/** A fraction has 32 bits. */
const close = (fraction: number): unknown => expect.closeTo(fraction, 9);

test('qdiscs are read with where they are, their numbers and their counters', () => {
  const { qdiscs, hook } = readQdiscs(objectsIn(replies.qdiscs), index);
  const counters = { bytes: 0, packets: 0, drops: 0, backlogPackets: 0 };
  expect(hook).toBe('clsact');
  const byHandle = [...qdiscs].sort((one, other) => parseInt(one.handle, 16) - parseInt(other.handle, 16));
  expect(byHandle).toEqual([
    {
      ...{
        kind: 'htb',
        handle: '1:',
        parent: 'root',
        directQueueLength: 2332,
        limit: undefined,
        netem: undefined,
      },
      counters: expect.objectContaining({ drops: 0 }),
    },
    {
      ...{
        kind: 'pfifo',
        handle: '2:',
        parent: '1:1',
        directQueueLength: undefined,
        limit: 100,
        netem: undefined,
      },
      counters: expect.any(Object),
    },
    {
      ...{
        kind: 'netem',
        handle: '10:',
        parent: '1:10',
        directQueueLength: undefined,
        limit: undefined,
        counters,
      },
      netem: {
        limit: 25_000,
        // Ticks of 64 ns: tc does not say it finer.
        delaySeconds: 0.02,
        jitterSeconds: 0.005,
        delayCorrelation: close(0.25),
        loss: { kind: 'gemodel', chances: [close(0.01), close(0.1), close(0.7), close(0.001)] },
        duplicate: undefined,
        corrupt: { ratio: close(0.001), correlation: close(0.05) },
        reorder: { ratio: close(0.25), correlation: close(0.5) },
        gap: 5,
        rateBytesPerSecond: 125_000_000_000,
        seed: expect.any(BigInt),
      },
    },
  ]);
});

test('the qdiscs of other devices are passed over', () => {
  expect(readQdiscs(objectsIn(replies.qdiscs), index + 1)).toEqual({ qdiscs: [], hook: undefined });
});

test('classes are read with their rates, those beyond 32 bits too', () => {
  expect(
    [...readClasses(objectsIn(replies.classes))].sort((a, b) => a.classid.localeCompare(b.classid)),
  ).toEqual([
    { classid: '1:1', rateBytesPerSecond: 12_500_000_000, ceilBytesPerSecond: 12_500_000_000 },
    { classid: '1:10', rateBytesPerSecond: 1_250_000, ceilBytesPerSecond: 1_250_000 },
  ]);
});

test('tables and filters are read with keys, hashes, links and programs; what the kernel made by itself is not', () => {
  const { tables, filters } = readFilters(objectsIn(replies.filters), () => undefined);
  expect(tables).toEqual([{ parent: '1:', pref: 10, id: 0x143, divisor: 256 }]);
  const nothing = { keys: [{ value: 0, mask: 0, offset: 0 }], flowid: undefined, redirect: undefined };
  const u32 = { parent: '1:', kind: 'u32', bpf: undefined };
  expect(filters).toEqual([
    {
      ...{ ...u32, pref: 10, protocol: 'all' },
      u32: {
        handle: { table: 0x143, bucket: 5, node: 1 },
        keys: [
          { value: 0x0a00_0005, mask: 0xffff_ffff, offset: 16 },
          { value: 0x0006_0000, mask: 0x00ff_0000, offset: 8 },
        ],
        ...{ hash: undefined, flowid: '1:10', link: undefined, redirect: undefined },
      },
    },
    {
      ...{ ...u32, pref: 100, protocol: 'ip' },
      u32: {
        ...{ ...nothing, handle: { table: 'root', bucket: 0, node: 2 } },
        ...{ hash: { mask: 0xff, offset: 16 }, link: 0x143 },
      },
    },
    {
      ...{ ...u32, pref: 101, protocol: 'ipv6' },
      u32: { ...nothing, handle: { table: 'root', bucket: 0, node: 1 }, hash: undefined, link: 0x143 },
    },
    {
      ...{ parent: '1:', pref: 102, protocol: 'all', kind: 'bpf', u32: undefined },
      bpf: {
        handle: 1,
        program: [
          { code: 32, jt: 0, jf: 0, k: 4_294_963_256 },
          { code: 6, jt: 0, jf: 0, k: 4_294_967_295 },
        ],
      },
    },
  ]);
});

test('a redirect is read as the name of the device that its index stands for', () => {
  const objects = objectsIn(replies.ingressFilters);
  expect(redirectsIn(objects)).toEqual([index]);
  const { filters } = readFilters(objects, (number) => (number === index ? device : undefined));
  expect(filters).toMatchObject([
    { parent: 'ingress', pref: 2332, u32: { redirect: device, flowid: undefined } },
  ]);
});
