import { execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Rate } from '@podlag/core';
import type { FilterPlace, Operation } from '../src/kernel/operation';
import { TcTransport } from '../src/tc/tc-transport';
import { ip } from './link';

jest.setTimeout(60_000);

const device = 'podlag2';
const behind = 'plg-podlag2';
const env = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' };
let transport: TcTransport;

beforeAll(() => {
  transport = new TcTransport({ tableDirectory: mkdtempSync(join(tmpdir(), 'podlag-tc-')), env });
});
beforeEach(() => {
  ip('link', 'add', device, 'up', 'type', 'dummy');
});
afterEach(() => {
  execFileSync('sh', ['-c', `ip link del ${device}; ip link del ${behind} 2>/dev/null || true`]);
  transport.close();
});
afterAll(() => transport.close());

const library: FilterPlace = { device, parent: '1:', pref: 10, protocol: 'all' };
const root: FilterPlace = { device, parent: '1:', pref: 200, protocol: 'ip' };
const network = { value: 0x0a050000, mask: 0xffff0000, offset: 16 };
const program = [
  { code: 32, jt: 0, jf: 0, k: 4_294_963_256 },
  { code: 6, jt: 0, jf: 0, k: 4_294_967_295 },
];
const rootNode = { table: 'root', bucket: 0, node: 1 } as const;

const tree: readonly Operation[] = [
  {
    ...{ kind: 'qdisc', verb: 'add', device, parent: 'root', handle: '1:' },
    spec: { kind: 'htb', defaultMinor: 1, directQueueLength: 2332 },
  },
  classOf('1:', '1:1'),
  classOf('1:', '1:10'),
  { ...library, kind: 'table', verb: 'add', table: 0x143, divisor: 256 },
  { ...library, kind: 'table', verb: 'add', table: 0x7fe, divisor: 1 },
  {
    ...{ ...library, kind: 'u32', verb: 'add', handle: { table: 0x7fe, bucket: 0, node: 1 } },
    ...{ keys: [], target: { flowid: '1:10' } },
  },
  {
    ...{ ...library, kind: 'u32', verb: 'add', handle: { table: 0x143, bucket: 5, node: 2 } },
    ...{ keys: [network], target: { link: 0x7fe, hash: undefined } },
  },
  {
    ...{ ...root, kind: 'u32', verb: 'add', handle: rootNode },
    ...{ keys: [network], target: { link: 0x143, hash: { mask: 0xff0000, offset: 16 } } },
  },
];

function classOf(parent: string, classid: string, rate?: Rate): Operation {
  return { kind: 'class', verb: 'replace', device, parent, classid, rate };
}

test('what was said is what is read', async () => {
  expect(await transport.run(tree)).toEqual([]);
  const { egress, hook, ingress } = await transport.read(device, behind);
  expect(egress.classes.map(({ classid }) => classid).sort()).toEqual(['1:1', '1:10']);
  expect(egress.tables).toEqual(
    expect.arrayContaining([
      { parent: '1:', pref: 10, id: 0x143, divisor: 256 },
      { parent: '1:', pref: 10, id: 0x7fe, divisor: 1 },
    ]),
  );
  const place = { kind: 'u32', parent: '1:', bpf: undefined };
  expect(egress.filters).toEqual(
    expect.arrayContaining([
      {
        ...{ ...place, pref: 10, protocol: 'all' },
        u32: {
          handle: { table: 0x143, bucket: 5, node: 2 },
          ...{ keys: [network], hash: undefined, flowid: undefined, link: 0x7fe, redirect: undefined },
        },
      },
      {
        ...{ ...place, pref: 200, protocol: 'ip' },
        u32: {
          ...{ handle: rootNode, keys: [network], hash: { mask: 0xff0000, offset: 16 } },
          ...{ flowid: undefined, link: 0x143, redirect: undefined },
        },
      },
    ]),
  );
  expect(egress.filters).toHaveLength(3);
  expect({ hook, ingress }).toEqual({
    hook: { qdisc: undefined, filters: [], egressFilters: [] },
    ingress: undefined,
  });
});

test('filters are changed in place, in tables and in roots, and each is read alone', async () => {
  await transport.run(tree);
  const entry = { ...library, handle: { table: 0x143, bucket: 5, node: 2 } } as const;
  const late = { ...root, pref: 201, handle: rootNode } as const;
  const failures = await transport.run([
    { ...entry, kind: 'u32', verb: 'change', keys: [], target: { flowid: '1:10' } },
    { ...late, kind: 'u32', verb: 'add', keys: [network], target: { flowid: '1:10' } },
    { ...late, kind: 'u32', verb: 'change', keys: [], target: { link: 0x7fe, hash: undefined } },
    { ...root, kind: 'u32', verb: 'delete', handle: rootNode, keys: [], target: undefined },
  ]);
  expect(failures).toEqual([]);
  const found = await transport.readFilters([entry, { ...root, handle: rootNode }, late]);
  expect(found.map((filter) => filter && [filter.u32?.flowid, filter.u32?.link])).toEqual([
    ['1:10', undefined],
    undefined,
    [undefined, 0x7fe],
  ]);
});

test('a refusal names its operation; those around it are done', async () => {
  await transport.run(tree);
  const stillLinked: Operation = {
    ...library,
    kind: 'table',
    verb: 'delete',
    table: 0x7fe,
    divisor: undefined,
  };
  const [failure, ...others] = await transport.run([
    classOf('1:', '1:11'),
    stillLinked,
    classOf('1:', '1:12'),
  ]);
  expect(others).toEqual([]);
  expect(failure?.operation).toBe(stillLinked);
  expect(failure?.error).toMatchObject({
    code: 'tc-failed',
    message: expect.stringContaining('handle 7fe: u32'),
  });
  const { classes } = await transport.readQdiscs(device);
  expect(classes.map(({ classid }) => classid).sort()).toEqual(['1:1', '1:10', '1:11', '1:12']);
});

test('both hooks, the device behind, and a leaf without netem', async () => {
  const failures = await transport.run([
    ...tree,
    { kind: 'link', verb: 'add', device: behind },
    {
      ...{ kind: 'qdisc', verb: 'add', device, parent: 'clsact', handle: undefined },
      spec: { kind: 'clsact' },
    },
    {
      ...{ device, parent: 'ingress', pref: 2332, protocol: 'all', kind: 'u32', verb: 'add' },
      ...{ handle: rootNode, keys: [], target: { redirect: behind } },
    },
    {
      ...{ kind: 'qdisc', verb: 'add', device, parent: '1:10', handle: '10:' },
      spec: { kind: 'htb', defaultMinor: 1, directQueueLength: undefined },
    },
    classOf('10:', '10:1', Rate.parse('10mbit')),
    { ...library, parent: '10:', pref: 1, kind: 'bpf', verb: 'add', handle: 1, program },
  ]);
  expect(failures).toEqual([]);
  execFileSync('tc', [
    'filter',
    'add',
    'dev',
    device,
    'egress',
    'pref',
    '7',
    'protocol',
    'ip',
    'matchall',
    'action',
    'ok',
  ]);
  const { egress, hook, ingress } = await transport.read(device, behind);
  expect(hook).toMatchObject({
    qdisc: 'clsact',
    filters: [{ pref: 2332, u32: { redirect: behind } }],
    egressFilters: [{ pref: 7, kind: 'matchall' }],
  });
  expect(ingress).toMatchObject({ device: behind, classes: [], filters: [] });
  expect(egress.filters.find(({ parent }) => parent === '10:')?.bpf).toEqual({ handle: 1, program });
  expect(egress.classes.find(({ classid }) => classid === '10:1')?.rateBytesPerSecond).toBe(1_250_000);
});

test('a device behind that was made anew is read by its new index', async () => {
  const add: Operation = { kind: 'link', verb: 'add', device: behind };
  await transport.run([add]);
  await transport.read(device, behind);
  ip('link', 'del', behind);
  expect((await transport.read(device, behind)).ingress).toBeUndefined();
  ip('link', 'add', behind, 'up', 'type', 'ifb');
  expect((await transport.read(device, behind)).ingress?.qdiscs).toHaveLength(1);
});

test('what can be done here is found out, and nothing is left of it', async () => {
  const before = ip('-o', 'link');
  const capabilities = await transport.probe();
  const available = { available: true };
  const byNetem = { available: true, path: 'netem' };
  expect(capabilities).toMatchObject({
    driver: 'tc',
    ...{ tree: available, netem: available, ingress: available, duplicateBesideOthers: available },
    kinds: { delay: byNetem, loss: byNetem, rate: byNetem, partition: byNetem, duplicate: byNetem },
  });
  expect(ip('-o', 'link')).toBe(before);
});
