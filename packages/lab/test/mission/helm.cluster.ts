import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { agentOf, namespace, podsIn } from '../install/installation';
import { readmeLines, repository, typed } from '../install/readme-lines';
import { helmImageOptions } from './support/image-names';
import { claimInstallation, ensureInstalled } from './support/installed';
import { expectDelays } from './support/expected-delay';
import { limits } from './support/limits';
import { agentUrl, measuringPod, startPods, type MeasuringPod } from './support/measuring-pod';
import { makeOwnNamespace, removeNamespacesOf } from './support/namespaces';
import { podlagObjects, podlagObjectsOnceFew } from './support/podlag-objects';
import { removePodlag, without } from './support/remove-podlag';
import { suite } from './support/suite';
import { rolledOutIn } from './support/waiting';

jest.setTimeout(limits.testMs);

const owner = 'helm';
const where = 'helm-injected';
const hasHelm = spawnSync('helm', ['version']).status === 0;
const { env } = process;

if (!hasHelm) {
  test('where CI is set, helm is on the PATH', () => {
    process.stderr.write('helm is not on the PATH: the installation by Helm is not tested.\n');
    expect(env.CI).not.toBe('true');
  });
} else {
  describe('by Helm', byHelm);
}

function byHelm(): void {
  let client: MeasuringPod;
  let pod: MeasuringPod;
  let others: readonly string[];

  beforeAll(async () => {
    await removeNamespacesOf(owner);
    // Helm takes over nothing that it has not made.
    others = await removePodlag();
    await makeOwnNamespace(owner, 'helm-client');
  }, limits.hookMs);

  afterAll(async () => {
    await removeNamespacesOf(owner);
    await removePodlag();
    await ensureInstalled();
  }, limits.hookMs);

  test('the line of the README installs, and a pod gets its sidecar', async () => {
    const lines = await readmeLines('Install it in a cluster', 'helm');
    expect(lines).toHaveLength(1);
    typed([...lines, ...helmImageOptions()].join(' '));
    await claimInstallation();
    await rolledOutIn(namespace, 'deployment/podlag-injector', 'deployment/podlag-controller');
    await makeOwnNamespace(owner, where, { injected: true });
    const [clients, pods] = await Promise.all([
      startPods('helm-client', measuringPod('client')),
      startPods(where, measuringPod('a')),
    ]);
    client = clients[0]!;
    pod = pods[0]!;
    const [object] = await podsIn(where);
    expect(agentOf(object!)).toMatchObject({ name: 'podlag-agent', image: suite.agentImage });
  });

  test('its latency is set and measured', async () => {
    const setLatency = (latency: string) => client.wget(agentUrl(pod, `/latency/${latency}`));
    await expectDelays({
      measure: () => client.pingEach([pod.ip]),
      set: () => setLatency('20ms'),
      clear: () => setLatency('0ms'),
      askedMs: [20],
    });
  });

  test('the line of deploy/README.md leaves nothing of podlag but its namespace, and in it what is said there', async () => {
    const line = 'helm uninstall podlag -n podlag-system';
    expect(readFileSync(`${repository}/deploy/README.md`, 'utf8')).toContain(line);
    expect(without(others, await podlagObjects())).toEqual(
      expect.arrayContaining(['ClusterRole/podlag-injector', 'Secret/sh.helm.release.v1.podlag.v1']),
    );
    typed(line);
    const kept = ['Lease/podlag-controller', `Namespace/${namespace}`, 'Secret/podlag-token-keys'];
    const left = await podlagObjectsOnceFew(others.length + kept.length);
    expect(without(others, left)).toEqual(kept);
  });
}
