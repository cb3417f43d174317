import { startTestAgent, type TestAgent } from './testing';

let agent: TestAgent;
beforeEach(async () => (agent = await startTestAgent()));
afterEach(() => agent.agent.close());

const leafDelays = (): string[] =>
  agent.driver.applied.map(({ egress }) => egress?.classes[0]?.profile.delay.time.toString() ?? 'none');

test('GET /latency/20ms answers with the tc command, once the kernel has confirmed it', async () => {
  const { status, body, headers } = await agent.call('/latency/20ms');
  expect(status).toBe(200);
  expect(body).toEqual({
    'tc command': 'tc qdisc add dev eth0 parent 1:10 handle 10: netem limit 25000 delay 20ms rate 1tbit',
    latency: '20ms',
  });
  expect(headers['cache-control']).toBe('no-store');
  expect((await agent.call('/latency')).body).toEqual({
    latency: '20ms',
    device: 'eth0',
    faults: ['latency'],
  });
});

test('those who ask for text get a sentence', async () => {
  const headers = { accept: 'text/plain' };
  expect((await agent.call('/latency/20ms', { headers })).body).toBe('latency set to 20ms\n');
  expect((await agent.call('/latency', { headers })).body).toBe('20ms\n');
  expect((await agent.call('/latency/0', { headers })).body).toBe('latency removed\n');
});

test.each(['/latency/0ms', '/latency/0', '/latency/0s'])(
  '%s is fine when nothing is set, and takes away what is',
  async (path) => {
    expect(await agent.call(path)).toMatchObject({ status: 200, body: { 'tc command': '', latency: '0ms' } });
    await agent.call('/latency/20ms');
    expect(await agent.call(path)).toMatchObject({
      status: 200,
      body: { 'tc command': 'tc filter del dev eth0 parent 1: pref 60000 protocol all', latency: '0ms' },
    });
    expect((await agent.call('/latency')).body).toMatchObject({ latency: '0ms', faults: [] });
  },
);

test('a repeated call replaces, and the same call once more is no change', async () => {
  await agent.call('/latency/20ms');
  expect((await agent.call('/latency/50ms')).body).toMatchObject({
    'tc command': 'tc qdisc change dev eth0 parent 1:10 handle 10: netem limit 62500 delay 50ms rate 1tbit',
  });
  expect((await agent.call('/latency/50ms')).body).toEqual({ 'tc command': '', latency: '50ms' });
});

test('of 100 calls at once each is answered with 200, and one of them is in force', async () => {
  const calls = Array.from({ length: 100 }, (_, index) => agent.call(`/latency/${index + 1}ms`));
  expect((await Promise.all(calls)).map(({ status }) => status)).toEqual(Array(100).fill(200));
  const { latency } = (await agent.call('/latency')).body as { latency: string };
  expect(leafDelays()).toHaveLength(101);
  expect(leafDelays().at(-1)).toBe(latency);
});

test('one after the other, the last word wins', async () => {
  for (const ms of [3, 1, 4, 1, 5]) await agent.call(`/latency/${ms}ms`);
  expect((await agent.call('/latency')).body).toMatchObject({ latency: '5ms' });
});

test('a latency leaves other faults alone, and they add', async () => {
  await agent.put('/v1/faults/slow-pd', { delay: { time: '5ms' } });
  await agent.call('/latency/20ms');
  expect((await agent.call('/latency')).body).toMatchObject({
    latency: '25ms',
    faults: ['slow-pd', 'latency'],
  });
  await agent.call('/latency/0');
  expect((await agent.call('/latency')).body).toMatchObject({ latency: '5ms', faults: ['slow-pd'] });
});

test('a dry run answers the commands and changes nothing', async () => {
  expect((await agent.call('/latency/20ms?dryRun=true')).body).toEqual({
    dryRun: true,
    commands: expect.arrayContaining([expect.stringContaining('netem limit 25000 delay 20ms')]),
    commandCount: expect.any(Number),
  });
  expect((await agent.call('/latency')).body).toMatchObject({ latency: '0ms', faults: [] });
});

const commandOf = async (path: string): Promise<string> =>
  ((await agent.call(path)).body as { 'tc command': string })['tc command'];

test('behind a partition a latency has no command of its own', async () => {
  await agent.put('/v1/faults/par', { partition: true });
  expect(await commandOf('/latency/20ms')).toBe('');
  expect(await commandOf('/latency/0ms')).toBe('');
});

test('beside faults with targets the command is that of the class for everybody', async () => {
  await agent.put('/v1/faults/near', { delay: { time: '5ms' }, to: [{ cidr: '10.1.0.0/16' }] });
  await agent.put('/v1/faults/cut', { partition: true, to: [{ cidr: '10.2.0.0/16' }] });
  for (const path of ['/latency/20ms', '/latency/30ms'])
    expect(await commandOf(path)).toMatch(
      new RegExp(`^tc qdisc .* netem limit [0-9]+ delay ${path.slice(9)} rate 1tbit$`),
    );
  expect(await commandOf('/latency/0ms')).toBe('tc filter del dev eth0 parent 1: pref 60000 protocol all');
});

test.each([
  ['-5ms'],
  ['abc'],
  ['1e9h'],
  ['20ms;reboot'],
  ['20ms%0Aqdisc%20del%20dev%20eth0%20root'],
  ['NaN'],
  ['%D9%A2%D9%A0ms'],
  ['9'.repeat(10_000)],
  ['2h'],
])('%s is refused as a problem with a hint, and nothing reaches tc', async (value) => {
  const before = agent.driver.applied.length;
  const { status, body, headers } = await agent.call(`/latency/${value}`);
  expect(status).toBe(400);
  expect(headers['content-type']).toContain('application/problem+json');
  expect(body).toMatchObject({
    code: expect.stringMatching(/^invalid-(duration|fault)$/),
    hint: expect.stringMatching(/\.$/),
  });
  expect(agent.driver.applied).toHaveLength(before);
});

test('an escape that is none is a bad request, not a crash', async () => {
  expect(await agent.call('/latency/%E0%A4%A')).toMatchObject({
    status: 400,
    body: { code: 'malformed-request' },
  });
});

test.each([
  ['a browser that says so', { 'sec-fetch-mode': 'navigate' }],
  ['an image in a page', { 'sec-fetch-mode': 'no-cors' }],
  ['an older browser', { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64)' }],
])('%s is refused: a link must not change a network', async (_, headers) => {
  expect(await agent.call('/latency/20ms', { headers })).toMatchObject({ status: 403 });
  expect((await agent.call('/latency')).body).toMatchObject({ latency: '0ms' });
});

test.each(['HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS'])(
  '%s /latency/20ms changes nothing',
  async (method) => {
    expect(await agent.call('/latency/20ms', { method })).toMatchObject({
      status: 405,
      headers: { allow: 'GET' },
    });
    expect((await agent.call('/latency')).body).toMatchObject({ latency: '0ms' });
  },
);
