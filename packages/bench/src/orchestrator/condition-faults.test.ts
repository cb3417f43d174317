import { createLogger, type Duration } from '@podlag/core';
import { FakeClock } from '@podlag/core/testing';
import { benchErrors } from '../bench-errors';
import { parseScenario } from '../scenario/scenario-document';
import type { Trial } from '../schedule/trial';
import { ConditionFaults } from './condition-faults';
import type { ExpectedWorker } from './expected-worker';
import type { FaultSetter } from './fault-setter';
import { scriptedBenchmarks } from './testing/scripted-benchmark';
import { trialWork, type TrialWork } from './trial-work';

const benchmarks = scriptedBenchmarks(1);
const worker = (name: string): ExpectedWorker => ({
  ...{ name, node: `node-${name}`, zone: undefined, network: 'pod' },
  agent: { host: name, port: 2332 },
});
const workers = [worker('a'), worker('b')];
const slow = { name: 'slow', side: 'both', faults: [{ name: 'late', delay: { time: '20ms' } }] };
const scenario = parseScenario(
  {
    ...{ name: 'x', benchmarks: [{ benchmark: 'steady', duration: '1s', warmUp: '0s' }] },
    conditions: [slow],
  },
  '',
  benchmarks,
);
const trial: Trial = {
  ...{ id: 't', use: 'steady', path: 'pod', placement: 'other-node', client: 'a', server: 'b' },
  ...{ condition: 'slow', purpose: 'sample', block: 0, round: 0 },
};
const workOf = (condition: string): TrialWork =>
  trialWork({ ...trial, condition }, { scenario, workers, benchmarks });

/** What agents do, call by call: those that are asked for have to be let go by the test. */
class ScriptedSetter implements FaultSetter {
  readonly calls: string[] = [];
  readonly leases: Duration[] = [];
  readonly sets = new Map<string, PromiseWithResolvers<undefined>>();
  clears = (): Promise<void> => Promise.resolve();

  set(...[{ name }, , , lease]: Parameters<FaultSetter['set']>): Promise<void> {
    this.leases.push(lease);
    const answer = Promise.withResolvers<undefined>();
    this.sets.set(name, answer);
    return answer.promise.finally(() => this.calls.push(`set ${name}`));
  }

  assertInForce(): Promise<void> {
    return Promise.resolve();
  }

  clear({ name }: ExpectedWorker): Promise<void> {
    this.calls.push(`clear ${name}`);
    return this.clears();
  }
}

function bed() {
  const clock = new FakeClock();
  const setter = new ScriptedSetter();
  const addressesOf = (name: string) => [name];
  const logger = createLogger('test', 'silent');
  return { clock, setter, faults: new ConditionFaults({ faults: setter, addressesOf, clock, logger }) };
}

const asked = async (setter: ScriptedSetter): Promise<void> => {
  while (setter.sets.size < 2) await new Promise((resolve) => setImmediate(resolve));
};
const failed = () => benchErrors.error('fault-failed', 'agent-unreachable');
const refused = () => benchErrors.error('fault-refused', 'token-missing');

/** Both ends are asked, and both answer so. */
async function set({ faults, setter }: ReturnType<typeof bed>, error?: () => Error): Promise<void> {
  setter.sets.clear();
  const setting = faults.set(workOf('slow'));
  const settled = setting.catch(() => undefined);
  await asked(setter);
  for (const answer of setter.sets.values()) {
    if (error === undefined) answer.resolve(undefined);
    else answer.reject(error());
  }
  await settled;
}

test('when one end fails at once, what is on its way to the other is waited for and then taken away', async () => {
  const { faults, setter } = bed();
  const setting = faults.set(workOf('slow')).catch((error: unknown) => error);
  await asked(setter);
  setter.sets.get('a')?.reject(failed());
  const early = await Promise.race([setting, new Promise((resolve) => setImmediate(resolve, 'under way'))]);
  expect(early).toBe('under way');
  setter.sets.get('b')?.resolve(undefined);
  expect(await setting).toMatchObject({ code: 'fault-failed' });
  await faults.clear(workOf('slow'));
  expect(setter.calls).toEqual(['set a', 'set b', 'clear a', 'clear b']);
});

test('where an agent has refused nothing is left, and the baseline is measured', async () => {
  const made = bed();
  await set(made, refused);
  made.setter.clears = () => Promise.reject(refused());
  await made.faults.set(workOf('none'));
  expect(made.setter.calls).toEqual(['set a', 'set b']);
});

test('a refusal takes nothing from what was suspected before', async () => {
  const made = bed();
  made.setter.clears = () => Promise.reject(failed());
  made.faults.suspect(workers, 16_000);
  await made.faults.set(workOf('none')).catch(() => undefined);
  await expect(made.faults.set(workOf('none'))).rejects.toMatchObject({ code: 'fault-failed' });
});

test('what nobody knows to be gone keeps the baseline away until its lease is over, and no longer', async () => {
  const made = bed();
  await set(made, failed);
  made.setter.clears = () => Promise.reject(failed());
  await made.faults.clear(workOf('slow'));
  const [lease] = made.setter.leases;
  made.clock.advance(lease?.milliseconds ?? 0);
  await expect(made.faults.set(workOf('none'))).rejects.toMatchObject({ code: 'fault-failed' });
  made.clock.advance(31_000);
  await made.faults.set(workOf('none'));
});

test('a lease outlives the longest trial, and a minute of what is around it', async () => {
  const made = bed();
  await set(made);
  const { timeoutMs } = workOf('slow');
  expect(made.setter.leases.map(({ milliseconds }) => milliseconds)).toEqual([
    2 * timeoutMs + 60_000,
    2 * timeoutMs + 60_000,
  ]);
});

test('before the first trial every agent is asked, and one that refuses ends it', async () => {
  const made = bed();
  made.faults.suspect(workers, 16_000);
  made.setter.clears = () => Promise.reject(refused());
  await expect(made.faults.begin()).rejects.toMatchObject({ code: 'fault-refused' });
  expect(made.setter.calls).toEqual(['clear a', 'clear b']);
});

test('one that does not answer then is asked again', async () => {
  const made = bed();
  made.faults.suspect(workers, 16_000);
  made.setter.clears = () => Promise.reject(failed());
  await made.faults.begin();
  made.setter.clears = () => Promise.resolve();
  await made.faults.set(workOf('none'));
  expect(made.setter.calls).toEqual(['clear a', 'clear b', 'clear a', 'clear b']);
});
