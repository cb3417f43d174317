import { parseYaml } from '@podlag/core';
import { namespaces, printApiCall, type ApiCall } from '@podlag/kube';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseScenario } from '../scenario/scenario-document';
import { launch } from './launch';
import { hurriedClock } from './testing/hurried-clock';
import { measured, ScriptedOrchestrator } from './testing/scripted-orchestrator';
import { TwoNodeCluster } from './testing/two-node-cluster';

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

const rbac = readFileSync(join(__dirname, '../../../../deploy/bench/rbac.yaml'), 'utf8');
const rules = rbac
  .split(/^---$/m)
  .map((text) => parseYaml('rbac.yaml', text) as { readonly kind: string; readonly rules?: readonly Rule[] })
  .flatMap((object) => object.rules ?? []);

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

/** All calls of a run with agents, as deploy/bench has it: in a namespace that is there, and allows them. */
async function callsOfRun(): Promise<readonly ApiCall[]> {
  const results = mkdtempSync(join(tmpdir(), 'launch-'));
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
  const faults = [{ name: 'slow', delay: { time: '20ms' } }];
  const scenario = parseScenario({
    ...{ name: 'x', benchmarks: ['probe-tcp-rr'], paths: ['pod', 'service'] },
    conditions: [{ name: 'slow', side: 'client', faults }],
  });
  await launch({
    ...{ api: cluster.api, clock: hurriedClock(), scenario, options: { image: 'i', results } },
  });
  rmSync(results, { recursive: true });
  return cluster.fake.calls.filter(({ resource }) => resource !== '/version');
}

test('what a launcher in the cluster does, its Role allows', async () => {
  const refused = (await callsOfRun()).filter((call) => !granted.some(isGrantOf(call)));
  expect(refused.map(printApiCall)).toEqual([]);
});

test('and nothing more, but to look at a Job whose pod does not come', async () => {
  const calls = await callsOfRun();
  const unused = granted.filter((grant) => !calls.some((call) => isGrantOf(call)(grant)));
  expect(unused.map(({ verb, resource }) => `${verb} ${resource}`)).toEqual(['get jobs.batch']);
});
