import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger, parseFault } from '@podlag/core';
import { FakeClock } from '@podlag/core/testing';
import { explain, FakeDriver, type Packet } from '@podlag/netem';
import { hold, withFault, withoutFault, type HeldFault } from './fault-set';
import { LeaseFile } from './lease-file';
import type { Changed, ChangeOptions } from './change';
import { Shaper } from './shaper';

let clock: FakeClock;
let shaper: Shaper;
beforeEach(() => {
  clock = new FakeClock();
  const lease = new LeaseFile(join(mkdtempSync(join(tmpdir(), 'podlag-drain-')), 'lease.json'));
  const logger = createLogger('agent', 'silent');
  const drift = { everyMs: 0, repair: true };
  const parts = { driver: new FakeDriver(), lease, clock, logger, drift, mostTargets: 20_000 };
  shaper = new Shaper({ device: 'eth0', exemptions: [], ...parts });
});
afterEach(() => shaper.close());

const fault = (name: string, time: string, more: object = {}): HeldFault =>
  hold(parseFault({ name, delay: { time }, ...more }), clock.now());
const put = (held: HeldFault, options?: ChangeOptions): Promise<Changed> =>
  shaper.change((faults) => withFault(faults, held), options);
const take = (name: string, options?: ChangeOptions): Promise<Changed> =>
  shaper.change((faults) => withoutFault(faults, name), options);
const elsewhere = { to: [{ cidr: '10.1.1.1' }] };

const packet: Packet = {
  family: 4,
  peer: [0x0a630002],
  protocol: 'udp',
  peerPort: 7,
  localPort: 9,
};

/** Packets to one peer, one each 50 ms, through leaves that keep their own line, as netem with a rate does. */
class Stream {
  readonly #lines = new Map<string, number>();
  #latest = 0;
  overtaken = 0;

  send(): void {
    const { classid = 'none', profile } = explain(shaper.tree, packet, 'egress');
    const due = clock.now() + (profile?.delay.time.milliseconds ?? 0);
    const leaves = Math.max(due, this.#lines.get(classid) ?? 0);
    this.#lines.set(classid, leaves);
    if (leaves < this.#latest) this.overtaken += 1;
    this.#latest = Math.max(this.#latest, leaves);
  }

  async run(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += 50) {
      this.send();
      clock.advance(50);
      await settled();
    }
  }
}

/** What has been asked for is done, as far as it can be at this time. */
async function settled(): Promise<void> {
  await shaper.read();
  await shaper.read();
}

function noted(change: Promise<unknown>): { readonly isOver: () => boolean } {
  let over = false;
  void change.then(
    () => (over = true),
    () => (over = true),
  );
  return { isOver: () => over };
}

test('the stream would see packets overtake without draining', async () => {
  const stream = new Stream();
  await put(fault('a', '1s'));
  await stream.run(1_000);
  await take('a');
  await stream.run(1_000);
  expect(stream.overtaken).toBeGreaterThan(10);
});

test.each([
  ['in its first stage', 300],
  ['at the end of its first stage', 950],
  ['in its second stage', 1_300],
  ['at the end of its second stage', 1_950],
])('an expiry that comes between keeps the order of a drain that is %s', async (_, afterMs) => {
  const stream = new Stream();
  await put(fault('a', '1s'));
  await stream.run(1_000);
  await put(fault('b', '3ms', { ...elsewhere, ttl: `${afterMs}ms` }));
  const drained = noted(take('a', { drain: true }));
  await settled();
  await stream.run(afterMs + 50);
  expect([...shaper.faults.keys()]).toEqual([]);
  await stream.run(5_000);
  expect(stream.overtaken).toBe(0);
  expect(drained.isOver()).toBe(true);
  expect(shaper.tree.egress).toBeUndefined();
});

test.each([200, 1_200])(
  'so does a change after %d ms, for the packets of the drain and for others',
  async (afterMs) => {
    const stream = new Stream();
    await put(fault('a', '1s'));
    await stream.run(1_000);
    const drained = noted(put(fault('a', '400ms', { to: [{ cidr: '10.99.0.0/16' }] }), { drain: true }));
    await settled();
    await stream.run(afterMs);
    const other = noted(put(fault('c', '5ms', elsewhere)));
    const lower = noted(put(fault('a', '100ms', { to: [{ cidr: '10.99.0.0/16' }] })));
    await settled();
    expect([...shaper.faults.keys()]).toEqual(['a', 'c']);
    await stream.run(950);
    expect([drained, other, lower].map(({ isOver }) => isOver())).toEqual([false, false, false]);
    await stream.run(4_000);
    expect([drained, other, lower].map(({ isOver }) => isOver())).toEqual([true, true, true]);
    expect(stream.overtaken).toBe(0);
    expect(explain(shaper.tree, packet, 'egress').profile?.delay.time.toString()).toBe('100ms');
  },
);

test('what comes between is in force at once for packets that are not drained', async () => {
  await put(fault('a', '1s', { to: [{ cidr: '10.99.0.0/16' }] }));
  noted(take('a', { drain: true }));
  await settled();
  noted(put(fault('c', '5ms', elsewhere)));
  await settled();
  const other = explain(shaper.tree, { ...packet, peer: [0x0a010101] }, 'egress');
  expect(other.profile?.delay.time.toString()).toBe('5ms');
});

test('changes without end cannot keep an old delay in force', async () => {
  await put(fault('a', '1s'));
  const drained = noted(take('a', { drain: true }));
  for (let count = 0; count < 20 && !drained.isOver(); count += 1) {
    noted(put(fault('b', `${count + 1}ms`, elsewhere)));
    await new Stream().run(500);
  }
  expect(drained.isOver()).toBe(true);
  expect(explain(shaper.tree, packet, 'egress').faults).toEqual([]);
});

test('who says drain=false gives the order up, and all that wait are answered', async () => {
  await put(fault('a', '1h'));
  const drained = take('a', { drain: true });
  await settled();
  await put(fault('b', '5ms', elsewhere), { drain: false });
  await drained;
  expect(explain(shaper.tree, packet, 'egress').faults).toEqual([]);
});

test('a change that the kernel refuses in between leaves the drain to go on', async () => {
  const drained = noted(put(fault('a', '1s')).then(() => take('a', { drain: true })));
  await settled();
  await settled();
  const refused = shaper.change(() => {
    throw new Error('refused');
  });
  await expect(refused).rejects.toThrow('refused');
  await new Stream().run(2_200);
  expect(drained.isOver()).toBe(true);
});

test('who waits for the changes that went on from its own is told when the agent ends', async () => {
  await put(fault('a', '1s'));
  const drained = take('a', { drain: true });
  await settled();
  noted(put(fault('b', '5ms', elsewhere)));
  clock.advance(1_000);
  await settled();
  shaper.endWaits();
  await expect(drained).rejects.toMatchObject({ code: 'stopping' });
});
