import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger, Duration, parseFault } from '@podlag/core';
import { FakeDriver, type Applied, type Capabilities, type QdiscTree } from '@podlag/netem';
import { FakeClock } from '@podlag/core/testing';
import { hold, noFaults, setOf, unexpired, withFault, withoutFault } from './fault-set';
import { LeaseFile } from './lease-file';
import { latencyFault } from './restore';
import { Shaper } from './shaper';
import type { ShaperParts } from './shaper-parts';

/** Takes a different time for each change, the first ones the longest. */
class UnevenDriver extends FakeDriver {
  #turns = 20;

  override async apply(tree: QdiscTree): Promise<Applied> {
    for (let turn = this.#turns; turn > 0; turn -= 1) await new Promise(setImmediate);
    this.#turns = Math.max(0, this.#turns - 1);
    return super.apply(tree);
  }
}

function shaperOn(driver: FakeDriver, clock = new FakeClock(), more: Partial<ShaperParts> = {}): Shaper {
  const lease = new LeaseFile(join(mkdtempSync(join(tmpdir(), 'podlag-shaper-')), 'lease.json'));
  const logger = createLogger('agent', 'silent');
  const drift = { everyMs: 0, repair: true };
  const parts = { driver, lease, clock, logger, drift, mostTargets: 20_000 };
  return new Shaper({ device: 'eth0', exemptions: [], ...parts, ...more });
}

const delayOf = (tree: QdiscTree | undefined): Duration | undefined =>
  tree?.egress?.classes[0]?.profile.delay.time;

const slow = (ms: number, now = 0): ReturnType<typeof hold> => hold(latencyFault(Duration.parse(ms)), now);

test('changes are made in the order in which they were asked for, however long each takes: the last one is in force', async () => {
  const driver = new UnevenDriver();
  const shaper = shaperOn(driver);
  const asked = Array.from({ length: 50 }, (_, index) => index + 1);
  await Promise.all(asked.map((ms) => shaper.change((faults) => withFault(faults, slow(ms)))));
  expect(driver.applied.map((tree) => delayOf(tree)?.milliseconds)).toEqual(asked);
  expect(shaper.faults.get('latency')?.fault.delay?.time?.milliseconds).toBe(50);
  await shaper.close();
});

const targeted = (count: number): ReturnType<typeof hold> => {
  const to = Array.from({ length: count }, (_, port) => ({ ports: [{ first: port + 1, last: port + 1 }] }));
  return hold({ ...latencyFault(Duration.parse(5)), name: 'targeted', to }, 0);
};

test('more targets than there may be can be held from before, and taken away by parts; not added to', async () => {
  const shaper = shaperOn(new FakeDriver(), new FakeClock(), { mostTargets: 3 });
  await shaper.adopt(() => setOf([targeted(5)]));
  await shaper.change(() => setOf([targeted(4)]));
  const more = shaper.change((faults) => withFault(faults, targeted(5)));
  await expect(more).rejects.toMatchObject({ code: 'too-many-targets' });
  await expect(shaper.preview(() => setOf([targeted(6)]))).rejects.toMatchObject({
    code: 'too-many-targets',
  });
  expect(shaper.faults.get('targeted')?.fault.to).toHaveLength(4);
  await shaper.close();
});

test('a fault that expires while another change is under way is taken away, counted once, and nothing is thrown', async () => {
  const clock = new FakeClock();
  const driver = new UnevenDriver();
  const expired: number[] = [];
  const observer = {
    applied: () => undefined,
    expired: (faults: number) => expired.push(faults),
    drifted: () => undefined,
  };
  const shaper = shaperOn(driver, clock, { observer });
  const short = {
    fault: { ...latencyFault(Duration.parse(5)), name: 'short' },
    expiresAt: clock.now() + 1000,
  };
  await shaper.change(() => setOf([short]));
  const other = shaper.change((faults) =>
    withFault(withFault(faults, slow(7)), { ...slow(8), fault: { ...slow(8).fault, name: 'b' } }),
  );
  clock.advance(1000);
  await other;
  await shaper.read();
  expect([...shaper.faults.keys()].sort()).toEqual(['b', 'latency']);
  expect(expired.every((count) => count > 0)).toBe(true);
  await shaper.close();
});

/** Its kernel loses what it was able to do. */
class AgeingDriver extends FakeDriver {
  override async capabilities(): Promise<Capabilities> {
    return Promise.resolve(this.capable);
  }
}

test('an expiry goes ahead where the faults that are left cannot be in force together any more', async () => {
  const clock = new FakeClock();
  const driver = new AgeingDriver();
  const shaper = shaperOn(driver, clock);
  const held = (name: string, effects: object): ReturnType<typeof hold> =>
    hold(parseFault({ name, ...effects }), clock.now());
  const to = [{ cidr: '10.1.0.0/16' }];
  await shaper.change(() =>
    setOf([
      held('short', { partition: true, ttl: '1s', to }),
      held('far', { delay: { time: '5ms' }, to: [{ cidr: '10.2.0.0/16' }] }),
      held('twice', { duplicate: { ratio: '1%' }, to: [{ cidr: '10.3.0.0/16' }] }),
    ]),
  );
  const missing = { available: false, code: 'duplicate-restricted', reason: 'no', hint: 'no' } as const;
  driver.capable = { ...driver.capable, duplicateBesideOthers: missing };
  const refused = shaper.change((faults) => withoutFault(faults, 'short'));
  await expect(refused).rejects.toMatchObject({ code: 'duplicate-restricted' });
  clock.advance(1_000);
  await shaper.read();
  expect([...shaper.faults.keys()]).toEqual(['far']);
  expect(shaper.tree.egress?.classes.map(({ faults }) => faults)).toEqual([['far']]);
  await shaper.close();
});

test('a set that is adopted is the truth even while the kernel refuses it, and what the kernel has is left alone', async () => {
  const driver = new FakeDriver();
  const shaper = shaperOn(driver);
  driver.failure = new Error('refused');
  await expect(shaper.adopt(() => setOf([slow(20)]))).rejects.toThrow('refused');
  expect(driver.applied).toEqual([]);
  expect([...shaper.faults.keys()]).toEqual(['latency']);
  await shaper.change((faults) => faults);
  expect(delayOf(driver.applied.at(-1))?.toString()).toBe('20ms');
  await shaper.close();
});

test('a change that fails when the kernel has taken a part of it is undone', async () => {
  const driver = new FakeDriver();
  const shaper = shaperOn(driver);
  await shaper.change(() => setOf([slow(20)]));
  const apply = driver.apply.bind(driver);
  jest.spyOn(driver, 'apply').mockImplementationOnce(async (tree) => {
    await apply(tree);
    throw new Error('not confirmed');
  });
  await expect(shaper.change(() => setOf([slow(50)]))).rejects.toThrow('not confirmed');
  expect(driver.applied.map((tree) => delayOf(tree)?.toString())).toEqual(['20ms', '50ms', '20ms']);
  expect((await shaper.read()).differences).toEqual([]);
  await shaper.close();
});

test('a change that nobody has just asked for is told at debug', async () => {
  const lines: string[] = [];
  const logger = createLogger('agent', 'debug', { write: (line) => lines.push(line) });
  const shaper = shaperOn(new FakeDriver(), new FakeClock(), { logger });
  await shaper.change(() => setOf([slow(20)]), { isRoutine: true });
  await shaper.change(() => setOf([slow(30)]));
  const levels = lines.map((line) => JSON.parse(line) as { level: string; msg: string });
  expect(levels.filter(({ msg }) => msg === 'kernel confirmed').map(({ level }) => level)).toEqual([
    'debug',
    'info',
  ]);
  await shaper.close();
});

test('the tree of a set is composed once, however often the kernel is looked at', async () => {
  const driver = new FakeDriver();
  const shaper = shaperOn(driver);
  await shaper.change(() => setOf([slow(20)]));
  const read = jest.spyOn(driver, 'read');
  await shaper.read();
  await shaper.read();
  expect(read.mock.calls[0]![0]).toBe(read.mock.calls[1]![0]);
  await shaper.close();
});

test('a set never grows beyond what can be reasoned about', () => {
  const held = Array.from({ length: 65 }, (_, index) => ({
    ...slow(1),
    fault: { ...slow(1).fault, name: `f${index}` },
  }));
  expect(() => setOf(held)).toThrow(expect.objectContaining({ code: 'too-many-faults' }));
  const full = setOf(held.slice(0, 64));
  expect(() => withFault(full, held[64]!)).toThrow(expect.objectContaining({ code: 'too-many-faults' }));
  expect(withFault(full, held[0]!).size).toBe(64);
  expect(withoutFault(full, 'f0').size).toBe(63);
  expect(unexpired(noFaults, 0)).toBe(noFaults);
});
