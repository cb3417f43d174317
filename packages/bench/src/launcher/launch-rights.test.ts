import { parseYaml } from '@podlag/core';
import { namespaces, printApiCall, type ApiCall } from '@podlag/kube';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseScenario } from '../scenario/scenario-document';
import { attach } from './attach';
import { launch } from './launch';
import type { LaunchProgress } from './launch-progress';
import { hurriedClock } from './testing/hurried-clock';
import { measured, ScriptedOrchestrator } from './testing/scripted-orchestrator';
import { TwoNodeCluster } from './testing/two-node-cluster';

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

interface RbacObject {
  readonly kind: string;
  readonly metadata: { readonly namespace?: string };
  readonly rules?: readonly Rule[];
}

const rbac = readFileSync(join(__dirname, '../../../../deploy/bench/rbac.yaml'), 'utf8');
const documents = rbac.split(/^---$/m).map((text) => parseYaml('rbac.yaml', text) as RbacObject);
const rules = documents.flatMap((object) => object.rules ?? []);

/** One line for each verb of each resource of each rule: `create jobs.batch`. */
const granted = rules.flatMap(({ apiGroups, resources, verbs, resourceNames = [] }) =>
  resources.flatMap((resource) =>
    verbs.map((verb) => {
      const [plural = '', subresource] = resource.split('/');
      const group = apiGroups[0] === '' ? '' : `.${apiGroups[0] ?? ''}`;
      return { verb, resource: `${plural}${group}`, subresource, resourceNames };
    }),
  ),
);

const isGrantOf =
  ({ verb, resource, subresource, name }: ApiCall) =>
  (grant: (typeof granted)[number]): boolean =>
    grant.verb === verb &&
    grant.resource === resource &&
    grant.subresource === subresource &&
    (grant.resourceNames.length === 0 || grant.resourceNames.includes(name ?? ''));

/** Where it runs as deploy/bench has it: in a namespace that is there, and lets agents in. */
function benchCluster(): TwoNodeCluster {
  const cluster = new TwoNodeCluster({
    orchestrator: (run) => {
      const orchestrator = new ScriptedOrchestrator(run);
      orchestrator.samples = [measured(run, 0)];
      orchestrator.phase = 'finished';
      return orchestrator;
    },
  });
  cluster.fake.seed(namespaces, {
    metadata: { name: 'podlag-bench', labels: { 'sidecar-injection': 'enabled' } },
  });
  return cluster;
}

/** A run with agents. */
async function launchIn({ api }: TwoNodeCluster, progress?: (one: LaunchProgress) => void): Promise<void> {
  const faults = [{ name: 'slow', delay: { time: '20ms' } }];
  const scenario = parseScenario({
    ...{ name: 'x', benchmarks: ['probe-tcp-rr'], paths: ['pod', 'service'] },
    conditions: [{ name: 'slow', side: 'client', faults }],
  });
  await launch({
    ...{ api, clock: hurriedClock(), scenario, options: { image: 'i', results } },
    ...(progress && { progress }),
  });
}

/** Goes on with a run whose launcher was killed. */
async function attachIn(cluster: TwoNodeCluster): Promise<void> {
  const killed = launchIn(cluster, ({ kind }) => {
    if (kind === 'status') throw new Error('killed');
  });
  await expect(killed).rejects.toThrow('killed');
  cluster.fake.calls.length = 0;
  await attach(cluster.orchestrator?.run ?? '', {
    ...{ api: cluster.api, clock: hurriedClock(), options: { results } },
  });
}

let results: string;
beforeEach(() => void (results = mkdtempSync(join(tmpdir(), 'launch-'))));
afterEach(() => rmSync(results, { recursive: true }));

async function callsOf(work: (cluster: TwoNodeCluster) => Promise<void>): Promise<readonly ApiCall[]> {
  const cluster = benchCluster();
  await work(cluster);
  return cluster.fake.calls.filter(({ resource }) => resource !== '/version');
}

const works = [
  ['a run', launchIn],
  ['going on with one', attachIn],
] as const;

test.each(works)('what %s takes in the cluster, the launcher’s Role allows', async (_, work) => {
  const calls = await callsOf((cluster) => work(cluster));
  const refused = calls.filter((call) => !granted.some(isGrantOf(call)));
  expect(calls).not.toEqual([]);
  expect(refused.map(printApiCall)).toEqual([]);
});

test('and nothing more than both take', async () => {
  const calls = (await Promise.all(works.map(([, work]) => callsOf((cluster) => work(cluster))))).flat();
  const unused = granted.filter((grant) => !calls.some((call) => isGrantOf(call)(grant)));
  expect(unused.map(({ verb, resource }) => `${verb} ${resource}`)).toEqual([]);
});

test('Secrets it reads in the namespace of its runs alone, and it cannot list them', () => {
  const readable = documents.filter(({ rules = [] }) =>
    rules.some(({ resources, verbs }) => resources.includes('secrets') && verbs.includes('get')),
  );
  expect(readable.map(({ kind, metadata }) => `${kind} in ${metadata.namespace ?? ''}`)).toEqual([
    'Role in podlag-bench',
  ]);
  expect(granted).not.toContainEqual(expect.objectContaining({ verb: 'list', resource: 'secrets' }));
});
