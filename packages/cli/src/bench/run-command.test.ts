import { jobs, namespaces } from '@podlag/kube';
import { hurriedClock, measured, ScriptedOrchestrator, TwoNodeCluster } from '@podlag/bench/testing';
import { CommandLine } from '../../test/command-line';
import { KeptRuns } from '../../test/kept-runs';

let runs: KeptRuns;
beforeEach(() => void (runs = new KeptRuns()));
afterEach(() => runs.remove());

const quick = 'name: quick\nbenchmarks: [probe-tcp-rr]\n';

/** One that has measured all at once, or is still at it. */
const orchestrator =
  (phase: 'finished' | 'running', status: 'ok' | 'timeout' = 'ok') =>
  (run: string): ScriptedOrchestrator => {
    const scripted = new ScriptedOrchestrator(run);
    scripted.phase = phase;
    scripted.samples = [0, 1].map((seq) => {
      const { values, ...sample } = measured(run, seq);
      const problem = { code: 'tool-timeout', detail: 'it did not end', hint: 'See that it is reached.' };
      return status === 'ok' ? { ...sample, ...(values && { values }) } : { ...sample, status, problem };
    });
    return scripted;
  };

/** Types a line on a cluster of two nodes. */
function typed(
  cluster: TwoNodeCluster,
  words: string,
  more: { interrupt?: AbortController; scenario?: string } = {},
) {
  const line = new CommandLine();
  line.files.set('quick.yaml', more.scenario ?? quick);
  return line.run(runs.line(words), {
    clock: hurriedClock(),
    connect: () => Promise.resolve({ api: cluster.api, namespace: 'shop' }),
    ...(more.interrupt && { interrupted: more.interrupt.signal }),
  });
}

test('a run ends with its table; what it was is told besides, and nothing of it is left', async () => {
  const cluster = new TwoNodeCluster({ orchestrator: orchestrator('finished') });
  const { code, stdout, stderr } = await typed(cluster, 'bench run -f quick.yaml');
  expect(stdout).toMatch(/^quick-20261120-\d{6}-[0-9a-f]{4}: finished, 2 of 2 samples, 0 failed/);
  expect(stderr).toMatch(/^Run quick-\S+ in namespace podlag-bench\n/m);
  expect(stderr).toMatch(/^finished: 2 of 2 samples\n/m);
  expect(stderr).toMatch(/^Kept in \S+\/quick-\S+\. See more: podlag bench show quick-\S+ -o wide\n/m);
  expect(code).toBe(0);
  expect(await cluster.fake.list(jobs, {})).toEqual([]);
});

test('what it has measured can be shown at once, by the name that it told', async () => {
  const cluster = new TwoNodeCluster({ orchestrator: orchestrator('finished') });
  const { stdout } = await typed(cluster, 'bench run -f quick.yaml');
  expect((await typed(cluster, 'bench show latest')).stdout).toBe(stdout);
});

test('Ctrl-C ends the run, keeps what was measured, takes all away, and says so: 130', async () => {
  const interrupt = new AbortController();
  const cluster = new TwoNodeCluster({
    orchestrator: (run) => {
      setImmediate(() => interrupt.abort());
      return orchestrator('running')(run);
    },
  });
  const { code, stdout, stderr } = await typed(cluster, 'bench run -f quick.yaml', { interrupt });
  expect(stderr).toContain('Interrupted: ');
  expect(code).toBe(130);
  expect(await cluster.fake.list(jobs, {})).toEqual([]);
  expect(await cluster.fake.list(namespaces, {})).toEqual([]);
  expect(stdout + stderr).toMatch(/aborted|before anything was measured/);
});

test('Ctrl-C in the middle keeps what was measured until then', async () => {
  const interrupt = new AbortController();
  const cluster = new TwoNodeCluster({
    orchestrator: (run) => {
      const scripted = orchestrator('running')(run);
      const answer = scripted.answer.bind(scripted);
      scripted.answer = (request) => {
        if (request.path.startsWith('/v1/samples?from=2')) interrupt.abort();
        return answer(request);
      };
      return scripted;
    },
  });
  const { code, stdout, stderr } = await typed(cluster, 'bench run -f quick.yaml', { interrupt });
  expect(stdout).toMatch(/: aborted, 2 of 2 samples/);
  expect(stderr).toContain('Interrupted: what was measured until then is kept');
  expect(code).toBe(130);
});

test('a run of which every sample failed is a failure, with what was wrong and what to do', async () => {
  const cluster = new TwoNodeCluster({ orchestrator: orchestrator('finished', 'timeout') });
  const { code, stdout, stderr } = await typed(cluster, 'bench run -f quick.yaml');
  expect(stdout).toContain('2 failed');
  expect(stderr).toMatch(
    /error: all 2 samples of quick-\S+ failed, the first: it did not end\n {2}hint: See that it is reached\.\n$/,
  );
  expect(code).toBe(1);
});

test.each([
  ['name: quick\nbenchmarks: [prob-tcp-rr]\n', 'Did you mean probe-tcp-rr?'],
  ['name: quick\nbenchmarks: [probe-tcp-rr]\nrepeat: 3\n', 'repeat'],
])('a slip in the scenario is refused before anything is made: %j', async (scenario, words) => {
  const cluster = new TwoNodeCluster();
  const { code, stderr } = await typed(cluster, 'bench run -f quick.yaml', { scenario });
  expect(stderr).toContain(words);
  expect(code).toBe(1);
  expect(cluster.orchestrator).toBeUndefined();
});

test('--dry-run says what would be measured, and makes nothing', async () => {
  const cluster = new TwoNodeCluster();
  const { code, stdout } = await typed(cluster, 'bench run -f quick.yaml --dry-run');
  expect(stdout).toContain('quick: 5 samples of 1 cell, 5 each, in 5 rounds');
  expect(stdout).toMatch(/^pod +other-node +node-\d +node-\d +5$/m);
  expect(code).toBe(0);
  expect(await cluster.fake.list(namespaces, {})).toEqual([]);
  expect(await cluster.fake.list(jobs, {})).toEqual([]);
});

test.each(['--seed -1', '--seed 4294967296', '--seed x', '--most-nodes 0'])(
  '%s is wrong usage',
  async (flag) => {
    const { code } = await typed(new TwoNodeCluster(), `bench run -f quick.yaml ${flag}`);
    expect(code).toBe(2);
  },
);

test('attach goes on with a run whose launcher was killed, in the folder that it has begun', async () => {
  let isKilled = false;
  const cluster = new TwoNodeCluster({
    orchestrator: (run) => {
      const scripted = orchestrator('running')(run);
      const answer = scripted.answer.bind(scripted);
      scripted.answer = (request) => {
        if (!isKilled && request.path === '/v1/status' && scripted.calls.includes('GET /v1/manifest')) {
          isKilled = true;
          throw new Error('killed');
        }
        return answer(request);
      };
      return scripted;
    },
  });
  const killed = await typed(cluster, 'bench run -f quick.yaml');
  expect({ isKilled, code: killed.code }).toEqual({ isKilled: true, code: 1 });
  const left = cluster.orchestrator;
  if (left === undefined) throw new Error('no orchestrator was made');
  left.phase = 'finished';
  const { code, stdout } = await typed(cluster, 'bench attach latest');
  expect(stdout).toContain(`${left.run}: finished, 2 of 2 samples`);
  expect(code).toBe(0);
  expect(await cluster.fake.list(jobs, {})).toEqual([]);
});

test('attach to a run that is not there says so, and how to see which are', async () => {
  const { code, stderr } = await typed(new TwoNodeCluster(), 'bench attach quick-20261120-120000-aaaa');
  expect(stderr).toMatch(
    /no run quick-20261120-120000-aaaa in namespace podlag-bench[^]*hint: .*kubectl get jobs/,
  );
  expect(code).toBe(1);
});
