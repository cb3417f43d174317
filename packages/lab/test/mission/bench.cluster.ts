import { kubectl, tryKubectl } from '../deploy/command';
import { textOf } from '../deploy/manifest';
import { kustomized } from '../deploy/rendering';
import { benchNamespace, benchObjects, BenchRun } from './support/bench-run';
import { ensureInstalled } from './support/installed';
import { limits } from './support/limits';
import { suite } from './support/suite';
import { untilIn, waitFor } from './support/waiting';

jest.setTimeout(limits.testMs);

const started: BenchRun[] = [];

beforeAll(() => ensureInstalled(), limits.hookMs);

afterEach(() => {
  for (const run of started.splice(0)) run.kill('SIGKILL');
});

afterAll(async () => {
  await kubectl(['delete', 'namespace', benchNamespace, '--ignore-not-found']);
}, limits.hookMs);

const slow = { name: 'slow', side: 'client', faults: [{ name: 'slow', delay: { time: '20ms' } }] };
const short = { duration: '1s', warmUp: '200ms' };
const probe = { name: 'probe', benchmark: 'probe-tcp-rr', ...short };
const scenario = { name: 'bed', benchmarks: [probe], repeats: 4, interference: false, budget: '3m' };

async function bench(more: object = {}): Promise<BenchRun> {
  const run = await BenchRun.start({ ...scenario, ...more });
  started.push(run);
  return run;
}

const isGone = async (): Promise<boolean> =>
  (await tryKubectl(['get', 'namespace', benchNamespace])).code !== 0;

test('20 ms show in the figures of a real tool and of a probe, straight and through a Service, and nothing is left', async () => {
  const netperf = { name: 'netperf', benchmark: 'netperf-tcp-rr', duration: '1s' };
  const run = await bench({
    benchmarks: [probe, netperf],
    paths: ['pod', 'service'],
    conditions: [slow],
  });
  const { code, said, table } = await run.ended();
  expect({ code, said: code === 0 ? '' : said }).toEqual({ code: 0, said: '' });
  expect(table).toContain('netperf');
  const samples = await run.samples();
  expect(samples.filter(({ status }) => status !== 'ok' && status !== 'invalid')).toEqual([]);
  // The bed's nodes have one CPU each, which other pods want too: a sample that says so is right to.
  expect(samples.filter(({ status }) => status === 'ok').length).toBeGreaterThanOrEqual(
    samples.length * 0.75,
  );
  const rows = run.observed().map(({ use, path, asked, added = NaN }) => {
    // Above by what the timers of such a node are late.
    const isThere = added > 0.019 && added < 0.026;
    return { use, path, asked, added: isThere ? 'about 20 ms' : added };
  });
  const seen = { asked: 0.02, added: 'about 20 ms' };
  expect(rows).toHaveLength(4);
  for (const use of ['probe', 'netperf'])
    for (const path of ['pod', 'service']) expect(rows).toContainEqual({ use, path, ...seen });
  await untilIn(benchNamespace, isGone);
});

test('killed in the middle, it goes on in the cluster, and somebody else brings it to its end', async () => {
  const run = await bench({ repeats: 8 });
  await run.says(/^running: [1-9]/m);
  run.kill('SIGKILL');
  await run.ended();
  expect(await benchObjects()).not.toEqual([]);
  const again = await run.attach();
  started.push(again);
  const { code, said } = await again.ended();
  expect({ code, said: code === 0 ? '' : said }).toEqual({ code: 0, said: '' });
  expect((await again.samples()).map(({ seq }) => seq)).toEqual([...Array(8).keys()]);
  await untilIn(benchNamespace, isGone);
});

test('interrupted, it says what it takes away, and that is gone', async () => {
  const run = await bench({ repeats: 50 });
  await run.says(/^running: [1-9]/m);
  run.kill('SIGINT');
  const { code, said } = await run.ended();
  expect(code).toBe(130);
  expect(said).toMatch(/^Job bench-bed-\S+ is deleted, and with it all objects of the run$/m);
  await untilIn(benchNamespace, isGone);
});

test('a worker that is lost in the middle is a failure with its name, and the others go on', async () => {
  const run = await bench({ placements: ['same-node', 'other-node'], repeats: 6 });
  await run.says(/^running: [1-9]/m);
  const selector = '--selector=podlag.io/bench-worker';
  const names = (await kubectl(['get', 'pods', '-n', benchNamespace, selector, '--output=name'])).split('\n');
  await kubectl(['delete', '-n', benchNamespace, '--grace-period=1', names[0] ?? '']);
  const { code, said } = await run.ended();
  expect({ code, said: code === 0 ? '' : said }).toEqual({ code: 0, said: '' });
  const samples = await run.samples();
  const lost = samples.filter(({ problem }) => problem?.code === 'worker-lost');
  expect(lost.map(({ values }) => values)).toEqual(lost.map(() => undefined));
  const firstLost = lost[0]?.seq ?? NaN;
  expect(samples.filter(({ status, seq }) => status === 'ok' && seq > firstLost)).not.toEqual([]);
});

test("as a Job nobody's machine is needed: its log ends with the table, and what it has made is gone", async () => {
  await untilIn(benchNamespace, isGone);
  const own = textOf((await kustomized('bench')).map((object) => withOwn(object)));
  try {
    await kubectl(['apply', '-f', '-'], own);
    await waitFor(benchNamespace, 'condition=Complete', 'job/podlag-bench');
    const log = await kubectl(['logs', '-n', benchNamespace, 'job/podlag-bench']);
    expect(log).toMatch(/^bed-\S+: finished, 4 of 4 samples, [0-3] failed/m);
    // As above: a sample that says that its node had too little CPU is right to.
    expect((log.match(/^\d+ failed, .*$/gm) ?? []).filter((line) => !line.includes(': invalid: '))).toEqual(
      [],
    );
    await untilIn(benchNamespace, async () => (await benchObjects()).length === 0);
  } finally {
    await kubectl(['delete', '-f', '-', '--wait=false', '--ignore-not-found'], own);
  }
});

/** deploy/bench with a scenario that is over soon, and the image as the nodes have it. */
function withOwn<T extends object>(object: T): T {
  const text = JSON.stringify(object, (key, value: unknown) =>
    key === 'scenario.yaml' ? JSON.stringify(scenario) : value,
  );
  return JSON.parse(text.replaceAll(/"podlag-bench:[^"]+"/g, JSON.stringify(suite.benchImage))) as T;
}
