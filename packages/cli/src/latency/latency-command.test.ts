import { KeyRing, podlagNamespace, tokenSecret } from '@podlag/access';
import { kubeApiWith, kubeErrors, mutatingWebhookConfigurations, secrets } from '@podlag/kube';
import { closeAgents, CommandLine } from '../../test/command-line';

afterEach(closeAgents);

test('a delay is set at the pods that are named, through the API server, and read back', async () => {
  const line = new CommandLine();
  await line.pod('shop', 'web');
  await line.pod('shop', 'db');
  expect(await line.run('latency set 20ms db')).toMatchObject({ code: 0, stderr: '' });
  const { stdout } = await line.run('latency get');
  expect(stdout).toBe(['AGENT  LATENCY', 'db        20ms', 'web        0ms', ''].join('\n'));
});

test('it is taken away again', async () => {
  const line = new CommandLine();
  await line.pod('shop', 'web');
  await line.run('latency set 20ms');
  await line.run('latency clear');
  expect(await line.json('latency get')).toEqual({
    agents: [{ agent: 'web', namespace: 'shop', latency: '0ms', device: 'eth0', faults: [] }],
  });
});

test('--to has it for some only: a block, and the addresses of a pod', async () => {
  const line = new CommandLine();
  await line.pod('shop', 'web');
  await line.pod('shop', 'db');
  expect(await line.json('latency set 5ms web --to 10.9.0.0/16 --to pod/db')).toEqual({
    agents: [{ agent: 'web', namespace: 'shop', latency: '5ms', to: ['10.9.0.0/16', '10.1.0.2/32'] }],
  });
  const { body } = await line.agents.get('shop/web')!.call('/v1/faults/latency');
  expect(body).toMatchObject({
    delay: { time: '5ms' },
    to: [{ cidr: '10.9.0.0/16' }, { cidr: '10.1.0.2/32' }],
  });
});

test('what --to has set, clear takes away', async () => {
  const line = new CommandLine();
  await line.pod('shop', 'web');
  await line.run('latency set 5ms --to 10.9.0.0/16');
  await line.run('latency clear');
  expect((await line.agents.get('shop/web')!.call('/v1/faults')).body).toMatchObject({ faults: [] });
});

test('labels choose pods, and -A those of every namespace', async () => {
  const line = new CommandLine();
  await line.pod('shop', 'web');
  await line.pod('bank', 'db');
  expect((await line.run('latency set 1ms -A -l app=db -o name')).stdout).toBe('pod/db\n');
  expect((await line.run('latency get -A')).stdout).toBe(
    ['NAMESPACE  AGENT  LATENCY', 'bank       db         1ms', 'shop       web        0ms', ''].join('\n'),
  );
});

test('--agent needs no cluster', async () => {
  const line = new CommandLine();
  const { agent } = await line.agent();
  const connect = (): never => {
    throw new Error('there is no cluster');
  };
  const { code, stdout } = await line.run(`latency set 20ms --agent 127.0.0.1:${agent.port}`, { connect });
  expect({ code, stdout }).toEqual({
    code: 0,
    stdout: `AGENT${' '.repeat(`127.0.0.1:${agent.port}`.length - 5)}  LATENCY\n127.0.0.1:${agent.port}     20ms\n`,
  });
});

test('who does not answer is told of with what to do, the others are done, and it has failed', async () => {
  const line = new CommandLine();
  const { agent } = await line.agent();
  const { code, stdout, stderr } = await line.run(
    `latency set 1ms --agent 127.0.0.1:1 --agent 127.0.0.1:${agent.port}`,
  );
  expect(code).toBe(1);
  expect(stdout).toContain(`127.0.0.1:${agent.port}      1ms`);
  expect(stderr).toMatch(/^127\.0\.0\.1:1: .*ECONNREFUSED.*\n {2}hint: /);
  expect(stderr).toContain('error: 1 of 2 agents did not do it');
});

test.each([
  ['latency set 20mss', /is not a duration like 20ms/],
  ['latency set', /missing required argument/],
  ['latency get web --agent 10.1.2.3', /--agent names the agents/],
  ['latency get web -A', /not by both/],
  ['latency get --agent 10.1.2.3:99999', /Give HOST or HOST:PORT/],
  ['latency set 1ms --to nowhere', /is not an address block/],
  ['latency got', /unknown command/],
])('%s is wrong usage', async (words, why) => {
  const line = new CommandLine();
  await line.pod('shop', 'web');
  const { code, stderr } = await line.run(words);
  expect(stderr).toMatch(why);
  expect(stderr).toContain('hint: ');
  expect(code).toBe(2);
});

test.each([
  ['latency get nobody', /no pod "nobody" in shop/],
  ['latency get -n empty', /no pod of empty has an agent/],
])('%s fails, and says what to do', async (words, why) => {
  const line = new CommandLine();
  await line.pod('shop', 'web');
  const { code, stderr } = await line.run(words);
  expect(stderr).toMatch(why);
  expect(code).toBe(1);
});

describe('an agent in token mode', () => {
  const ring = KeyRing.generate(new Date(Date.UTC(2026, 10, 1)));
  const env = {
    PODLAG_ACCESS: 'token',
    PODLAG_POD_NAMESPACE: 'shop',
    PODLAG_POD_NAME: 'web',
    PODLAG_TOKEN_KEYS: JSON.stringify(ring.publicKeys.document()),
  };
  const secret = {
    ...{ apiVersion: 'v1', kind: 'Secret' },
    metadata: { namespace: podlagNamespace, name: tokenSecret.name },
    data: { [tokenSecret.key]: Buffer.from(JSON.stringify(ring.document())).toString('base64') },
  };

  test('gets a token by itself where the Secret may be read', async () => {
    const line = new CommandLine();
    await line.pod('shop', 'web', { env });
    line.api.seed(secrets, secret);
    expect(await line.run('latency set 20ms')).toMatchObject({ code: 0, stderr: '' });
    expect((await line.run('latency get')).stdout).toContain('20ms');
  });

  test('gets it where podlag is installed in another namespace, as its webhook says', async () => {
    const line = new CommandLine();
    await line.pod('shop', 'web', { env });
    line.api.seed(secrets, { ...secret, metadata: { ...secret.metadata, namespace: 'netlab' } });
    line.api.seed(mutatingWebhookConfigurations, {
      metadata: { name: 'podlag-injector' },
      webhooks: [
        {
          name: 'injector.podlag.io',
          clientConfig: { service: { namespace: 'netlab', name: 'podlag-injector' } },
        },
      ],
    });
    expect(await line.run('latency set 20ms')).toMatchObject({ code: 0, stderr: '' });
  });

  test('gets it where the webhook may not be read, out of podlag-system', async () => {
    const line = new CommandLine();
    await line.pod('shop', 'web', { env });
    line.api.seed(secrets, secret);
    const api = kubeApiWith(line.api, {
      get: (resource, ref) =>
        resource.kind === 'MutatingWebhookConfiguration'
          ? Promise.reject(kubeErrors.error('kube-forbidden', 'eve may not'))
          : line.api.get(resource, ref),
    });
    const connect = () => Promise.resolve({ api, namespace: 'shop' });
    expect(await line.run('latency set 20ms', { connect })).toMatchObject({ code: 0, stderr: '' });
  });

  test('is not shown one for what is free', async () => {
    const line = new CommandLine();
    await line.pod('shop', 'web', { env });
    await line.run('latency get');
    expect(line.api.calls.filter(({ resource }) => resource === 'secrets')).toEqual([]);
  });

  test('without the Secret it is said whom to ask', async () => {
    const line = new CommandLine();
    await line.pod('shop', 'web', { env });
    const { code, stderr } = await line.run('latency set 20ms');
    expect(stderr).toContain('web: the Secret podlag-system/podlag-token-keys is not there');
    expect(code).toBe(1);
  });

  test('takes the token that --token gives', async () => {
    const line = new CommandLine();
    const { agent } = await line.agent({ env });
    line.api.seed(secrets, secret);
    const { stdout: token } = await line.run('token --for 1m --pod web');
    const { code } = await line.run(
      `latency set 20ms --agent 127.0.0.1:${agent.port} --token ${token.trim()}`,
    );
    expect(code).toBe(0);
  });
});
