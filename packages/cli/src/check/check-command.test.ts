import { KeyRing, podlagNamespace, tokenConfigMap, tokenSecret } from '@podlag/access';
import { latencyMatrices, networkFaults, type NetworkFault } from '@podlag/api';
import type { AgentState } from '@podlag/client';
import { injectionLabel, podSecurityEnforceLabel } from '@podlag/core';
import { newCertificate } from '@podlag/injector';
import {
  configMaps,
  customResourceDefinitions,
  deployments,
  endpointSlices,
  kubeApiWith,
  kubeErrors,
  leases,
  mutatingWebhookConfigurations,
  namespaces,
  pods,
  replicaSets,
  secrets,
  type ApiCall,
  type KubeApi,
  type ObjectRef,
} from '@podlag/kube';
import { closeAgents, CommandLine, type Ended } from '../../test/command-line';
import type { CheckOutput } from '../output/check-output';
import { networkPolicies } from './network-policy';
import { ownNames, sidecarPolicies, templateKey } from './own-objects';
import { base64, program, seedInstall, seedTokens, withInjector } from './testing/working-install';

afterEach(closeAgents);

const dayMs = 24 * 3_600_000;
const own = (name: string): ObjectRef => ({ namespace: podlagNamespace, name });
const restart = (name: string): string => `kubectl -n podlag-system rollout restart deployment/${name}`;
const install = 'kubectl apply -k deploy/';

async function workingInstall(): Promise<CommandLine> {
  const line = new CommandLine();
  seedInstall(line.api, line.clock);
  await line.pod('shop', 'db');
  await line.pod('shop', 'web');
  return line;
}

const checkOn = (line: CommandLine, api: KubeApi, words: string): Promise<Ended> =>
  line.run(words, { connect: () => Promise.resolve({ api, namespace: 'shop' }) });

const check = (line: CommandLine, words = 'check'): Promise<Ended> =>
  checkOn(line, withInjector(line.api), words);

async function found(line: CommandLine, words = 'check'): Promise<CheckOutput> {
  return JSON.parse((await check(line, `${words} -o json`)).stdout) as CheckOutput;
}

const wrongOf = ({ findings }: CheckOutput): CheckOutput['findings'] =>
  findings.filter(({ state }) => state !== 'ok');

test('an install that works is ok in every line', async () => {
  const { stdout, stderr, code } = await check(await workingInstall());
  expect(stdout).toMatch(
    /^Kubernetes API\n {2}ok {7}the API server is Kubernetes 1.36\n\ncustom resources\n/,
  );
  expect(stdout).not.toMatch(/^ {2}(warning|failed)/m);
  expect({ stderr, code }).toEqual({ stderr: '0 failed, 0 warnings, 21 ok.\n', code: 0 });
});

test('what is wrong has what to do below it, and the command ends with 3', async () => {
  const line = await workingInstall();
  line.api.remove(mutatingWebhookConfigurations, { name: ownNames.injector });
  const { stdout, stderr, code } = await check(line);
  expect(stdout).toContain(
    '  failed   there is no MutatingWebhookConfiguration podlag-injector: no API server asks the injector\n' +
      '           fix: kubectl apply -k deploy/\n',
  );
  expect({ stderr, code }).toEqual({ stderr: '1 failed, 0 warnings, 19 ok.\n', code: 3 });
});

test('-o json is of its schema', async () => {
  expect(await (await workingInstall()).json('check')).toMatchObject({ namespace: 'shop', failed: 1 });
});

const labels = (line: CommandLine, changed: Record<string, string>): void =>
  void line.api.edit(namespaces, { name: 'shop' }, (object) => ({
    ...object,
    metadata: { ...object.metadata, labels: { ...object.metadata.labels, ...changed } },
  }));

const relabelled = (line: CommandLine, all: Record<string, string>): void =>
  void line.api.seed(namespaces, { metadata: { name: 'shop', labels: all } });

const bundle = (line: CommandLine, caBundle: string): void =>
  void line.api.edit(mutatingWebhookConfigurations, { name: ownNames.injector }, (object) => ({
    ...object,
    webhooks: object.webhooks?.map((one) => ({
      ...one,
      clientConfig: { ...one.clientConfig, caBundle },
    })),
  }));

const anotherCa = (line: CommandLine): string =>
  newCertificate({ hosts: ['a.svc'], lifeMs: dayMs, now: new Date(line.clock.now()) }).ca;

const readyPods = (line: CommandLine, name: string, readyReplicas: number): void =>
  void line.api.edit(deployments, own(name), (object) => ({ ...object, status: { readyReplicas } }));

const bare = (line: CommandLine, name: string, owner?: { kind: string; name: string }): void =>
  void line.api.seed(pods, {
    metadata: {
      ...{ namespace: 'shop', name, labels: { app: name } },
      ...(owner && { ownerReferences: [{ apiVersion: 'apps/v1', uid: 'u', controller: true, ...owner }] }),
    },
    spec: { containers: [{ name: 'app' }] },
    status: { phase: 'Running' },
  });

const faultWith = (phase: 'Partial' | 'Effective' | undefined, created = new Date(0)): NetworkFault => ({
  metadata: { namespace: 'shop', name: 'slow', generation: 1, creationTimestamp: created.toISOString() },
  spec: { selector: {} },
  ...(phase && {
    status: { observedGeneration: 1, phase, pods: { selected: 2, effective: 1, pending: 0, failed: 1 } },
  }),
});

const askForTokens = (api: CommandLine['api'], name: string): void =>
  void api.edit(pods, { namespace: 'shop', name }, ({ spec, ...pod }) => ({
    ...pod,
    spec: {
      containers: spec!.containers.map((one) => ({
        ...one,
        env: [{ name: 'PODLAG_ACCESS', value: 'token' }],
      })),
    },
  }));

const definition = 'networkfaults.podlag.io';

/** What is broken, how, and what the check then says. */
const broken: readonly [
  string,
  (line: CommandLine) => unknown,
  { check: string; state: string; detail: string; fix: string },
][] = [
  [
    'an API server of before 1.27',
    ({ api }) => void (api.version = { major: 1, minor: 26 }),
    { check: 'api-version', state: 'failed', detail: 'needs 1.27 or later', fix: 'Upgrade the cluster' },
  ],
  [
    'a definition that is missing',
    ({ api }) => api.remove(customResourceDefinitions, { name: definition }),
    { check: 'custom-resources', state: 'failed', detail: `${definition} is missing`, fix: install },
  ],
  [
    'a definition of another version',
    ({ api }) =>
      api.edit(customResourceDefinitions, { name: definition }, (object) => ({
        ...object,
        spec: { ...object.spec!, versions: [{ name: 'v1', served: true, storage: true }] },
      })),
    {
      check: 'custom-resources',
      state: 'failed',
      detail: `${definition} has v1, not v1alpha1`,
      fix: install,
    },
  ],
  [
    'a definition that an API server has forgotten to delete',
    ({ api }) =>
      api.edit(customResourceDefinitions, { name: definition }, (object) => ({
        ...object,
        metadata: { ...object.metadata, deletionTimestamp: '2026-01-02T03:04:05Z' },
        status: {
          conditions: [
            { type: 'Established', status: 'True' },
            { type: 'Terminating', status: 'True', message: 'could not list instances' },
          ],
        },
      })),
    {
      check: 'custom-resources',
      state: 'failed',
      detail: `${definition} is being deleted since 2026-01-02T03:04:05Z: could not list instances`,
      fix: `kubectl annotate --overwrite crd ${definition} podlag.io/reminded=yes`,
    },
  ],
  [
    'an injector that is not installed',
    ({ api }) => api.remove(deployments, own(ownNames.injector)),
    { check: 'injector-running', state: 'failed', detail: 'no Deployment', fix: install },
  ],
  [
    'an injector without a ready pod',
    (line) => readyPods(line, ownNames.injector, 0),
    { check: 'injector-running', state: 'failed', detail: '0 of 2', fix: 'logs deployment/podlag-injector' },
  ],
  [
    'an injector with one pod less than there should be',
    (line) => readyPods(line, ownNames.injector, 1),
    { check: 'injector-running', state: 'warning', detail: '1 of 2', fix: 'describe pods' },
  ],
  [
    'an injector that may not what it has to',
    ({ api }) =>
      void (api.onIsAllowed = ({ resource }, as) =>
        as?.name !== 'podlag-injector' || resource !== 'namespaces'),
    {
      ...{ check: 'injector-rights', state: 'failed', fix: install },
      detail: 'may not list namespaces; watch namespaces',
    },
  ],
  [
    'a controller that may not what it has to',
    ({ api }) =>
      void (api.onIsAllowed = ({ subresource }, as) =>
        as?.name !== 'podlag-controller' || subresource !== 'status'),
    {
      ...{ check: 'controller-rights', state: 'failed', fix: install },
      detail: 'may not patch networkfaults.podlag.io --subresource=status',
    },
  ],
  [
    'a template with a slip in it',
    ({ api }) =>
      api.edit(configMaps, own(ownNames.template), (object) => ({
        ...object,
        data: {
          [templateKey]: object.data?.[templateKey]?.replace('imagePullPolicy', 'imagePulPolicy') ?? '',
        },
      })),
    {
      ...{ check: 'sidecar-template', state: 'failed' },
      detail: 'unknown field. Did you mean imagePullPolicy?',
      fix: 'edit configmap podlag-injector-template',
    },
  ],
  [
    'a template that is gone',
    ({ api }) => api.remove(configMaps, own(ownNames.template)),
    { check: 'sidecar-template', state: 'failed', detail: 'there is no ConfigMap', fix: install },
  ],
  [
    'a webhook for another value of the label',
    ({ api }) =>
      api.edit(mutatingWebhookConfigurations, { name: ownNames.injector }, (object) => ({
        ...object,
        webhooks: object.webhooks?.map((one) => ({
          ...one,
          namespaceSelector: { matchLabels: { [injectionLabel.name]: 'true' } },
        })),
      })),
    { check: 'webhook-configuration', state: 'failed', detail: 'is for namespaces with', fix: install },
  ],
  [
    'a Service with nobody ready behind it',
    ({ api }) =>
      api.edit(endpointSlices, own(`${ownNames.injector}-1`), (object) => ({
        ...object,
        endpoints: [{ addresses: ['10.1.0.9'], conditions: { ready: false } }],
      })),
    {
      check: 'webhook-endpoints',
      state: 'failed',
      detail: 'no ready endpoint',
      fix: restart('podlag-injector'),
    },
  ],
  [
    'a certificate that has expired',
    ({ clock }) => clock.advance(31 * dayMs),
    {
      check: 'certificate-validity',
      state: 'failed',
      detail: 'expired at 2026-12-20',
      fix: restart('podlag-injector'),
    },
  ],
  [
    'a certificate that nobody renews',
    ({ clock }) => clock.advance(25 * dayMs),
    {
      check: 'certificate-validity',
      state: 'warning',
      detail: 'should have been renewed',
      fix: restart('podlag-injector'),
    },
  ],
  [
    'a Secret without a certificate',
    ({ api }) => api.seed(secrets, { metadata: own(ownNames.certificate) }),
    {
      check: 'certificate-validity',
      state: 'failed',
      detail: 'holds no certificate',
      fix: restart('podlag-injector'),
    },
  ],
  [
    'an empty caBundle',
    (line) => bundle(line, ''),
    { check: 'ca-bundle', state: 'failed', detail: 'caBundle is empty', fix: restart('podlag-injector') },
  ],
  [
    'a caBundle that is none',
    (line) => bundle(line, base64('none')),
    { check: 'ca-bundle', state: 'failed', detail: 'holds no certificate', fix: restart('podlag-injector') },
  ],
  [
    'a caBundle of another CA',
    (line) => bundle(line, base64(anotherCa(line))),
    { check: 'ca-bundle', state: 'failed', detail: 'of another CA', fix: restart('podlag-injector') },
  ],
  [
    'no admission policy',
    ({ api }) => api.remove(sidecarPolicies, { name: ownNames.policy }),
    {
      check: 'sidecar-policy',
      state: 'warning',
      detail: 'no ValidatingAdmissionPolicy podlag-sidecar',
      fix: install,
    },
  ],
  [
    'a controller that is scaled to nothing',
    ({ api }) =>
      api.edit(deployments, own(ownNames.controller), (object) => ({
        ...object,
        spec: { ...object.spec, replicas: 0 },
      })),
    { check: 'controller-running', state: 'failed', detail: 'scaled to 0', fix: '--replicas=2' },
  ],
  [
    'a Lease that nobody holds',
    ({ api }) => api.seed(leases, { metadata: own(ownNames.lease), spec: { holderIdentity: '' } }),
    { check: 'controller-lease', state: 'failed', detail: 'nobody holds', fix: restart('podlag-controller') },
  ],
  [
    'a Lease that is not renewed',
    ({ clock }) => clock.advance(46_000),
    {
      check: 'controller-lease',
      state: 'failed',
      detail: 'no controller leads',
      fix: restart('podlag-controller'),
    },
  ],
  [
    'a clock that is behind that of the cluster',
    ({ clock }) => clock.advance(-60_000),
    { check: 'controller-lease', state: 'warning', detail: '60 s in the future', fix: 'Set the clock' },
  ],
  [
    'an injector that asks for tokens and a controller that has none',
    ({ api }) =>
      api.seed(
        deployments,
        program(ownNames.injector, { PODLAG_CERT_SOURCE: 'self-signed', PODLAG_AGENT_ACCESS: 'token' }),
      ),
    {
      check: 'token-keys',
      state: 'failed',
      detail: 'the injector is set to token and the controller to open',
      fix: 'PODLAG_AGENT_ACCESS=token',
    },
  ],
  [
    'token mode without keys',
    ({ api, clock }) => {
      seedTokens(api, clock);
      api.seed(secrets, { metadata: own(tokenSecret.name) });
    },
    { check: 'token-keys', state: 'failed', detail: 'has no keys yet', fix: restart('podlag-controller') },
  ],
  [
    'token mode with what is no key',
    ({ api, clock }) => {
      seedTokens(api, clock);
      api.seed(secrets, { metadata: own(tokenSecret.name), data: { [tokenSecret.key]: base64('{') } });
    },
    { check: 'token-keys', state: 'failed', detail: 'not JSON', fix: 'patch secret podlag-token-keys' },
  ],
  [
    'published keys that are not those that sign',
    ({ api, clock }) => {
      seedTokens(api, clock);
      const other = KeyRing.generate(new Date(clock.now())).publicKeys.document();
      api.seed(configMaps, {
        metadata: own(tokenConfigMap.name),
        data: { [tokenConfigMap.key]: JSON.stringify(other) },
      });
    },
    {
      check: 'token-keys',
      state: 'failed',
      detail: 'new pods refuse every token',
      fix: restart('podlag-controller'),
    },
  ],
  [
    'a namespace that is not there',
    ({ api }) => api.remove(namespaces, { name: 'shop' }),
    {
      check: 'namespace-label',
      state: 'failed',
      detail: 'there is no namespace shop',
      fix: 'kubectl create namespace shop',
    },
  ],
  ...(
    [
      ['without the label', { team: 'a' }, 'shop is not labelled'],
      ['with a slip in the label’s name', { 'sidecar-injecton': 'enabled' }, 'It has sidecar-injecton'],
      ['with Enabled', { [injectionLabel.name]: 'Enabled' }, 'Did you mean enabled?'],
      ['with true', { [injectionLabel.name]: 'true' }, 'Only enabled counts.'],
    ] as const
  ).map(([words, all, detail]): (typeof broken)[number] => [
    `a namespace ${words}`,
    (line) => relabelled(line, all),
    {
      ...{ check: 'namespace-label', state: 'failed', detail },
      fix: 'kubectl label --overwrite ns shop sidecar-injection=enabled',
    },
  ]),
  [
    'a namespace that Pod Security keeps agents out of',
    (line) => labels(line, { [podSecurityEnforceLabel]: 'baseline' }),
    {
      ...{
        check: 'pod-security',
        state: 'failed',
        detail: 'the namespace enforces the Pod Security level baseline',
      },
      fix: `kubectl label --overwrite ns shop ${podSecurityEnforceLabel}=privileged`,
    },
  ],
  [
    'a cluster that keeps agents out by itself',
    ({ api }) =>
      api.seed(
        deployments,
        program(ownNames.injector, {
          PODLAG_CERT_SOURCE: 'self-signed',
          PODLAG_POD_SECURITY_DEFAULT: 'restricted',
        }),
      ),
    {
      check: 'pod-security',
      state: 'failed',
      detail: 'the cluster enforces',
      fix: `${podSecurityEnforceLabel}=privileged`,
    },
  ],
  [
    'pods of a Deployment that were made before the label',
    (line) => {
      const owner = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'old', uid: 'u', controller: true };
      line.api.seed(replicaSets, {
        metadata: { namespace: 'shop', name: 'old-1', ownerReferences: [owner] },
      });
      for (const name of ['old-1-a', 'old-1-b']) bare(line, name, { kind: 'ReplicaSet', name: 'old-1' });
    },
    {
      ...{ check: 'pods-without-agent', state: 'failed', detail: '2 pods without an agent' },
      fix: 'kubectl -n shop rollout restart deployment/old',
    },
  ],
  [
    'a pod of nobody that was made before the label',
    (line) => bare(line, 'old'),
    {
      ...{ check: 'pods-without-agent', state: 'failed', detail: '1 pod without an agent' },
      fix: 'kubectl -n shop get pod old -o yaml | kubectl replace --force -f -',
    },
  ],
  [
    'an agent that cannot be reached',
    ({ api }) => void (api.onPodProxy = undefined),
    {
      check: 'agents-reachable',
      state: 'failed',
      detail: '2 of 2 agents cannot be reached: db, web',
      fix: 'describe pod db',
    },
  ],
  [
    'an agent whose port a policy shuts',
    ({ api }) => {
      api.onPodProxy = undefined;
      api.seed(networkPolicies, { metadata: { namespace: 'shop', name: 'shut' }, spec: { podSelector: {} } });
    },
    {
      ...{ check: 'agents-reachable', state: 'failed', detail: 'NetworkPolicy shut decides what comes in' },
      fix: `kubectl -n shop patch networkpolicy shut --type=json -p '[{"op":"add","path":"/spec/ingress","value":[{"ports":[{"protocol":"TCP","port":2332}],"from":[{"ipBlock":{"cidr":"ADDRESS/32"}}]}]}]' (ADDRESS is `,
    },
  ],
  [
    'agents that ask for tokens, and whose port a policy shuts',
    ({ api }) => {
      api.onPodProxy = undefined;
      api.seed(networkPolicies, { metadata: { namespace: 'shop', name: 'shut' }, spec: { podSelector: {} } });
      for (const name of ['db', 'web']) askForTokens(api, name);
    },
    {
      ...{ check: 'agents-reachable', state: 'failed', detail: 'NetworkPolicy shut decides what comes in' },
      fix: `kubectl -n shop patch networkpolicy shut --type=json -p '[{"op":"add","path":"/spec/ingress","value":[{"ports":[{"protocol":"TCP","port":2332}]}]}]'`,
    },
  ],
  [
    'an open agent beside one that asks for tokens, and whose port a policy shuts',
    ({ api }) => {
      api.onPodProxy = undefined;
      api.seed(networkPolicies, { metadata: { namespace: 'shop', name: 'shut' }, spec: { podSelector: {} } });
      askForTokens(api, 'db');
    },
    {
      ...{ check: 'agents-reachable', state: 'failed', detail: 'NetworkPolicy shut decides what comes in' },
      fix: '"from":[{"ipBlock"',
    },
  ],
  ...(
    [
      ['older', '0.0.9', 'failed', 'kubectl -n shop get pod db'],
      ['newer', '0.1.7', 'warning', 'Take podlag 0.1.7'],
      ['newer', '0.2.0', 'failed', 'Take podlag 0.2.0'],
    ] as const
  ).map(([word, version, state, fix]): (typeof broken)[number] => [
    `an agent of ${version}`,
    ({ api }) => {
      const agents = api.onPodProxy!;
      api.onPodProxy = (pod, request) =>
        pod.name === 'db' && request.path === '/version'
          ? { status: 200, text: JSON.stringify({ version, node: 'v24.0.0' }) }
          : agents(pod, request);
    },
    {
      check: 'agent-versions',
      state,
      detail: `1 agent of version ${version}, ${word} than this program`,
      fix,
    },
  ]),
  [
    'a kernel without netem',
    ({ api }) => {
      const agents = api.onPodProxy!;
      const netem = {
        available: false,
        code: 'netem-missing',
        reason: 'no netem',
        hint: 'modprobe sch_netem.',
      };
      api.onPodProxy = async (pod, request) => {
        const answer = await agents(pod, request);
        if (pod.name !== 'db' || request.path !== '/v1/state') return answer;
        const state = JSON.parse(answer.text) as AgentState;
        const kinds = { ...state.capabilities.kinds, delay: netem };
        return {
          ...answer,
          text: JSON.stringify({ ...state, capabilities: { ...state.capabilities, netem, kinds } }),
        };
      };
    },
    {
      check: 'agent-kernels',
      state: 'failed',
      detail: 'no netem; pods db cannot have delay',
      fix: 'modprobe sch_netem.',
    },
  ],
  [
    'a NetworkFault that no pod is selected by',
    ({ api }) =>
      api.seed(networkFaults, {
        metadata: { namespace: 'shop', name: 'slow' },
        spec: { selector: { matchLabels: { app: 'none' } } },
      }),
    {
      check: 'objects-in-force',
      state: 'failed',
      detail: 'NetworkFault slow selects no pod',
      fix: 'edit networkfault slow',
    },
  ],
  [
    'a LatencyMatrix that has failed',
    ({ api }) =>
      api.seed(latencyMatrices, {
        metadata: { namespace: 'shop', name: 'world', generation: 1 },
        spec: { regions: [], links: [] },
        status: {
          ...{ observedGeneration: 1, phase: 'Failed' },
          pods: { selected: 2, effective: 0, pending: 0, failed: 2 },
          failures: [{ pod: 'db', code: 'netem-missing', detail: 'no netem', hint: 'modprobe sch_netem' }],
        },
      }),
    {
      check: 'objects-in-force',
      state: 'failed',
      detail: 'LatencyMatrix world has failed: db: no netem',
      fix: 'modprobe sch_netem',
    },
  ],
  [
    'a certificate that has expired, of cert-manager',
    ({ api, clock }) => {
      clock.advance(31 * dayMs);
      api.edit(mutatingWebhookConfigurations, { name: ownNames.injector }, (object) => ({
        ...object,
        metadata: { ...object.metadata, annotations: { 'cert-manager.io/inject-ca-from': 'a/b' } },
      }));
    },
    {
      ...{ check: 'certificate-validity', state: 'failed', detail: 'expired' },
      fix: 'cmctl -n podlag-system renew podlag-injector',
    },
  ],
  [
    'a caBundle that is empty, of files',
    (line) => {
      bundle(line, '');
      line.api.seed(deployments, program(ownNames.injector, { PODLAG_CERT_SOURCE: 'files' }));
    },
    {
      ...{ check: 'ca-bundle', state: 'failed', detail: 'empty' },
      fix: './scripts/bootstrap-certs.sh --secret podlag-injector-certs',
    },
  ],
  [
    'a pod that has the agents’ port for itself',
    ({ api }) =>
      api.seed(pods, {
        metadata: { namespace: 'shop', name: 'clash' },
        spec: { containers: [{ name: 'app', ports: [{ containerPort: 2332 }] }] },
      }),
    {
      ...{ check: 'pods-without-agent', state: 'warning', detail: 'port 2332 for itself: clash' },
      fix: 'podlag.io/inject: "false"',
    },
  ],
  [
    'a NetworkFault that is in force in one pod of two',
    ({ api }) => api.seed(networkFaults, faultWith('Partial')),
    {
      check: 'objects-in-force',
      state: 'warning',
      detail: 'in 1 of 2 pods',
      fix: 'describe networkfault slow',
    },
  ],
  [
    'a NetworkFault that the controller says nothing of',
    ({ api, clock }) => {
      api.seed(networkFaults, faultWith(undefined, new Date(clock.now() - 61_000)));
    },
    {
      check: 'objects-in-force',
      state: 'warning',
      detail: 'slow is Pending',
      fix: restart('podlag-controller'),
    },
  ],
];

test.each(broken)('%s is found, and what to do', async (_, breakIt, { check: name, state, detail, fix }) => {
  const line = await workingInstall();
  expect(wrongOf(await found(line))).toEqual([]);
  await breakIt(line);
  const wrong = wrongOf(await found(line)).filter((one) => one.check === name);
  expect(wrong).toMatchObject([
    { check: name, state, detail: expect.stringContaining(detail), fix: expect.stringContaining(fix) },
  ]);
});

test('token mode that is as it should be is ok', async () => {
  const line = await workingInstall();
  seedTokens(line.api, line.clock);
  expect(wrongOf(await found(line))).toEqual([]);
});

test('pods that are left alone with reason are not missed', async () => {
  const line = await workingInstall();
  line.api.seed(pods, {
    metadata: { namespace: 'shop', name: 'quiet', annotations: { 'podlag.io/inject': 'false' } },
    spec: { containers: [{ name: 'app' }] },
  });
  line.api.seed(pods, {
    metadata: { namespace: 'shop', name: 'node' },
    spec: { hostNetwork: true, containers: [{ name: 'app' }] },
  });
  expect(wrongOf(await found(line))).toEqual([]);
});

test('objects that are in force, or new, or templates, are ok', async () => {
  const line = await workingInstall();
  line.api.seed(networkFaults, faultWith('Effective'));
  const fresh = faultWith(undefined, new Date(line.clock.now() - 59_000));
  line.api.seed(networkFaults, { ...fresh, metadata: { ...fresh.metadata, name: 'new' } });
  const suspended = { ...faultWith(undefined), spec: { selector: {}, suspend: true } };
  line.api.seed(networkFaults, { ...suspended, metadata: { ...suspended.metadata, name: 'template' } });
  const { findings } = await found(line);
  expect(findings.filter(({ group }) => group === 'objects')).toMatchObject([
    { state: 'ok', detail: '3 objects as asked for' },
  ]);
});

test('a webhook that is not asked shows by the trial alone', async () => {
  const line = await workingInstall();
  const { stdout, code } = await checkOn(line, line.api, 'check');
  expect(stdout).toContain('  failed   a pod of shop would get no sidecar');
  expect(code).toBe(3);
});

test('the trial makes no pod', async () => {
  const line = await workingInstall();
  await check(line);
  expect((await line.api.list(pods, { namespace: 'shop' })).map(({ metadata }) => metadata.name)).toEqual([
    'db',
    'web',
  ]);
});

test('what may not be read is told with the right that is missing, and is no failure', async () => {
  const line = await workingInstall();
  const forbidden = kubeErrors.error('kube-forbidden', 'alice may not get secrets/podlag-injector-certs');
  const api = withInjector(line.api);
  const without = kubeApiWith(api, {
    get: (resource, ref) => (resource.kind === 'Secret' ? Promise.reject(forbidden) : api.get(resource, ref)),
  });
  const { stdout, code } = await checkOn(line, without, 'check');
  expect(stdout).toContain('  warning  not looked at: alice may not get secrets/podlag-injector-certs\n');
  expect(stdout).toContain('fix: Check as somebody who has that right: podlag check --context CONTEXT');
  expect(code).toBe(0);
});

test('an API server that does not answer is no finding but a failure', async () => {
  const line = await workingInstall();
  line.api.startOutage();
  const { stdout, code } = await check(line);
  expect({ stdout, code }).toEqual({ stdout: '', code: 1 });
});

test('an install with tokens is mended without taking them away', async () => {
  const line = await workingInstall();
  seedTokens(line.api, line.clock);
  line.api.remove(sidecarPolicies, { name: ownNames.policy });
  expect(wrongOf(await found(line))).toMatchObject([
    {
      fix: expect.stringMatching(
        /^kubectl apply -k deploy\/ && .*keeper.yaml && .* PODLAG_AGENT_ACCESS=token$/,
      ),
    },
  ]);
});

describe('an install in another namespace than podlag-system', () => {
  async function elsewhere(): Promise<CommandLine> {
    const line = new CommandLine();
    seedInstall(line.api, line.clock, 'netlab');
    await line.pod('shop', 'db');
    return line;
  }

  test('is found by its webhook', async () => {
    expect(wrongOf(await found(await elsewhere()))).toEqual([]);
  });

  test('is mended there', async () => {
    const line = await elsewhere();
    line.api.edit(deployments, { namespace: 'netlab', name: ownNames.controller }, (object) => ({
      ...object,
      spec: { ...object.spec, replicas: 0 },
    }));
    line.api.remove(sidecarPolicies, { name: ownNames.policy });
    line.api.seed(leases, { metadata: { namespace: 'netlab', name: ownNames.lease }, spec: {} });
    const fixes = wrongOf(await found(line)).map(({ fix }) => fix);
    expect(fixes).toEqual([
      'Apply again what installed podlag in netlab',
      'kubectl -n netlab scale deployment/podlag-controller --replicas=2',
      expect.stringMatching(/^kubectl -n netlab rollout restart .*kubectl -n netlab logs /),
    ]);
    expect(JSON.stringify(fixes)).not.toContain('podlag-system');
  });
});

test('an install by Helm is mended by Helm', async () => {
  const line = await workingInstall();
  line.api.edit(deployments, own(ownNames.injector), (object) => ({
    ...object,
    metadata: { ...object.metadata, labels: { 'app.kubernetes.io/managed-by': 'Helm' } },
  }));
  line.api.remove(sidecarPolicies, { name: ownNames.policy });
  expect(wrongOf(await found(line))).toMatchObject([{ fix: expect.stringMatching(/^helm upgrade podlag /) }]);
});

describe('before an install', () => {
  test('the release, your rights and the namespace are looked at, and nothing else', async () => {
    const line = new CommandLine();
    line.api.seed(namespaces, { metadata: { name: 'shop' } });
    const { findings, failed } = await found(line, 'check --pre');
    expect(findings.map(({ check: name, state }) => `${name} ${state}`)).toEqual([
      'api-version ok',
      'user-rights ok',
      'pod-security ok',
    ]);
    expect(failed).toBe(0);
  });

  test('rights that are missing are named', async () => {
    const line = new CommandLine();
    const isMissing = ({ resource }: ApiCall): boolean => resource.startsWith('clusterroles.');
    line.api.onIsAllowed = (call, as) => as === undefined && !isMissing(call);
    expect(wrongOf(await found(line, 'check --pre'))).toMatchObject([
      {
        check: 'user-rights',
        state: 'failed',
        detail: 'you may not create clusterroles.rbac.authorization.k8s.io',
      },
    ]);
  });
});
