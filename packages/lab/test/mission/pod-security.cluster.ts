import { kubectl } from '../deploy/command';
import { agentOf, isReady, labelled, podManifest, podsIn, tryPod, type Json } from '../install/installation';
import { readmeLines, typed } from '../install/readme-lines';
import { ensureInstalled } from './support/installed';
import { reviewsOf } from './support/logs';
import { expectDelays } from './support/expected-delay';
import { limits } from './support/limits';
import { agentUrl, measuringPod, runningPod, startPods, type MeasuringPod } from './support/measuring-pod';
import { leaveNamespacesOf, makeOwnNamespace, removeNamespacesOf, untilInjected } from './support/namespaces';
import { suite } from './support/suite';
import { rolledOutIn, untilIn } from './support/waiting';
import { ready, shownBy } from './support/what-kubectl-shows';

jest.setTimeout(limits.testMs);

const owner = 'pod-security';
const enforce = 'pod-security.kubernetes.io/enforce';
const namespaceOf = (level: string) => `enforces-${level}`;

const sleeper = (name: string) => ({
  ...{ name, image: suite.clientImage, imagePullPolicy: 'IfNotPresent' },
  command: ['sleep', '1000000'],
});

/** What every level of the Pod Security Standards admits. For all containers: the sidecar has to say otherwise for itself. */
const conforming = {
  securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: 'RuntimeDefault' } },
  containers: [
    {
      ...sleeper('app'),
      securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
    },
  ],
};

const pod = (name: string): Json => ({
  ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name } },
  spec: { terminationGracePeriodSeconds: 1, ...conforming },
});

const deployment: Json = {
  ...{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' } },
  spec: {
    selector: { matchLabels: { app: 'web' } },
    template: {
      metadata: { labels: { app: 'web' } },
      spec: { terminationGracePeriodSeconds: 1, ...conforming },
    },
  },
};

/** For each pod that stays: Ready and whether it has an agent. The Deployment's are all named `web`. */
async function state(where: string): Promise<Record<string, string>> {
  const pods = (await podsIn(where)).filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  const entries = pods.map((each) => [
    each.metadata.name.replace(/^web-.*/, 'web'),
    `${isReady(each) ? 'Ready' : 'not Ready'}, ${agentOf(each) ? 'with' : 'without'} sidecar`,
  ]);
  return Object.fromEntries(entries) as Record<string, string>;
}

beforeAll(async () => {
  await removeNamespacesOf(owner);
  await ensureInstalled();
  await makeOwnNamespace(owner, 'pod-security-client');
  for (const level of ['baseline', 'restricted']) {
    await makeOwnNamespace(owner, namespaceOf(level), { labels: { ...labelled, [enforce]: level } });
  }
}, limits.hookMs);

afterAll(() => leaveNamespacesOf(owner), limits.hookMs);

describe.each(['baseline', 'restricted'])('in a namespace that enforces %s', (level) => {
  const where = namespaceOf(level);
  const command = `kubectl label --overwrite ns ${where} ${enforce}=privileged`;

  test('pods come up without the sidecar, and their creator is told what to do', async () => {
    // The injector hears of the namespace by its watch.
    await untilIn(where, async () =>
      (await tryPod(where, podManifest('trial'))).said.includes('(pod-security)'),
    );
    const shown = await shownBy('apply', where, pod('by-hand'), deployment);
    expect(shown).toContain(`podlag: no sidecar (pod-security): the namespace enforces ${level}`);
    expect(shown).toContain(`Warning: podlag: ${command}\n`);
    await rolledOutIn(where, 'deployment/web');
    await ready(where, 'by-hand');
    expect(await state(where)).toEqual({
      'by-hand': 'Ready, without sidecar',
      web: 'Ready, without sidecar',
    });
  });

  test("for a Deployment's pods its ReplicaSet has an Event, and the injector's log and the README's trial say it too", async () => {
    const reviews = await reviewsOf(where);
    expect(reviews).toContainEqual(
      expect.objectContaining({
        ...{ result: 'skipped', reason: 'pod-security' },
        name: expect.stringMatching(/^web-/),
      }),
    );
    const lines = await readmeLines('Install it in a cluster');
    const trial = lines.find((line) => line.includes('--dry-run=server'));
    const { said } = await tryPod(where, podManifest('hello'));
    // Who makes a Deployment sees no warning of its pods. An Event tells it, where one looks for why pods are not as meant.
    const told = ['describe', 'replicaset', '--namespace', where, '--selector=app=web'];
    await untilIn(where, async () => (await kubectl(told)).includes(command));
    expect(await kubectl(told)).toMatch(/Warning +SidecarNotInjected .* podlag/);
    // At `restricted` the API server itself refuses the README's pod, and shows the same warnings before.
    expect(level === 'baseline' ? typed(trial!.replace('shop', where) + ' 2>&1') : said).toContain(command);
  });

  test('after the command that they were told, new pods come with it, and it works', async () => {
    typed(command);
    await untilInjected(where);
    await kubectl(['rollout', 'restart', 'deployment/web', '--namespace', where]);
    expect(await shownBy('apply', where, pod('later'))).toContain('podlag: injected');
    const [clients] = await Promise.all([
      startPods('pod-security-client', measuringPod(`client-${level}`)),
      rolledOutIn(where, 'deployment/web'),
      ready(where, 'later'),
    ]);
    expect(await state(where)).toEqual({
      'by-hand': 'Ready, without sidecar',
      later: 'Ready, with sidecar',
      web: 'Ready, with sidecar',
    });
    const { ip } = await runningPod(where, 'later');
    const [client] = clients as [MeasuringPod];
    const setLatency = (latency: string) => client.wget(agentUrl({ ip }, `/latency/${latency}`));
    await expectDelays({
      measure: () => client.pingEach([ip]),
      set: () => setLatency('20ms'),
      clear: () => setLatency('0ms'),
      askedMs: [20],
    });
  });
});
