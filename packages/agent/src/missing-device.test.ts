import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger, parseFault } from '@podlag/core';
import { FakeClock } from '@podlag/core/testing';
import { FakeDriver } from '@podlag/netem';
import { hold, noFaults, withFault, withoutFault } from './fault-set';
import { LeaseFile } from './lease-file';
import type { Step } from './change';
import { Shaper } from './shaper';

/** An agent's shaper on eth0, which comes and goes. */
class Bed {
  readonly driver = new FakeDriver();
  readonly clock = new FakeClock();
  readonly lease = new LeaseFile(join(mkdtempSync(join(tmpdir(), 'podlag-missing-')), 'lease.json'));
  readonly log: string[] = [];
  index = 2;
  readonly shaper: Shaper;

  constructor(everyMs = 4_000) {
    this.shaper = new Shaper({
      device: 'eth0',
      exemptions: [],
      driver: this.driver,
      lease: this.lease,
      clock: this.clock,
      logger: createLogger('agent', 'warn', { write: (line: string) => void this.log.push(line) }),
      drift: { everyMs, repair: false },
      mostTargets: 100,
      indexOf: () => (this.driver.kernel.has('eth0') ? this.index : undefined),
    });
  }

  put(name: string, more: object = {}): Promise<unknown> {
    const fault = parseFault({ delay: { time: '20ms' }, ...more }, name);
    return this.shaper.change((faults, now) => withFault(faults, hold(fault, now)));
  }

  remove(): void {
    this.driver.kernel.removeDevice('eth0');
  }

  make(): void {
    this.driver.kernel.addDevice('eth0');
    this.index += 1;
  }

  /** Time passes second by second, and what it sets off is over. */
  async pass(seconds: number): Promise<void> {
    for (let second = 0; second < seconds; second += 1) {
      this.clock.advance(1_000);
      // One look waits for what was asked before it, the next one for what came of that.
      for (let look = 0; look < 3; look += 1) {
        await this.shaper.read();
        await new Promise(setImmediate);
      }
    }
  }

  get netems(): number {
    return this.driver.kernel.device('eth0').observed.qdiscs.filter(({ netem }) => netem).length;
  }

  get names(): readonly string[] {
    return [...this.shaper.faults.keys()];
  }

  /** As a restart would find them. */
  async saved(): Promise<readonly string[]> {
    const lease = await this.lease.read();
    return lease.kind === 'found' ? [...lease.faults.keys()] : [lease.kind];
  }
}

let bed: Bed;
beforeEach(() => {
  bed = new Bed();
});
afterEach(() => bed.shaper.close());

test('a device that is made anew between two looks is shaped again, though drift is only reported', async () => {
  await bed.put('slow');
  bed.remove();
  bed.make();
  await bed.pass(4);
  expect(bed.netems).toBe(1);
  expect((await bed.shaper.read()).isNew).toBe(false);
});

test('on the same device, drift that is only reported is left', async () => {
  await bed.put('slow');
  bed.driver.tamper('eth0', (observed) => ({
    ...observed,
    qdiscs: [],
    filters: [],
    classes: [],
    tables: [],
  }));
  await bed.pass(4);
  expect(bed.netems).toBe(0);
});

test.each<[string, Step]>([
  ['one', (faults) => withoutFault(faults, 'slow')],
  ['all', () => noFaults],
])('faults can be taken away from a device that is not there: %s', async (_, step) => {
  await bed.put('slow');
  await bed.put('far', { to: [{ cidr: '10.0.0.0/8' }] });
  bed.remove();
  await bed.shaper.change(step);
  const left = [...step(bed.shaper.faults, 0).keys()];
  expect(bed.names).toEqual(left);
  expect(await bed.saved()).toEqual(left);
  bed.make();
  await bed.pass(40);
  expect(bed.netems).toBe(left.length);
});

test.each<[string, Step, number]>([
  ['nothing', () => noFaults, 0],
  ['the rest', (faults) => withoutFault(faults, 'slow'), 1],
])(
  'a device that was only away comes back with what it had, and is given what is set now: %s',
  async (_, step, left) => {
    bed = new Bed(0);
    await bed.put('slow');
    await bed.put('far', { to: [{ cidr: '10.0.0.0/8' }] });
    const device = bed.driver.kernel.device('eth0').observed;
    bed.remove();
    await bed.shaper.change(step);
    bed.driver.kernel.addDevice('eth0');
    bed.driver.tamper('eth0', () => device);
    expect((await bed.shaper.read()).differences).not.toEqual([]);
    await bed.pass(100);
    expect((await bed.shaper.read()).differences).toEqual([]);
    expect(bed.netems).toBe(left);
  },
);

test('a fault that is added to a device that is not there is refused', async () => {
  await bed.put('slow');
  bed.remove();
  await expect(bed.put('far')).rejects.toMatchObject({ code: 'device-missing' });
  await expect(bed.put('slow')).rejects.toMatchObject({ code: 'device-missing' });
  await expect(bed.shaper.change((faults) => faults)).rejects.toMatchObject({ code: 'device-missing' });
  expect(bed.names).toEqual(['slow']);
});

test('a fault expires while the device is missing, and the log does not fill with it', async () => {
  await bed.put('short', { ttl: '3s' });
  bed.remove();
  await bed.pass(3);
  expect(bed.names).toEqual([]);
  expect(await bed.saved()).toEqual([]);
  await bed.pass(300);
  expect(bed.log.length).toBeLessThanOrEqual(3);
  expect(bed.log.join('')).not.toContain('"stack"');
});
