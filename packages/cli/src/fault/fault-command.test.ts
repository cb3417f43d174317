import { networkFaults } from '@podlag/api';
import { kubeErrors, type KubeObject } from '@podlag/kube';
import { closeAgents, CommandLine, until } from '../../test/command-line';

afterEach(closeAgents);

const slowPd = `
apiVersion: podlag.io/v1alpha1
kind: NetworkFault
metadata: { name: slow-pd }
spec: { selector: {}, delay: { time: 20ms } }
`;
const ref = { namespace: 'shop', name: 'slow-pd' };

/** What a controller would write. */
function say(line: CommandLine, status: Record<string, unknown>, of = ref): void {
  line.api.edit(networkFaults, of, (object) => ({
    ...object,
    status: { observedGeneration: object.metadata.generation ?? 0, ...status },
  }));
}

function fileWith(text: string): CommandLine {
  const line = new CommandLine();
  line.files.set('slow.yaml', text);
  return line;
}

function isStored(line: CommandLine): boolean {
  try {
    line.api.stored(networkFaults, ref);
    return true;
  } catch {
    return false;
  }
}

test('an object is applied, and waited for until it is in force', async () => {
  const line = fileWith(slowPd);
  const ended = line.run('fault apply -f slow.yaml');
  await until(() => isStored(line));
  say(line, { phase: 'Pending' });
  say(line, { phase: 'Effective', pods: { selected: 3, effective: 3, pending: 0, failed: 0 } });
  expect(await ended).toEqual({
    code: 0,
    stdout: 'networkfault.podlag.io/slow-pd applied: Effective on 3 of 3 pods\n',
    stderr: '',
  });
});

test('one that fails says which pod, why, and what to do', async () => {
  const line = fileWith(slowPd);
  const ended = line.run('fault apply -f slow.yaml');
  await until(() => isStored(line));
  const failures = [
    { pod: 'db', code: 'no-netem', detail: 'the kernel has no netem', hint: 'Load sch_netem.' },
  ];
  say(line, { phase: 'Failed', failures });
  const { code, stderr } = await ended;
  expect(stderr).toBe(
    'error: networkfault.podlag.io/slow-pd is Failed: db: the kernel has no netem\n  hint: Load sch_netem.\n',
  );
  expect(code).toBe(1);
});

test('without a controller it says so when the time is up', async () => {
  const line = fileWith(slowPd);
  const ended = line.run('fault apply -f slow.yaml --timeout 30s');
  await until(() => line.clock.nextAt !== undefined);
  line.clock.advance(30_000);
  const { code, stderr } = await ended;
  expect(stderr).toContain('no controller has looked at it');
  expect(code).toBe(1);
  expect(line.api.openWatches).toBe(0);
});

test('who may not look on is told so, and does not wait', async () => {
  const line = fileWith(slowPd);
  const ended = line.run('fault apply -f slow.yaml --timeout 30s');
  await until(() => line.api.openWatches === 1);
  line.api.startOutage(kubeErrors.error('kube-forbidden', 'eve may not watch networkfaults'));
  const { code, stderr } = await ended;
  expect(stderr).toContain('eve may not watch networkfaults');
  expect(code).toBe(1);
  expect(line.clock.nextAt).toBeUndefined();
});

test('a word on what was before does not count', async () => {
  const line = fileWith(slowPd);
  const ended = line.run('fault apply -f slow.yaml --timeout 30s');
  await until(() => isStored(line));
  say(line, { phase: 'Effective', observedGeneration: -1 });
  await until(() => line.clock.nextAt !== undefined);
  line.clock.advance(30_000);
  expect((await ended).code).toBe(1);
});

test('--no-wait does not wait, and --dry-run changes nothing', async () => {
  const line = fileWith(slowPd);
  expect(await line.json('fault apply -f slow.yaml --dry-run')).toMatchObject({ result: 'would-be-applied' });
  expect(isStored(line)).toBe(false);
  expect((await line.run('fault apply -f slow.yaml --no-wait')).stdout).toBe(
    'networkfault.podlag.io/slow-pd applied\n',
  );
});

describe('one that is over', () => {
  const finished = { phase: 'Finished', pods: { selected: 3, effective: 0, pending: 0, failed: 0 } };

  async function after(text: string): Promise<CommandLine> {
    const line = fileWith(slowPd);
    await line.run('fault apply -f slow.yaml --no-wait');
    say(line, finished);
    line.files.set('slow.yaml', text);
    return line;
  }

  test.each(['', ' --no-wait', ' --dry-run'])('does not begin again by the same file%s', async (flag) => {
    const line = await after(slowPd);
    const { code, stdout, stderr } = await line.run(`fault apply -f slow.yaml${flag}`);
    expect(stderr).toBe(
      'error: networkfault.podlag.io/slow-pd of shop is Finished: nothing is in force\n' +
        '  hint: Delete it with "podlag fault delete slow-pd -n shop" and apply it again; or give the one in the file another name.\n',
    );
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  });

  test('begins again where something else is asked for', async () => {
    const line = await after(slowPd.replace('20ms', '30ms'));
    const ended = line.run('fault apply -f slow.yaml');
    await until(() => line.api.openWatches === 1);
    say(line, { ...finished, phase: 'Effective' });
    expect((await ended).code).toBe(0);
  });

  test('is as it should be where it is to be suspended', async () => {
    const suspended = slowPd.replace('selector: {}', 'suspend: true, selector: {}');
    const line = await after(suspended);
    await line.run('fault apply -f slow.yaml --no-wait');
    say(line, finished);
    expect((await line.run('fault apply -f slow.yaml')).code).toBe(0);
  });

  test('holds up no other of the file', async () => {
    const line = await after(`${slowPd}---${slowPd.replace('slow-pd', 'new')}`);
    const ended = line.run('fault apply -f slow.yaml');
    await until(() => line.api.openWatches === 1);
    say(line, { phase: 'Effective' }, { ...ref, name: 'new' });
    const { code, stdout, stderr } = await ended;
    expect(stdout).toBe('networkfault.podlag.io/new applied: Effective on 0 of 0 pods\n');
    expect(stderr).toContain(
      'networkfault.podlag.io/slow-pd of shop is Finished: nothing is in force\n  hint:',
    );
    expect(stderr).toContain('error: 1 of 2 objects are over already');
    expect(code).toBe(1);
  });
});

test.each([
  ['', /nothing is in it/],
  ['just words', /slow\.yaml: an object has apiVersion/],
  ['kind: NetworkFault', /slow\.yaml: apiVersion: an object has/],
  ['kind: Pod\napiVersion: v1\nmetadata: {name: a}', /is none of podlag's objects/],
  ['a: [', /slow\.yaml/],
  [
    'kind: Scenario\napiVersion: podlag.io/v1alpha1\nmetadata: {name: a}',
    /a is a Scenario.*podlag scenario/s,
  ],
])('a file with %j is refused', async (text, why) => {
  const { code, stderr } = await fileWith(text).run('fault apply -f slow.yaml');
  expect(stderr).toMatch(why);
  expect(code).toBe(1);
});

test('objects are listed with their phase, and deleted by name', async () => {
  const line = fileWith(slowPd);
  expect((await line.run('fault list')).stderr).toBe('No NetworkFault in shop.\n');
  line.api.seed(networkFaults, {
    ...{ apiVersion: 'podlag.io/v1alpha1', kind: 'NetworkFault' },
    metadata: { ...ref, creationTimestamp: new Date(line.clock.now() - 180_000).toISOString() },
    spec: { selector: {} },
  } as KubeObject as never);
  say(line, { phase: 'Partial', pods: { selected: 3, effective: 2, pending: 0, failed: 1 } });
  expect((await line.run('fault list -A')).stdout).toBe(
    ['NAMESPACE  NAME     PHASE    PODS  AGE', 'shop       slow-pd  Partial   2/3   3m', ''].join('\n'),
  );
  expect(await line.json('fault list')).toMatchObject({ objects: [{ name: 'slow-pd', phase: 'Partial' }] });
  expect((await line.run('fault delete slow-pd gone')).code).toBe(1);
  expect(isStored(line)).toBe(false);
});

test('objects are listed by their labels', async () => {
  const line = new CommandLine();
  for (const [name, app] of [
    ['slow-pd', 'pd'],
    ['slow-web', 'web'],
  ] as const) {
    line.api.seed(networkFaults, {
      ...{ apiVersion: 'podlag.io/v1alpha1', kind: 'NetworkFault' },
      metadata: { namespace: 'shop', name, labels: { app } },
      spec: { selector: {} },
    } as KubeObject as never);
  }
  const { stdout } = await line.run('fault list -l app=pd -o name');
  expect(stdout).toBe('networkfault.podlag.io/slow-pd\n');
  const { stderr } = await line.run('fault list -l app=db');
  expect(stderr).toBe('No NetworkFault with labels app=db in shop.\n');
});

test.each([
  ['fault apply -f slow.yaml -l app=pd', "unknown option '-l'"],
  ['fault apply -f slow.yaml -A', "unknown option '-A'"],
  ['fault apply -f slow.yaml --token x', '--token goes with --agent'],
  ['fault list --token x', '--token goes with --agent'],
  ['fault delete slow-pd -l app=pd', "unknown option '-l'"],
  ['fault delete slow-pd -A', "unknown option '-A'"],
  ['fault delete slow-pd --token x', '--token goes with --agent'],
])('%s is wrong usage, and does nothing', async (words, why) => {
  const line = fileWith(slowPd);
  const { code, stderr } = await line.run(words);
  expect(stderr).toContain(why);
  expect(code).toBe(2);
  expect(line.api.calls).toEqual([]);
});

describe('with --agent, without a cluster', () => {
  test('fault documents are set, listed and deleted', async () => {
    const line = fileWith('{"name":"slow","delay":{"time":"20ms"},"ttl":"5m"}');
    const { agent, call } = await line.agent();
    const at = `--agent 127.0.0.1:${agent.port}`;
    expect((await line.run(`fault apply -f slow.yaml ${at}`)).stdout).toContain('slow in force');
    expect((await line.run(`fault list ${at} -o name`)).stdout).toBe('slow\n');
    expect((await line.run(`fault list ${at}`)).stdout).toContain('2026-11-20T12:05:00.000Z');
    expect((await line.run(`fault delete slow ${at}`)).code).toBe(0);
    expect((await call('/v1/faults')).body).toMatchObject({ faults: [] });
  });

  test('one that is not there keeps no other from being deleted', async () => {
    const line = fileWith('{"name":"slow","delay":{"time":"20ms"}}');
    const { agent, call } = await line.agent();
    const at = `--agent 127.0.0.1:${agent.port}`;
    await line.run(`fault apply -f slow.yaml ${at}`);
    const { code, stdout, stderr } = await line.run(`fault delete gone slow ${at}`);
    expect((await call('/v1/faults')).body).toMatchObject({ faults: [] });
    expect(stdout).toBe(`127.0.0.1:${agent.port}: slow deleted\n`);
    expect(stderr).toMatch(/^127.0.0.1:[0-9]+: .*gone/);
    expect(stderr).toContain('1 of 1 agents did not do it');
    expect(code).toBe(1);
  });

  test('one that does not answer is told once, however many names there are', async () => {
    const { code, stderr } = await new CommandLine().run('fault delete a b --agent 127.0.0.1:1');
    expect(stderr.match(/ECONNREFUSED/g)).toHaveLength(1);
    expect(code).toBe(1);
  });

  test.each(['', '---', '{"faults":[]}'])('a file with %j has nothing to apply', async (text) => {
    const { code, stdout, stderr } = await fileWith(text).run('fault apply -f slow.yaml --agent 127.0.0.1:1');
    expect(stderr).toContain('slow.yaml: no fault is in it');
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  });

  test('an object is refused, with what to give instead', async () => {
    const { code, stderr } = await fileWith(slowPd).run('fault apply -f slow.yaml --agent 127.0.0.1:1');
    expect(stderr).toContain('needs a cluster');
    expect(code).toBe(1);
  });

  test.each([
    ['fault apply -f slow.yaml -o json', '--output'],
    ['fault apply -f slow.yaml --no-wait', '--no-wait'],
    ['fault apply -f slow.yaml --timeout 1m', '--timeout'],
    ['fault delete a -o name', '--output'],
  ])('%s is wrong usage there', async (words, option) => {
    const { code, stderr } = await fileWith('{"name":"slow","delay":{"time":"20ms"}}').run(
      `${words} --agent 127.0.0.1:1`,
    );
    expect(stderr).toContain(`${option} is for objects of a cluster, not for --agent`);
    expect(code).toBe(2);
  });

  test.each(['fault delete', 'fault delete a --all --agent 127.0.0.1:1', 'fault delete --all'])(
    '%s is wrong usage',
    async (words) => expect((await new CommandLine().run(words)).code).toBe(2),
  );
});
