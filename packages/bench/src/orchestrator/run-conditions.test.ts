import { AgentClient, httpTransport } from '@podlag/client';
import { systemClock } from '@podlag/core';
import { startTestAgent, type TestAgent } from '@podlag/agent/testing';
import { benchErrors } from '../bench-errors';
import { readRun } from '../record/run';
import { RunFolder } from '../record/run-folder';
import { AgentFaults } from './agent-faults';
import type { ExpectedWorker } from './expected-worker';
import type { FaultSetter } from './fault-setter';
import { runBed, type BedOptions, type RunBed } from './testing/run-bed';

// Real processes and sockets: what they take depends on who else uses the machine.
jest.retryTimes(1, { logErrorsBeforeRetry: true });

jest.setTimeout(60_000);

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

interface Bed extends RunBed {
  readonly agents: Readonly<Record<'a' | 'b', TestAgent>>;
  /** What each agent held after each change, as `a: fault-0` or `a: none`. */
  readonly seen: string[];
}

/** Two workers with an agent each, and a record of what was in force. */
async function bed(options: BedOptions = {}): Promise<Bed> {
  const agents = { a: await agentNow(), b: await agentNow() };
  const seen: string[] = [];
  const made = await runBed({
    faults: watched(new AgentFaults({ clock: systemClock }), seen),
    expected: (worker) => ({
      ...worker,
      agent: { host: '127.0.0.1', port: agents[worker.name as 'a' | 'b'].agent.port },
    }),
    ...options,
  });
  closers.push(() => made.close());
  return { ...made, agents, seen };
}

async function agentNow(): Promise<TestAgent> {
  const agent = await startTestAgent();
  closers.push(() => agent.agent.close());
  return agent;
}

function watched(faults: AgentFaults, seen: string[]): FaultSetter {
  const look = async (worker: ExpectedWorker): Promise<void> => {
    const { host, port } = worker.agent!;
    const transport = httpTransport(host, port);
    const plans = await new AgentClient(transport).plans();
    transport.close();
    const names = plans.flatMap(({ faults: held }) => held.map(({ name }) => name));
    seen.push(`${worker.name}: ${names.join() || 'none'}`);
  };
  return {
    set: async (worker, ...rest) => {
      await faults.set(worker, ...rest);
      await look(worker);
    },
    assertInForce: (...asked) => faults.assertInForce(...asked),
    clear: async (worker) => {
      await faults.clear(worker);
      await look(worker);
    },
  };
}

const slow = { name: 'slow', faults: [{ name: 'late', delay: { time: '20ms' } }] };

test.each([
  ['client', ['client']],
  ['server', ['server']],
  ['both', ['client', 'server']],
] as const)(
  'a condition of side %s is in force there while it is measured, and then not',
  async (side, ends) => {
    const { orchestrator, seen, folder } = await bed({
      scenario: { repeats: 1, conditions: [{ ...slow, side }] },
    });
    const manifest = await orchestrator.run();
    expect(manifest.asked).toMatchObject({
      none: { addedRoundTrip: 0 },
      slow: { addedRoundTrip: side === 'both' ? 0.04 : 0.02 },
    });
    const [sample] = (await readRun(folder.path)).samples;
    const workers = ends.map((end) => sample![end]);
    const [atFirst, meanwhile] = [seen.slice(0, 2), seen.slice(2)];
    expect(atFirst.toSorted()).toEqual(['a: none', 'b: none']);
    expect(meanwhile.toSorted()).toEqual(
      workers.flatMap((worker) => [`${worker}: late`, `${worker}: none`]).toSorted(),
    );
    expect(meanwhile.slice(0, ends.length).every((line) => line.endsWith('late'))).toBe(true);
  },
);

test('where the agent fails nothing is measured, and the trial says why', async () => {
  const made = await bed({ scenario: { repeats: 1, conditions: [slow] } });
  await made.agents.a.agent.close();
  await made.agents.b.agent.close();
  expect(await made.orchestrator.run()).toMatchObject({ phase: 'finished', samples: 2 });
  const { samples } = await readRun(made.folder.path);
  const failed = samples.find(({ condition }) => condition === 'slow');
  expect(failed).toMatchObject({ status: 'tool_error', argv: [], problem: { code: 'fault-failed' } });
});

test.each(['running', 'waiting'] as const)(
  'an orchestrator that goes on from %s clears what is left, before it measures',
  async (phase) => {
    const made = await bed({ scenario: { repeats: 1, benchmarks: ['slow'], conditions: [slow] } });
    const body = { generation: 1, faults: [{ name: 'left', delay: { time: '1s' }, ttl: '10m' }] };
    await made.agents.a.put('/v1/plans/bench', body);
    const { manifest } = await readRun(made.folder.path);
    await made.folder.writeManifest({ ...manifest, phase });
    const second = made.again(await RunFolder.reopen(made.folder.path));
    const ended = second.run();
    while (!made.seen.includes('a: none')) await new Promise((resolve) => setTimeout(resolve, 10));
    second.abort('enough seen');
    await ended;
    expect((await made.agents.a.call('/v1/plans/bench')).status).toBe(404);
  },
);

test('where faults may be left and cannot be cleared, nothing is measured without them either', async () => {
  const made = await bed({ scenario: { repeats: 1 } });
  const { manifest } = await readRun(made.folder.path);
  await made.folder.writeManifest({ ...manifest, phase: 'running' });
  await made.agents.a.agent.close();
  await made.again(await RunFolder.reopen(made.folder.path)).run();
  const [sample] = (await readRun(made.folder.path)).samples;
  expect(sample).toMatchObject({
    condition: 'none',
    status: 'tool_error',
    problem: { code: 'fault-failed' },
  });
});

test('what loses its faults in the middle is no sample of its condition', async () => {
  const agents: TestAgent[] = [];
  const lossy = new AgentFaults({ clock: systemClock });
  const made = await bed({
    scenario: { repeats: 1, conditions: [slow] },
    faults: {
      set: async (worker, ...rest) => {
        await lossy.set(worker, ...rest);
        // As soon as it is set: somebody else takes all plans away.
        await Promise.all(agents.map((agent) => agent.call('/v1/plans', { method: 'DELETE' })));
      },
      assertInForce: (...asked) => lossy.assertInForce(...asked),
      clear: (worker) => lossy.clear(worker),
    },
  });
  agents.push(...Object.values(made.agents));
  expect(await made.orchestrator.run()).toMatchObject({ phase: 'finished', samples: 2 });
  const { samples } = await readRun(made.folder.path);
  const spoilt = samples.find(({ condition }) => condition === 'slow');
  expect(spoilt).toMatchObject({ status: 'tool_error', problem: { code: 'fault-failed' }, exitCode: 0 });
  expect(spoilt).not.toHaveProperty('values');
});

test('agents that take no orders from the run end it before anything is measured', async () => {
  const refuses = () => Promise.reject(benchErrors.error('fault-refused', 'worker a: token-missing'));
  const made = await bed({
    scenario: { repeats: 1, conditions: [slow] },
    faults: { set: refuses, assertInForce: refuses, clear: refuses },
  });
  expect(await made.orchestrator.run()).toMatchObject({
    ...{ phase: 'failed', samples: 0, problem: { code: 'fault-refused' } },
  });
});
