import { mkdir, mkdtemp, readFile, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger, Duration, parsePlan } from '@podlag/core';
import { hold, noFaults, setOf } from './fault-set';
import { LeaseFile } from './lease-file';
import { LeaseKeeper } from './lease-keeper';
import { plannedAt, together } from './plan-set';
import { latencyFault } from './restore';

const latency = setOf([hold(latencyFault(Duration.parse('20ms')), 0)]);
const noClasses = { egress: undefined, ingress: undefined };
const noTree = { device: 'eth0', exemptions: [], egress: undefined, ingress: undefined };

const newLease = async (): Promise<LeaseFile> =>
  new LeaseFile(join(await mkdtemp(join(tmpdir(), 'podlag-lease-')), 'lease.json'));

/** In the place of the file that is to be renamed: from now on no lease can be written beside the old one. */
const obstruct = (lease: LeaseFile): Promise<unknown> =>
  mkdir(join(`${lease.path}.new`, 'in-the-way'), { recursive: true });

test('what was set is forgotten in the room that it took up, but not that the pod has started before', async () => {
  const lease = await newLease();
  await lease.write(latency, noClasses);
  const before = await stat(lease.path);
  await obstruct(lease);
  expect(await lease.blank()).toBe('blank');
  expect(await lease.read()).toMatchObject({ kind: 'found', faults: noFaults });
  const after = await stat(lease.path);
  expect(after.ino).toBe(before.ino);
  expect(after.size).toBeLessThan(before.size);
});

test('a first start that cannot write its lease leaves a blank one where there is room for that', async () => {
  const lease = await newLease();
  await obstruct(lease);
  expect(await lease.blank()).toBe('blank');
  expect(await lease.read()).toMatchObject({ kind: 'found', faults: noFaults });
});

test.each([
  [
    'without a directory, a restart is a first start',
    async (lease: LeaseFile) => new LeaseFile(join((await obstructed(lease)).path, 'below', 'lease.json')),
    /ENOTDIR.*; a restart .*first start, with PODLAG_INITIAL_LATENCY/,
  ],
  [
    'with a blank lease, a restart begins without faults',
    obstructed,
    /EISDIR.*; a restart begins without faults/,
  ],
  [
    'where the old lease stays, a restart brings it back',
    async (lease: LeaseFile) => {
      await mkdir(join(lease.path, 'that-stays'), { recursive: true });
      return lease;
    },
    /; a restart brings back what was set before/,
  ],
])('the state says what a restart does: %s', async (_, prepare, reason) => {
  const keeper = new LeaseKeeper(await prepare(await newLease()), createLogger('agent', 'silent'));
  await keeper.save(latency, noTree);
  expect(keeper.state).toEqual({ saved: false, reason: expect.stringMatching(reason) as string });
});

async function obstructed(lease: LeaseFile): Promise<LeaseFile> {
  await lease.write(latency, noClasses);
  await obstruct(lease);
  return lease;
}

test.each([
  ['{"version":4,"faults":[],"more":{}}', 'it is of version 4, and this agent reads 1 to 3'],
  ['{"version":"2\\n"}', 'it is of version "2\\n", and this agent reads 1 to 3'],
  [
    '{"version":3,"faults":[],"plans":[{"name":"c","heardAt":"2026-11-20T12:00:00.000Z","plan":{}}],"asOf":"2026-11-20T12:00:00.000Z","classes":{}}',
    'generation: ',
  ],
  ['{"version":2,"faults":[]}', 'classes: '],
  ['{"faults":[]}', 'version: '],
  ['{"version":1,"faults":[{"fault":{"name":"x"}}]}', 'fault'],
  ['garbage\nof\nlines', 'not valid JSON'],
  ['null', ''],
])(
  'of a lease that says %j the reason is one short line, and it is kept beside the next one',
  async (text, words) => {
    const lease = await newLease();
    await writeFile(lease.path, text);
    const found = await lease.read();
    const reason = found.kind === 'unreadable' ? found.reason : 'was read';
    expect(reason).toContain(words);
    expect(reason).toMatch(/^.{10,300}$/);
    await lease.write(noFaults, noClasses);
    await lease.write(latency, noClasses);
    expect(await readFile(lease.unreadablePath, 'utf8')).toBe(text);
    expect(await lease.read()).toMatchObject({ kind: 'found', faults: latency });
  },
);

test('a lease that was not understood is kept even where the next one has no room', async () => {
  const lease = await newLease();
  await writeFile(lease.path, '{"version":4}');
  await obstruct(lease);
  await lease.read();
  expect(await lease.blank()).toBe('blank');
  expect(await readFile(lease.unreadablePath, 'utf8')).toBe('{"version":4}');
});

test.each([
  ['{"version":1,"faults":[{"fault":{"name":"x","partition":true}}]}'],
  ['{"version":2,"faults":[{"fault":{"name":"x","partition":true}}],"classes":{}}'],
])('a lease from before there were plans is read: %s', async (text) => {
  const lease = await newLease();
  await writeFile(lease.path, text);
  const found = await lease.read();
  expect(found).toMatchObject({ kind: 'found', kept: { plans: new Map() } });
  expect(found.kind === 'found' && [...found.faults.keys()]).toEqual(['x']);
});

test('plans come back as they were held, and what they have in force is not kept as if calls had set it', async () => {
  const lease = await newLease();
  const plan = parsePlan(
    {
      generation: 3,
      faults: [{ name: 'a.b', delay: { time: '5ms' }, timing: { start: '2026-11-20T12:00:00Z' } }],
    },
    'controller',
  );
  const kept = { plans: new Map([['controller', { plan, heardAt: 7 }]]), asOf: 9 };
  const keeper = new LeaseKeeper(lease, createLogger('agent', 'silent'), () => kept);
  await keeper.save(together(latency, plannedAt(kept.plans, Date.UTC(2026, 10, 20, 12)), 100).faults, noTree);
  expect(await lease.read()).toMatchObject({ kind: 'found', faults: latency, kept });
});

test('a lease that would say the same is not written again', async () => {
  const lease = await newLease();
  const keeper = new LeaseKeeper(lease, createLogger('agent', 'silent'));
  await keeper.save(latency, noTree);
  const { mtimeMs, ino } = await stat(lease.path);
  await keeper.save(latency, noTree);
  expect(await stat(lease.path)).toMatchObject({ mtimeMs, ino });
  await keeper.save(noFaults, noTree);
  expect((await stat(lease.path)).ino).not.toBe(ino);
});
