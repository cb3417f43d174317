import { scenarios } from '@podlag/api';
import { httpTransport, type AgentTransport } from '@podlag/client';
import { FakeClock } from '@podlag/core/testing';
import { kubeApiWith, kubeErrors } from '@podlag/kube';
import { closeAgents, CommandLine, until } from '../../test/command-line';

afterEach(closeAgents);

const wan = `
apiVersion: podlag.io/v1alpha1
kind: Scenario
metadata: { name: wan }
spec:
  steps:
    - { name: slow, at: 10s, for: 10s, fault: { selector: {}, delay: { time: 20ms } } }
`;
const ref = { namespace: 'shop', name: 'wan' };

function withFile(): CommandLine {
  const line = new CommandLine();
  line.files.set('wan.yaml', wan);
  return line;
}

function say(line: CommandLine, status: Record<string, unknown>): void {
  line.api.edit(scenarios, ref, (object) => ({
    ...object,
    status: { observedGeneration: object.metadata.generation ?? 0, ...status },
  }));
}

test('run applies the file and tells how it goes, to its end', async () => {
  const line = withFile();
  const ended = line.run('scenario run wan.yaml');
  await until(() => line.api.openWatches === 1);
  say(line, { phase: 'Running', startTime: new Date(line.clock.now()).toISOString() });
  await until(() => line.printed.includes('Running'));
  line.clock.advance(10_000);
  line.clock.advance(10_000);
  say(line, { phase: 'Finished', startTime: new Date(line.clock.now() - 20_000).toISOString() });
  const { code, stdout, stderr } = await ended;
  expect(stderr.split('\n')).toEqual([
    ...['scenario.podlag.io/wan applied', 'wan: Pending', 'wan: Running'],
    ...['+10s slow: in force', '+20s slow: ended', 'wan: Finished', ''],
  ]);
  expect(stdout).toBe('');
  expect(code).toBe(0);
});

const failure = { pod: 'db', code: 'no-netem', detail: 'the kernel has no netem', hint: 'Load sch_netem.' };

test('one that fails for a time is followed on, and says why', async () => {
  const line = withFile();
  const ended = line.run('scenario run wan.yaml');
  await until(() => line.api.openWatches === 1);
  say(line, { phase: 'Failed', failures: [failure] });
  await until(() => line.printed.includes('wan: Failed: db: the kernel has no netem. Load sch_netem.\n'));
  say(line, { phase: 'Running', startTime: new Date(line.clock.now()).toISOString() });
  say(line, { phase: 'Finished' });
  expect((await ended).code).toBe(0);
});

test('one that fails to its end has not been run', async () => {
  const line = withFile();
  const ended = line.run('scenario run wan.yaml');
  await until(() => line.api.openWatches === 1);
  say(line, { phase: 'Failed', failures: [failure] });
  say(line, { phase: 'Finished' });
  const { code, stderr } = await ended;
  expect(stderr).toContain('Scenario wan failed to its end: db: the kernel has no netem. Load sch_netem.');
  expect(code).toBe(1);
});

test('one that fails can be left, with what aborts it', async () => {
  const line = withFile();
  const ended = line.run('scenario run wan.yaml');
  await until(() => line.api.openWatches === 1);
  say(line, { phase: 'Failed', failures: [failure] });
  line.interrupt();
  expect((await ended).stderr).toContain('wan goes on. Abort it: podlag scenario abort wan -n shop\n');
});

describe('one that is there already', () => {
  async function after(phase: string): Promise<CommandLine> {
    const line = withFile();
    await line.run('scenario run wan.yaml --no-follow');
    say(line, { phase });
    return line;
  }

  test.each(['Finished', 'Aborted'])('and %s is not run, with what to do', async (phase) => {
    const line = await after(phase);
    const { code, stderr } = await line.run('scenario run wan.yaml');
    expect(stderr).toContain(`Scenario wan of shop is ${phase}`);
    expect(stderr).toContain('--again');
    expect(code).toBe(1);
  });

  test('and was told to abort is not run either, before the controller has seen it', async () => {
    const line = await after('Running');
    await line.run('scenario abort wan');
    const { code, stderr } = await line.run('scenario run wan.yaml');
    expect(stderr).toContain('Scenario wan of shop is Aborted');
    expect(code).toBe(1);
  });

  test('is another one with --again', async () => {
    const line = await after('Finished');
    line.api.edit(scenarios, ref, (object) => ({
      ...object,
      spec: { ...object.spec, state: 'Aborted' as const },
    }));
    const before = line.api.stored(scenarios, ref).metadata.uid;
    const ended = line.run('scenario run wan.yaml --again');
    await until(() => line.api.openWatches === 1);
    const { metadata, ...stored } = line.api.stored(scenarios, ref);
    expect(metadata.uid).not.toBe(before);
    expect(stored.spec.state ?? 'Running').toBe('Running');
    expect(stored.status).toBeUndefined();
    say(line, { phase: 'Finished' });
    const { code, stderr } = await ended;
    expect(stderr).toContain('wan was Finished, and is deleted to run again\n');
    expect(code).toBe(0);
  });

  test('stays with --again where the API server refuses what is to come', async () => {
    const line = await after('Running');
    const before = line.api.stored(scenarios, ref);
    const api = kubeApiWith(line.api, {
      apply: () => Promise.reject(kubeErrors.error('kube-invalid', 'spec.steps: too long')),
    });
    const connect = () => Promise.resolve({ api, namespace: 'shop' });
    const { code, stderr } = await line.run('scenario run wan.yaml --again', { connect });
    expect(stderr).toContain('spec.steps: too long');
    expect(code).toBe(1);
    expect(line.api.stored(scenarios, ref)).toEqual(before);
  });

  test.each(['Running', 'Failed'])('and goes on, as it is %s, is followed where it is', async (phase) => {
    const line = await after(phase);
    const { code, stderr } = await line.run('scenario run wan.yaml --no-follow');
    expect(stderr).toContain(`wan is there already, and ${phase}\n`);
    expect(code).toBe(0);
  });

  test('and is paused says how it goes on', async () => {
    const line = await after('Running');
    await line.run('scenario pause wan');
    const { stderr } = await line.run('scenario run wan.yaml --no-follow');
    expect(stderr).toContain('wan is there already, and Paused: podlag scenario resume wan -n shop\n');
  });
});

test('one that somebody aborts has not been run', async () => {
  const line = withFile();
  const ended = line.run('scenario run wan.yaml');
  await until(() => line.api.openWatches === 1);
  say(line, { phase: 'Aborted' });
  const { code, stderr } = await ended;
  expect(stderr).toContain('Scenario wan was aborted before its end');
  expect(code).toBe(1);
});

test('one that somebody deletes has not been run', async () => {
  const line = withFile();
  const ended = line.run('scenario run wan.yaml');
  await until(() => line.api.openWatches === 1);
  line.api.remove(scenarios, ref);
  const { code, stderr } = await ended;
  expect(stderr).toContain('error: Scenario wan was deleted before its end\n  hint: ');
  expect(code).toBe(1);
});

test('an outage is told, and waited out', async () => {
  const line = withFile();
  const ended = line.run('scenario run wan.yaml');
  await until(() => line.api.openWatches === 1);
  line.api.startOutage();
  line.api.endOutage();
  say(line, { phase: 'Finished' });
  const { code, stderr } = await ended;
  expect(stderr).toMatch(/^Waiting, since the watch fails: .*ECONNREFUSED$/m);
  expect(code).toBe(0);
});

test('who may not look on is told so, and does not wait', async () => {
  const line = withFile();
  const ended = line.run('scenario run wan.yaml');
  await until(() => line.api.openWatches === 1);
  line.api.startOutage(kubeErrors.error('kube-forbidden', 'eve may not watch scenarios'));
  const { code, stderr } = await ended;
  expect(stderr).toContain('eve may not watch scenarios');
  expect(code).toBe(1);
  expect(line.api.openWatches).toBe(0);
});

test('Ctrl-C leaves it running, and says how to abort it', async () => {
  const line = withFile();
  const ended = line.run('scenario run wan.yaml');
  await until(() => line.api.openWatches === 1);
  line.interrupt();
  const { code, stderr } = await ended;
  expect(stderr).toContain('wan goes on. Abort it: podlag scenario abort wan -n shop\n');
  expect(code).toBe(0);
  expect(line.api.openWatches).toBe(0);
});

test('with --abort-on-exit it aborts it', async () => {
  const line = withFile();
  const ended = line.run('scenario run wan.yaml --abort-on-exit');
  await until(() => line.api.openWatches === 1);
  line.interrupt();
  await ended;
  expect(line.api.stored(scenarios, ref)).toMatchObject({ spec: { state: 'Aborted' } });
});

test.each([
  ['pause', 'Paused'],
  ['resume', 'Running'],
  ['abort', 'Aborted'],
])('%s says %s', async (verb, state) => {
  const line = withFile();
  await line.run('scenario run wan.yaml --no-follow');
  expect(await line.json(`scenario ${verb} wan`)).toMatchObject({ result: 'changed' });
  expect(line.api.stored(scenarios, ref)).toMatchObject({ spec: { state } });
});

test('one that is not there cannot be paused', async () => {
  const { code, stderr } = await new CommandLine().run('scenario pause wan');
  expect(stderr).toContain('no Scenario wan in shop');
  expect(code).toBe(1);
});

test('with --agent the agents do it alone, and have nothing of it left at the end', async () => {
  const line = withFile();
  const { agent, call } = await line.agent();
  const ended = line.run(`scenario run wan.yaml --agent 127.0.0.1:${agent.port}`);
  await until(() => line.clock.nextAt !== undefined && line.clock.nextAt <= line.clock.now() + 1_000);
  expect((await call('/v1/plans/scenario-wan')).body).toMatchObject({
    faults: [{ name: 'wan.slow.scenario', state: 'waiting' }],
  });
  line.clock.advance(1_000);
  line.clock.advance(10_000);
  line.clock.advance(10_000);
  const { code, stderr } = await ended;
  expect(stderr).toContain('+10s slow: in force\n');
  expect(code).toBe(0);
  expect((await call('/v1/plans')).body).toEqual({ plans: [] });
});

describe('with --agent whose clock is another', () => {
  const planPath = '/v1/plans/scenario-wan';

  test.each([
    ['ahead', 300_000],
    ['behind', -300_000],
  ])('one that is %s does each step at the time that it is for us', async (_, skewMs) => {
    const line = withFile();
    const clock = new FakeClock(line.clock.now() + skewMs);
    const { agent, call } = await line.agent({ clock });
    const ended = line.run(`scenario run wan.yaml --agent 127.0.0.1:${agent.port}`);
    await until(() => line.clock.nextAt !== undefined);
    const changesAt = new Date(clock.now() + 11_000).toISOString();
    expect((await call(planPath)).body).toMatchObject({ faults: [{ state: 'waiting', changesAt }] });
    line.interrupt();
    expect((await ended).code).toBe(0);
  });

  test('one whose first answer is slow is asked again', async () => {
    const line = withFile();
    const clock = new FakeClock(line.clock.now() + 300_000);
    const { agent, call } = await line.agent({ clock });
    let calls = 0;
    const transportFor = (): AgentTransport => {
      const transport = httpTransport('127.0.0.1', agent.port);
      return {
        ...transport,
        send: async (asked) => {
          const answer = await transport.send(asked);
          calls += 1;
          for (const each of calls === 1 ? [clock, line.clock] : []) each.advance(400);
          return answer;
        },
      };
    };
    await line.run('scenario run wan.yaml --no-follow --agent 127.0.0.1', { transportFor });
    const changesAt = new Date(clock.now() + 11_000).toISOString();
    expect((await call(planPath)).body).toMatchObject({ faults: [{ state: 'waiting', changesAt }] });
    expect(calls).toBe(3);
  });

  test('it is not run where a step is over before it was in force', async () => {
    const line = withFile();
    const clock = new FakeClock(line.clock.now());
    const { agent, call } = await line.agent({ clock });
    // The agent's clock is set after it was asked for.
    const transportFor = (): AgentTransport => {
      const transport = httpTransport('127.0.0.1', agent.port);
      return {
        ...transport,
        send: (call) => {
          const { faults = [] } = (call.body ?? {}) as { readonly faults?: readonly unknown[] };
          if (faults.length > 0) clock.advance(300_000);
          return transport.send(call);
        },
      };
    };
    const { code, stderr } = await line.run('scenario run wan.yaml --agent 127.0.0.1', { transportFor });
    expect(stderr).toContain("127.0.0.1: wan.slow.scenario: its time is over by the agent's clock\n  hint: ");
    expect(stderr).toContain('1 steps are over at once: it is not run');
    expect(code).toBe(1);
    expect((await call('/v1/plans')).body).toEqual({ plans: [] });
  });
});

test('with --agent and --no-follow it ends when the agents have it', async () => {
  const line = withFile();
  const { agent, call } = await line.agent();
  const at = `--agent 127.0.0.1:${agent.port}`;
  const { code, stderr } = await line.run(`scenario run wan.yaml --no-follow ${at}`);
  expect(stderr).toBe(`wan goes on at the agents. Abort it: podlag scenario abort wan ${at}\n`);
  expect(code).toBe(0);
  expect((await call('/v1/plans/scenario-wan')).body).toMatchObject({ faults: [{ state: 'waiting' }] });
});

test.each([
  ['run wan.yaml --again --agent 127.0.0.1:1', '--again is for objects of a cluster, not for --agent'],
  ['run wan.yaml --token x', '--token goes with --agent'],
  ['run wan.yaml -A', "unknown option '-A'"],
  ['run wan.yaml -l app=pd', "unknown option '-l'"],
  ['abort wan --token x', '--token goes with --agent'],
  ['pause wan -A', "unknown option '-A'"],
  ['resume wan -l app=pd', "unknown option '-l'"],
])('scenario %s is wrong usage, and does nothing', async (words, why) => {
  const line = withFile();
  const { code, stderr } = await line.run(`scenario ${words}`);
  expect(stderr).toContain(why);
  expect(code).toBe(2);
  expect(line.api.calls).toEqual([]);
});

test('with --agent, abort prints no document', async () => {
  const { code, stderr } = await withFile().run('scenario abort wan --agent 127.0.0.1:1 -o json');
  expect(stderr).toContain('--output is for objects of a cluster, not for --agent');
  expect(code).toBe(2);
});

test('with --agent it runs at all of them or at none', async () => {
  const line = withFile();
  const { agent, call } = await line.agent();
  const { code, stderr } = await line.run(
    `scenario run wan.yaml --agent 127.0.0.1:${agent.port} --agent 127.0.0.1:1`,
  );
  expect(stderr).toContain('127.0.0.1:1: ');
  expect(stderr).toContain('1 of 2 agents did not take it: it is not run');
  expect(code).toBe(1);
  expect((await call('/v1/plans')).body).toEqual({ plans: [] });
});

describe('with --agent, one that has no end', () => {
  const endless = wan.replace('for: 10s, ', '');
  const plan = '/v1/plans/scenario-wan';

  async function running(text: string) {
    const line = new CommandLine();
    line.files.set('wan.yaml', text);
    const { agent, call } = await line.agent();
    const ended = line.run(`scenario run wan.yaml --agent 127.0.0.1:${agent.port}`);
    await until(() => line.clock.nextAt !== undefined && line.clock.nextAt <= line.clock.now() + 1_000);
    line.clock.advance(1_000);
    line.clock.advance(10_000);
    const heardAt = async () => ((await call(plan)).body as { heardAt: string }).heardAt;
    const state = async () =>
      ((await call(plan)).body as { faults: { state: string }[] }).faults.map((fault) => fault.state);
    return { line, ended, heardAt, state };
  }

  test('has its lease renewed while somebody looks on, and runs out when nobody does', async () => {
    const { line, ended, heardAt, state } = await running(endless.replace('spec:', 'spec:\n  ttl: 1m'));
    const before = await heardAt();
    line.clock.advance(20_000);
    let now = before;
    for (const end = Date.now() + 5_000; now === before && Date.now() < end;) now = await heardAt();
    expect(Date.parse(now)).toBeGreaterThan(Date.parse(before));
    expect(await state()).toEqual(['in-force']);
    line.interrupt();
    const { stderr } = await ended;
    expect(stderr).toContain(
      'wan goes on at the agents, for 1m at most. Abort it: podlag scenario abort wan',
    );
    line.clock.advance(61_000);
    expect(await state()).toEqual(['expired']);
  });

  test('has a lease of an hour where it says none', async () => {
    const { line, ended } = await running(endless);
    line.interrupt();
    expect((await ended).stderr).toContain('for 1h at most');
  });
});
