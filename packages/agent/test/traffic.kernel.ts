import { createServer, type Server } from 'node:http';
import { AgentBed, expectAbout, few } from './agent-bed';

// Whom faults meet and whom they do not, as told to the agent over HTTP.

jest.setTimeout(120_000);

/** Another pod, beside the peer's own address, which stands for the node. */
const other = '10.99.0.3';
const probePort = 8080;

let bed: AgentBed;
let application: Server;

beforeAll(async () => {
  bed = new AgentBed();
  bed.addPeerAddress(other);
  await bed.calibrate();
  application = createServer((_request, response) => response.end('"alive"')).listen(probePort);
});
afterAll(async () => {
  application.closeAllConnections();
  application.close();
  await bed.remove();
});
afterEach(() => bed.clear());

const worst = { delay: { time: '5s' }, loss: { ratio: '100%' } };
const asTheInjectorSays = (): NodeJS.ProcessEnv => ({
  PODLAG_NODE_ADDRESSES: bed.link.peerAddress,
  PODLAG_PROBE_PORTS: String(probePort),
});
const probe = async (from: string): Promise<number | undefined> => {
  const reply = await bed
    .curlPort(probePort, '/', '--interface', from, '-m', '1')
    .catch(() => ({ status: 0, seconds: 0 }));
  return reply.status === 200 ? reply.seconds : undefined;
};

const drivers = ['tc', 'netlink'] as const;

test.each(drivers)(
  'by %s: under 5 s and 100 %% loss the agent and a probed port answer the node as fast as before, ping does not',
  async (driver) => {
    await bed.start({ ...asTheInjectorSays(), PODLAG_DRIVER: driver });
    const before = {
      agent: (await bed.curl('/healthz')).seconds,
      probe: (await probe(bed.link.peerAddress))!,
    };
    expect((await bed.put('worst', worst)).status).toBe(200);
    // Within a tenth of a second more: a retransmission alone would take a whole one.
    expect((await bed.curl('/healthz')).seconds).toBeLessThan(before.agent + 0.1);
    expect(await probe(bed.link.peerAddress)).toBeLessThan(before.probe + 0.1);
    expect(await bed.pingFrom(bed.link.peerAddress, 1)).toBeUndefined();
    // Users come by the same port, from elsewhere.
    expect(await probe(other)).toBeUndefined();
    expect((await bed.curl('/v1/state')).body).toMatchObject({
      drift: [],
      exemptions: expect.arrayContaining([
        {
          reason: 'probes',
          protocol: 'tcp',
          peers: [`${bed.link.peerAddress}/32`],
          localPorts: [probePort],
        },
      ]) as unknown,
    });
  },
);

test('exemptProbes: false lets the probes meet the faults', async () => {
  await bed.start({ ...asTheInjectorSays(), PODLAG_EXEMPT_PROBES: 'false' });
  expect(await probe(bed.link.peerAddress)).toBeLessThan(1);
  await bed.put('worst', worst);
  expect(await probe(bed.link.peerAddress)).toBeUndefined();
  expect((await bed.curl('/healthz')).status).toBe(200);
});

test('traffic that the settings exempt passes', async () => {
  await bed.start({ PODLAG_EXEMPT: JSON.stringify([{ cidr: other }]) });
  await bed.put('worst', worst);
  expect(await bed.pingFrom(other, 1)).toBeLessThan(1_000);
  expect(await bed.pingFrom(bed.link.peerAddress, 1)).toBeUndefined();
});

test.each(drivers)(
  'by %s: a fault meets those whom it names, in the direction that it names, and explain says the same',
  async (driver) => {
    await bed.start({ PODLAG_DRIVER: driver });
    expect((await bed.put('slow', { delay: { time: '20ms' }, to: [{ cidr: other }] })).status).toBe(200);
    expectAbout(await bed.measured(5, other), 20, few);
    expect(await bed.measured(5)).toBeLessThan(few);
    await bed.put('comes', { delay: { time: '10ms' }, direction: 'ingress', to: [{ cidr: '10.99.0.0/24' }] });
    expectAbout(await bed.measured(5, other), 30, few);
    expectAbout(await bed.measured(5), 10, few);
    const { body } = await bed.curl(`/v1/explain?dst=${other}&protocol=icmp`);
    expect(body).toMatchObject({
      egress: { exempt: false, faults: ['slow'], profile: { delay: { time: '20ms' } } },
      ingress: { exempt: false, faults: ['comes'], profile: { delay: { time: '10ms' } } },
      expected: { roundTrip: { least: '30ms', most: '30ms' } },
    });
    expect((await bed.curl('/v1/state')).body).toMatchObject({
      drift: [],
      counters: { ingress: [{ faults: [] }, { faults: ['comes'] }] },
    });
    await bed.curl('/v1/faults', '-X', 'DELETE');
    expect(await bed.measured(5, other)).toBeLessThan(few);
  },
);

test('a round trip that is asked for is what a round trip takes longer', async () => {
  await bed.start();
  await bed.put('far', { delay: { rtt: '30ms' }, direction: 'both' });
  expectAbout(await bed.measured(5), 30, few);
});
