import { startTestAgent, type TestAgent } from './testing';

let agent: TestAgent;
beforeAll(async () => {
  agent = await startTestAgent({
    env: {
      PODLAG_PROBE_PORTS: '8080',
      PODLAG_NODE_ADDRESSES: '192.168.0.7',
      PODLAG_EXEMPT: '[{"cidr":"10.96.0.10/32"}]',
    },
  });
  const { put } = agent;
  await put('/v1/faults/far', { delay: { time: '20ms', jitter: '5ms' }, to: [{ cidr: '10.1.0.0/16' }] });
  await put('/v1/faults/pd', { delay: { time: '5ms' }, to: [{ cidr: '10.1.2.0/24', ports: [2379] }] });
  await put('/v1/faults/back', { delay: { time: '1ms' }, direction: 'ingress' });
  await put('/v1/faults/cut', { partition: true, direction: 'ingress', to: [{ cidr: 'fd00::/8' }] });
});
afterAll(() => agent.agent.close());

test('a packet meets the faults of its address and port, composed, and what takes round trips takes longer', async () => {
  expect((await agent.call('/v1/explain?dst=10.1.2.3&port=2379&protocol=tcp')).body).toEqual({
    packet: { dst: '10.1.2.3', protocol: 'tcp', port: 2379 },
    egress: {
      exempt: false,
      reason: 'meets far, pd',
      faults: ['far', 'pd'],
      classid: expect.stringMatching(/^1:/),
      profile: { delay: { time: '25ms', jitter: '5ms', correlation: '0%', distribution: 'uniform' } },
    },
    ingress: {
      exempt: false,
      reason: 'meets back',
      faults: ['back'],
      classid: expect.stringMatching(/^1:/),
      profile: { delay: { time: '1ms' } },
    },
    expected: {
      roundTrip: { least: '21ms', most: '31ms' },
      tcpConnect: { least: '21ms', most: '31ms' },
      tlsHandshake: { least: '42ms', most: '62ms' },
      httpAnswer: { least: '63ms', most: '93ms' },
      without: [],
    },
  });
});

test.each([
  ['another port', 'dst=10.1.2.3&port=80&direction=egress', { egress: { faults: ['far'] } }],
  [
    'another address',
    'dst=10.2.0.1&direction=egress',
    { egress: { faults: [] }, expected: { tcpConnect: { least: '1ms', most: '1ms' } } },
  ],
  ['ICMP, which has no port', 'dst=10.1.2.3&protocol=icmp', { egress: { faults: ['far'] } }],
  ['a partition', 'dst=fd00::1', { ingress: { faults: ['back', 'cut'] }, expected: { roundTrip: 'never' } }],
])('explained: %s', async (_, query, body) => {
  expect(await agent.call(`/v1/explain?${query}`)).toMatchObject({ status: 200, body });
});

test.each([
  ['a probe', 'dst=192.168.0.7&localPort=8080', 'probe'],
  ['another agent', 'dst=10.1.2.3&port=' + 'AGENT', 'agent'],
  ['what the settings name', 'dst=10.96.0.10&protocol=udp&port=53', 'PODLAG_EXEMPT'],
])('exempt, and why: %s', async (_, query, why) => {
  const { body } = await agent.call(`/v1/explain?${query.replace('AGENT', String(agent.agent.port))}`);
  expect(body).toMatchObject({
    egress: { exempt: true, reason: expect.stringContaining(why), faults: [], classid: '1:1' },
    expected: { roundTrip: none() },
  });
});

test('of the node’s other traffic nothing is exempt', async () => {
  const { body } = await agent.call('/v1/explain?dst=192.168.0.7&localPort=4000');
  expect(body).toMatchObject({ ingress: { exempt: false, faults: ['back'] } });
});

test.each([
  ['', 'dst'],
  ['dst=somewhere', 'dst'],
  ['dst=10.0.0.0/8', 'dst'],
  ['dst=fe80::1%25eth0', 'dst'],
  ['dst=10.0.0.1&port=0', 'port'],
  ['dst=10.0.0.1&port=80&protocol=icmp', 'port'],
  ['dst=10.0.0.1&protocol=sctp', 'protocol'],
  ['dst=10.0.0.1&direction=both', 'direction'],
  ['dst=10.0.0.1&dirction=egress', 'dirction'],
])('?%s is asked back by the name of the parameter', async (query, field) => {
  expect(await agent.call(`/v1/explain?${query}`)).toMatchObject({
    status: 400,
    body: { code: 'malformed-request', field },
  });
});

test('a round trip has both ways, whichever is asked about', async () => {
  const { body } = await agent.call('/v1/explain?dst=10.2.0.1&direction=egress');
  expect(body).not.toHaveProperty('ingress');
  expect(body).toMatchObject({ expected: { roundTrip: { least: '1ms', most: '1ms' } } });
});

test.each([
  ['dst=10.1.2.3', 'with a port: pd'],
  ['dst=10.1.2.3&port=80', undefined],
  ['dst=10.1.2.3&port=2379', undefined],
  ['dst=10.1.2.3&direction=ingress', undefined],
  ['dst=10.1.2.3&protocol=icmp', undefined],
  ['dst=10.1.3.3', undefined],
])(
  '?%s: faults that only meet packets with a port are named where none was given: %s',
  async (query, note) => {
    const { body } = await agent.call(`/v1/explain?${query}`);
    expect((body as { note?: string }).note).toBe(note);
  },
);

test('what the delay of the packets does not say is named', async () => {
  await agent.put('/v1/faults/thin', { rate: '1mbit', loss: { ratio: '1%' }, to: [{ cidr: '10.9.0.0/16' }] });
  const { body } = await agent.call('/v1/explain?dst=10.9.0.1');
  expect(body).toMatchObject({ expected: { without: ['loss', 'rate'] } });
  await agent.call('/v1/faults/thin', { method: 'DELETE' });
});

test.each([
  ['a chain of two states', { loss: { gemodel: { p: '1%', r: '10%', h: '50%', k: '99%' } } }],
  ['a chain of four', { loss: { state: { p13: '1%', p31: '10%', p32: '2%', p23: '3%', p14: '4%' } } }],
  ['a plain ratio', { loss: { ratio: '1%', correlation: '25%' } }],
  [
    'a table',
    {
      delay: {
        ...{ time: '20ms', jitter: '5ms', correlation: '10%' },
        distribution: { table: [-1.5, -0.25, 0.5, 3.9998] },
      },
    },
  ],
  [
    'a named distribution',
    { delay: { time: '20ms', jitter: '5ms', correlation: '10%', distribution: 'normal' } },
  ],
  ['a rate', { rate: '10mbit' }],
])('what happens to a packet is said in the words of the fault that does it: %s', async (_, effects) => {
  expect((await agent.put('/v1/faults/said', { ...effects, to: [{ cidr: '10.8.0.1' }] })).status).toBe(200);
  const { body } = await agent.call('/v1/explain?dst=10.8.0.1');
  expect((body as { egress: { profile: unknown } }).egress.profile).toEqual(effects);
  await agent.call('/v1/faults/said', { method: 'DELETE' });
});

function none(): object {
  return { least: '0ms', most: '0ms' };
}
