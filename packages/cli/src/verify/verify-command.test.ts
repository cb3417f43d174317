import type { TestAgent } from '@podlag/agent/testing';
import { latencyMatrices, networkFaults, plannedName } from '@podlag/api';
import { endpointSlices, pods, serviceNameLabel } from '@podlag/kube';
import { closeAgents, CommandLine } from '../../test/command-line';
import { verifyOutput, type VerifyOutput } from '../output/verify-output';

// Real agents and real packets over loopback, on devices in memory: what is asked for is not done.

afterEach(closeAgents);

interface Asked {
  readonly line: CommandLine;
  readonly agents: readonly TestAgent[];
  /** --agent of each. */
  readonly flags: string;
}

async function atAgents(count: number): Promise<Asked> {
  const line = new CommandLine();
  const agents = await Promise.all(Array.from({ length: count }, () => line.agent()));
  const flags = agents.map(({ agent }) => `--agent 127.0.0.1:${agent.port}`).join(' ');
  return { line, agents, flags };
}

const read = (text: string): VerifyOutput => verifyOutput.parse(JSON.parse(text));

test('where nothing is asked for and nothing is there, all is well', async () => {
  const { line, flags } = await atAgents(3);
  const { stdout, stderr, code } = await line.run(`verify ${flags}`);
  expect(stdout).toContain('6 pairs: 6 ok\n');
  expect(stdout.match(/0 \/ [0-9.]+ ok/g)).toHaveLength(6);
  expect(stderr).toContain('Measuring 6 pairs, 20 connects each\n');
  expect(stderr).toContain('6 of 6 pairs measured\n');
  expect(code).toBe(0);
});

test('a delay that is asked for and not there is off, both ways, and the exit status says so', async () => {
  const { line, agents, flags } = await atAgents(2);
  await agents[0]!.put('/v1/faults/slow', { delay: { time: '20ms' } });
  const { stdout, stderr, code } = await line.run(`verify --count 5 ${flags}`);
  expect(stdout.match(/20 \/ [0-9.]+ off/g)).toHaveLength(2);
  expect(stdout).toMatch(/-> 127\.0\.0\.1:[0-9]+: off: [0-9.]+ ms are added, expected 19 to 21 ms/);
  expect(stderr).toContain('2 not as asked, measured once more');
  expect(code).toBe(3);
});

test('-o json is of its schema', async () => {
  const { line, agents, flags } = await atAgents(2);
  await agents[1]!.put('/v1/faults/cut', { partition: true });
  expect(await line.json(`verify --count 5 --port 9 ${flags}`)).toMatchObject({
    ...{ port: 9, count: 5, possible: 2 },
    summary: { ok: 0, off: 2, unreachable: 0, unmeasurable: 0 },
    pairs: [
      { asked: 'never', faults: ['cut'], measured: { answered: 15, lost: 0 }, verdict: 'off' },
      { verdict: 'off' },
    ],
  });
});

test('-o wide has a line a pair', async () => {
  const { line, agents, flags } = await atAgents(2);
  await agents[0]!.put('/v1/faults/lossy', { loss: { ratio: '1%' } });
  const { stdout } = await line.run(`verify --count 5 -o wide ${flags}`);
  expect(stdout.split('\n')[0]).toMatch(
    /^FROM +TO +ASKED +MEASURED +LOSS +VERDICT +WHY +IDLE +ANSWERED +LOST +FAULTS$/,
  );
  expect(stdout).toMatch(/1% \/ 0% +ok .* 5 +0 +lossy\n/);
});

test('where an agent does not answer nothing can be told, which is not well either', async () => {
  const { line, flags } = await atAgents(1);
  const { stdout, code } = await line.run(`verify --count 5 ${flags} --agent 127.0.0.1:1`);
  expect(stdout).toContain('2 pairs: 2 unmeasurable\n');
  expect(stdout).toContain('(agent-unreachable)');
  expect(code).toBe(3);
});

test('--to has all measure toward one, also one that has no agent', async () => {
  const { line, flags } = await atAgents(2);
  const { stdout } = await line.run(`verify --count 5 -o json --to 127.0.0.9 ${flags}`);
  expect(read(stdout).pairs.map(({ to }) => to)).toEqual(['127.0.0.9', '127.0.0.9']);
});

test('of more than twelve pods there is a sample, and the first of the worst are shown', async () => {
  const nobody = Array.from({ length: 13 }, (_, index) => `--agent 127.0.0.1:${index + 1}`).join(' ');
  const { stdout, stderr } = await new CommandLine().run(`verify ${nobody}`);
  expect(stderr).toContain('Measuring 132 pairs, 20 connects each; a sample of 156');
  expect(stdout.split('\n').filter((row) => row.includes(' unmeasurable '))).toHaveLength(20);
  expect(stdout).toContain('132 pairs (a sample of 156): 132 unmeasurable\n');
});

test('Ctrl-C ends it', async () => {
  const { line, flags } = await atAgents(2);
  line.interrupt();
  expect(await line.run(`verify ${flags}`)).toMatchObject({
    ...{ code: 1, stdout: '' },
    stderr: expect.stringContaining('not all pairs are measured'),
  });
});

test.each([
  ['verify networkfault/slow --agent 127.0.0.1', 'do not go with it'],
  ['verify --agent pd-0.shop', 'pd-0.shop'],
  ['verify --agent 127.0.0.1', 'nobody to connect to'],
  ['verify --agent 127.0.0.1 --to web', 'is no IP address'],
  ['verify --count 4', 'Give a whole number, 5 to 1000.'],
  ['verify pod/web', 'neither networkfault/NAME nor latencymatrix/NAME'],
])('%s is wrong usage', async (words, why) => {
  const { code, stderr } = await new CommandLine().run(words);
  expect(stderr).toContain(why);
  expect(code).toBe(2);
});

/** Pods on loopback, as their agents are; web has a plan of the controller's. */
async function inCluster(phase: string): Promise<CommandLine> {
  const line = new CommandLine();
  for (const name of ['db', 'pd', 'web']) {
    await line.pod('shop', name);
    const pod = (await line.api.get(pods, { namespace: 'shop', name }))!;
    line.api.seed(pods, { ...pod, status: { ...pod.status, podIP: '127.0.0.1' } });
  }
  line.api.seed(networkFaults, {
    metadata: { namespace: 'shop', name: 'slow-pd', generation: 1 },
    spec: {
      selector: { matchLabels: { app: 'web' } },
      delay: { time: '0.5ms' },
      to: [{ cidr: '127.0.0.0/8', ports: ['2379-2400'] }],
    },
    status: { phase, pods: { selected: 1, effective: 1, pending: 0, failed: 0 } } as never,
  });
  const to = [{ cidr: '127.0.0.0/8', ports: [2379] }];
  await line.agents.get('shop/web')!.put('/v1/plans/controller', {
    generation: 1,
    faults: [{ name: 'slow-pd.networkfault', delay: { time: '0.5ms' }, to, ttl: '1m' }],
  });
  return line;
}

test('of an object those pairs are measured that meet it, at the port that it names', async () => {
  const line = await inCluster('Effective');
  const { stdout, code } = await line.run('verify networkfault/slow-pd -o json');
  expect(read(stdout)).toMatchObject({
    object: { name: 'networkfault/slow-pd', phase: 'Effective' },
    port: 2379,
    pods: ['db', 'pd', 'web'],
    pairs: [
      {
        from: 'web',
        to: 'db',
        faults: ['controller/slow-pd.networkfault'],
        asked: { median: '500us' },
        verdict: 'ok',
      },
      { from: 'web', to: 'pd' },
    ],
  });
  expect(code).toBe(0);
});

test('of one toward a Service the port is that at which the pods behind it listen', async () => {
  const line = await inCluster('Effective');
  const ref = { namespace: 'shop', name: 'slow-pd' };
  const object = (await line.api.get(networkFaults, ref))!;
  line.api.seed(networkFaults, { ...object, spec: { ...object.spec, to: [{ service: { name: 'pd' } }] } });
  const slice = (of: string, ...ports: readonly object[]) =>
    line.api.seed(endpointSlices, {
      metadata: { namespace: 'shop', name: `${of}-abc`, labels: { [serviceNameLabel]: of } },
      ...{ addressType: 'IPv4', endpoints: [], ports },
    });
  slice('other', { port: 80 });
  slice('pd', { port: 53, protocol: 'UDP' }, { name: 'client', port: 2379, protocol: 'TCP' });
  const { stdout, code } = await line.run('verify networkfault/slow-pd -o json');
  expect(read(stdout)).toMatchObject({ port: 2379, summary: { ok: 2 } });
  expect(code).toBe(0);
});

test('an object that is not in force everywhere is not well, whatever is measured', async () => {
  const { stdout, code } = await (await inCluster('Partial')).run('verify nf/slow-pd');
  expect(stdout).toContain('networkfault/slow-pd is Partial. 2 pairs: 2 ok');
  expect(code).toBe(3);
});

test('an object that no packet meets is not verified', async () => {
  const { code, stderr } = await (await inCluster('Pending')).run('verify nf/slow-pd --port 80');
  expect(stderr).toContain('no connection to port 80 between pods meets networkfault/slow-pd');
  expect(stderr).toContain('It is Pending');
  expect(code).toBe(1);
});

test('an object whose name is longer than an agent takes is known by the one that it has there', async () => {
  const line = await inCluster('Effective');
  const name = 'n'.repeat(100);
  const { spec, status } = line.api.stored(networkFaults, { namespace: 'shop', name: 'slow-pd' });
  line.api.seed(networkFaults, { metadata: { namespace: 'shop', name }, spec, status: status! });
  const to = [{ cidr: '127.0.0.0/8', ports: [2379] }];
  await line.agents.get('shop/web')!.put('/v1/plans/controller', {
    generation: 2,
    faults: [{ name: plannedName('networkfault', [name]), delay: { time: '0.5ms' }, to, ttl: '1m' }],
  });
  const { stdout } = await line.run(`verify nf/${name} -o json`);
  expect(read(stdout).pairs.map(({ from, to }) => `${from} ${to}`)).toEqual(['web db', 'web pd']);
});

test('a matrix has the rows of its regions, and no other of a name that begins like it', async () => {
  const line = await inCluster('Effective');
  line.api.seed(latencyMatrices, {
    metadata: { namespace: 'shop', name: 'world' },
    spec: { regions: [{ name: 'eu' }, { name: 'us' }], links: [{ between: ['eu', 'us'], rtt: '1ms' }] },
  });
  const delay = { time: '0.5ms' };
  const rowOf = (...parts: string[]) => ({ name: plannedName('latencymatrix', parts), delay, ttl: '1m' });
  const plan = (faults: readonly object[]) => ({ generation: 2, faults });
  await line.agents.get('shop/web')!.put('/v1/plans/controller', plan([rowOf('world', 'us')]));
  await line.agents.get('shop/db')!.put('/v1/plans/controller', plan([rowOf('world.wide', 'us')]));
  const { stdout } = await line.run('verify lm/world --count 5 -o json');
  expect(read(stdout).pairs.map(({ from, to }) => `${from} ${to}`)).toEqual(
    expect.arrayContaining(['web db', 'web pd']),
  );
  expect(read(stdout).pairs.map(({ from, to }) => `${from} ${to}`)).not.toContain('db pd');
});

test('--to takes a pod that the labels leave out', async () => {
  const line = await inCluster('Effective');
  const { stdout } = await line.run('verify -l app=db --to pod/web --count 5 -o json');
  expect(read(stdout).pairs).toMatchObject([{ from: 'db', to: 'web' }]);
  expect((await line.run('verify --to gone')).stderr).toContain('no pod "gone" in shop');
});
