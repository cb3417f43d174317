import { AgentBed, few, type Reply } from './agent-bed';

// What the agent's own prober measures of faults whose size is known, through a real kernel.

jest.setTimeout(120_000);

let bed: AgentBed;

beforeAll(() => {
  bed = new AgentBed();
});
afterAll(() => bed.remove());
afterEach(() => bed.clear());

interface Summary {
  readonly answered: number;
  readonly lost: number;
  readonly min?: string;
  readonly median?: string;
}

interface Probed {
  readonly roundTrip: Summary;
  readonly idle: Summary;
  readonly added: { readonly median?: string };
  readonly eventLoopDelay: string;
}

async function probe(asked: object): Promise<Probed> {
  const json = ['-H', 'Content-Type: application/json', '-d', JSON.stringify(asked)];
  const reply: Reply = await bed.curl('/v1/probes', '-X', 'POST', ...json);
  expect(reply).toMatchObject({ status: 200 });
  return reply.body as Probed;
}

const toPeer = async (asked: object = {}): Promise<Probed> =>
  probe({ dst: bed.link.peerAddress, count: 50, ...asked });

const ms = (text: string | undefined): number => {
  const [, number, unit] = /^([0-9.]+)(us|ms|s)$/.exec(text ?? '') ?? [];
  return Number(number) * { us: 0.001, ms: 1, s: 1_000 }[unit as 'us' | 'ms' | 's'];
};

/** How far the median is from what was asked, and how far the least is, which a machine that is held up touches little. */
function offBy(
  { added, roundTrip, idle }: Probed,
  askedMs: number,
): Readonly<Record<'median' | 'least', number>> {
  const least = ms(roundTrip.min) - ms(idle.min);
  return { median: Math.abs(ms(added.median) - askedMs), least: Math.abs(least - askedMs) };
}

/**
 * The nearest of five probes. The least is within 0.3 ms of what was asked, the median within `medianMs`: of a bed with
 * one processor, who waits for a delayed answer sleeps and has to be woken, and who gets one at once need not.
 */
async function expectAdded(askedMs: number, asked: object = {}, medianMs = 0.5): Promise<Probed> {
  const isNear = (one: Probed): boolean => offBy(one, askedMs).median <= 0.3;
  const probes: Probed[] = [];
  while (probes.length < 5 && !probes.some(isNear)) probes.push(await toPeer(asked));
  const [nearest] = probes.toSorted(
    (one, other) => offBy(one, askedMs).median - offBy(other, askedMs).median,
  );
  expect(offBy(nearest!, askedMs).least).toBeLessThanOrEqual(0.3);
  expect(offBy(nearest!, askedMs).median).toBeLessThanOrEqual(medianMs);
  return nearest!;
}

test('without a fault nothing is added, and a refusal is an answer', async () => {
  await bed.start();
  const found = await expectAdded(0);
  expect(found).toMatchObject({ roundTrip: { answered: 50, lost: 0 }, idle: { answered: 50, lost: 0 } });
});

test.each([0.5, 5, 20, 100])('a delay of %d ms is measured as such', async (time) => {
  await bed.start();
  expect(await bed.put('slow', { delay: { time } })).toMatchObject({ status: 200 });
  const found = await expectAdded(time);
  expect(found.roundTrip).toMatchObject({ answered: 50, lost: 0 });
  expect(ms(found.idle.median)).toBeLessThan(time + 5);
});

test('a fault for one port of the peer shows at that port only, in IPv6 too', async () => {
  await bed.start();
  await bed.put('slow-pd', { delay: { time: '20ms' }, to: [{ ports: [2379], protocol: 'tcp' }] });
  for (const dst of [bed.link.peerAddress, bed.link.peerAddress6]) {
    await expectAdded(20, { dst, port: 2379 });
    await expectAdded(0, { dst, port: 2380 });
  }
});

test('a round trip that is asked for on both ways is measured whole', async () => {
  await bed.start();
  await bed.put('far', { delay: { rtt: '30ms' }, direction: 'both' });
  await expectAdded(30);
});

// 999 of 1,000 draws of 200 lose 22 to 59 at one in five.
test.each(['900ms', '3s'])(
  'a loss of 20 %% is seen as such with a patience of %s: a SYN that is sent again is lost as well',
  async (timeout) => {
    await bed.start();
    await bed.put('lossy', { loss: { ratio: '20%' } });
    const { roundTrip, idle } = await toPeer({ count: 200, interval: '5ms', timeout });
    expect(roundTrip.lost).toBeGreaterThanOrEqual(22);
    expect(roundTrip.lost).toBeLessThanOrEqual(59);
    expect(roundTrip.answered + roundTrip.lost).toBe(200);
    expect(idle).toMatchObject({ answered: 200, lost: 0 });
  },
);

test('behind a partition all is lost, nothing is added, and the agent port answers', async () => {
  await bed.start();
  await bed.put('cut', { partition: true });
  const found = await toPeer({ count: 10, timeout: '500ms' });
  expect(found).toMatchObject({
    roundTrip: { answered: 0, lost: 10 },
    idle: { answered: 10, lost: 0 },
    added: {},
  });
  expect(found.roundTrip.median).toBeUndefined();
});

test('a peer without a route is told as such, not as one that is slow', async () => {
  await bed.start();
  const asked = JSON.stringify({ dst: '203.0.113.1', count: 11, interval: '10s' });
  const json = ['-H', 'Content-Type: application/json', '-d', asked];
  expect(await bed.curl('/v1/probes', '-X', 'POST', ...json)).toMatchObject({
    status: 422,
    body: { code: 'probe-not-sent', detail: expect.stringContaining('ENETUNREACH') },
  });
});

test('a thousand probes a second are answered', async () => {
  await bed.start();
  await bed.put('slow', { delay: { time: '20ms' } });
  // The one processor is busy with connections, two thousand of them.
  const found = await expectAdded(20, { count: 1_000, interval: '1ms' }, few);
  expect(found).toMatchObject({ roundTrip: { answered: 1_000, lost: 0 }, idle: { answered: 1_000 } });
});
