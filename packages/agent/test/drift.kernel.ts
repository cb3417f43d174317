import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeLink } from '../../netem/test/link';
import { pingOnce } from '../../netem/test/ping';
import { call, type Reply } from '../src/testing';
import { AgentBed, expectAbout, few, newRunDirectory } from './agent-bed';

// What others do to the device, and to the agent's directory.

jest.setTimeout(120_000);

let bed: AgentBed;

beforeAll(async () => {
  bed = new AgentBed();
  await bed.calibrate();
});
afterAll(() => bed.remove());
afterEach(() => bed.clear());

const tc = (...args: string[]): string => execFileSync('tc', args, { encoding: 'utf8' });

/** The netem leaf that shapes everybody. */
function leaf(): { readonly classid: string; readonly handle: string } {
  const [, handle, classid] = /qdisc netem (\S+) parent (\S+)/.exec(
    tc('qdisc', 'show', 'dev', bed.link.device),
  )!;
  return { classid: classid!, handle: handle! };
}

function makeSlow(): void {
  const { classid, handle } = leaf();
  tc(
    ...`qdisc change dev ${bed.link.device} parent ${classid} handle ${handle} netem delay 200ms`.split(' '),
  );
}

/** From within the pod: it is reached whatever becomes of the device. */
const ask = (path: string): Promise<Reply> => call(`http://127.0.0.1:2332${path}`);
const stateOf = async (): Promise<unknown> => (await ask('/v1/state')).body;

async function within(ms: number, condition: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + ms;
  while (!(await condition())) if (Date.now() > deadline) throw new Error(`not within ${ms} ms`);
}

const drivers = ['tc', 'netlink'] as const;

test.each(drivers)(
  'by %s: what another program changes is put right within 5 s, and counted',
  async (driver) => {
    await bed.start({ PODLAG_DRIVER: driver });
    await bed.curl('/latency/20ms');
    makeSlow();
    await within(5_000, async () => (await bed.pingFrom(bed.link.peerAddress))! < 100);
    expectAbout(await bed.measured(3), 20, few);
    expect((await ask('/metrics')).body).toContain('podlag_agent_drift_total 1');
  },
);

test.each(drivers)('by %s: filters that another program takes away are put back', async (driver) => {
  await bed.start({ PODLAG_DRIVER: driver });
  await bed.put('far', { delay: { time: '20ms' }, to: [{ cidr: bed.link.peerAddress }] });
  tc('filter', 'del', 'dev', bed.link.device, 'parent', '1:', 'pref', '100', 'protocol', 'ip');
  expect(await bed.measured(1)).toBeLessThan(few);
  await within(5_000, async () => (await bed.pingFrom(bed.link.peerAddress))! > 20);
});

test('with report it is told and left', async () => {
  await bed.start({ PODLAG_ON_DRIFT: 'report', PODLAG_DRIFT_CHECK_INTERVAL: '100ms' });
  await bed.curl('/latency/20ms');
  makeSlow();
  await within(5_000, async () =>
    String((await ask('/metrics')).body).includes('podlag_agent_drift_total 1'),
  );
  expectAbout(await bed.measured(1), 200, few);
  expect(await stateOf()).toMatchObject({
    drift: expect.arrayContaining([expect.objectContaining({ asked: '20ms', observed: '0.2s' })]) as unknown,
  });
});

test.each(drivers)(
  'by %s: a device that disappears is told, and shaped again when it is back',
  async (driver) => {
    await bed.start({ PODLAG_DRIVER: driver, PODLAG_DRIFT_CHECK_INTERVAL: '200ms' });
    await bed.curl('/latency/20ms');
    bed.link.remove();
    expect(await stateOf()).toMatchObject({
      observed: null,
      drift: [{ what: 'device', asked: bed.link.device, observed: 'missing' }],
    });
    expect((await ask('/healthz')).status).toBe(200);
    bed.link = makeLink();
    await within(5_000, async () => ((await pingOnce(bed.link)) ?? 0) > 20);
    expectAbout(await bed.measured(3), 20, few);
    expect(await stateOf()).toMatchObject({ drift: [] });
  },
);

describe('a directory that cannot be written', () => {
  const mounted: string[] = [];
  const mount = (options: string): string => {
    const directory = newRunDirectory();
    execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', directory]);
    mounted.push(directory);
    return directory;
  };
  afterEach(async () => {
    await bed.stop('SIGKILL');
    for (const directory of mounted.splice(0)) execFileSync('umount', [directory]);
  });

  test('read-only: faults work, and the state says that they will not survive', async () => {
    const directory = mount('ro');
    await bed.start({}, directory);
    expect((await bed.curl('/latency/20ms')).status).toBe(200);
    expectAbout(await bed.measured(3), 20, few);
    expect(await stateOf()).toMatchObject({
      survivesRestart: { saved: false, reason: expect.stringContaining('EROFS') as string },
    });
  });

  test('full: likewise, and a restart does not bring back what was set before', async () => {
    const directory = mount('size=64k');
    await bed.start({}, directory);
    await bed.curl('/latency/50ms');
    fill(directory);
    expect((await bed.curl('/latency/20ms')).status).toBe(200);
    expect(await stateOf()).toMatchObject({
      survivesRestart: { saved: false, reason: expect.stringContaining('ENOSPC') as string },
    });
    await bed.stop('SIGKILL');
    await bed.start({}, directory);
    expect((await bed.curl('/latency')).body).toMatchObject({ latency: '0ms', faults: [] });
  });

  function fill(directory: string): void {
    try {
      for (let count = 0; ; count += 1) writeFileSync(join(directory, `filler-${count}`), Buffer.alloc(4096));
    } catch (error) {
      expect((error as NodeJS.ErrnoException).code).toBe('ENOSPC');
    }
  }
});
