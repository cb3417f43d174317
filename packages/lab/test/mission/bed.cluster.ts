import { kubectl } from '../deploy/command';
import { read, namespace as injectors, type Json } from '../install/installation';
import { textOf } from '../deploy/manifest';
import { builtImageId } from './support/built-images';
import { ensureInstalled } from './support/installed';
import { limits } from './support/limits';
import { agentUrl, execIn, measuringPod, startPods, type MeasuringPod } from './support/measuring-pod';
import { leaveNamespacesOf, makeOwnNamespace, removeNamespacesOf } from './support/namespaces';
import { whileForwarded } from './support/port-forward';
import { schedulableNodes } from './support/schedulable-nodes';
import { suite } from './support/suite';

jest.setTimeout(limits.testMs);

const owner = 'bed';
const where = 'bed';
const agentPort = 2332;
// Whether each node of a cluster that was given does its work is not for us to test.
const nodes = suite.onBed ? schedulableNodes() : schedulableNodes().slice(0, 1);

const names = nodes.map((_, index) => `on-${index + 1}`);
/** What each agent answers, by which they are told apart. */
const latencies = nodes.map((_, index) => `${index + 1}ms`);

/** One on each node. */
let pods: readonly MeasuringPod[];

/** Labelled with its own name, which it also prints. */
const podOn = (node: string, index: number): Json =>
  measuringPod(names[index]!, {
    ...{ labels: { app: names[index]! }, spec: { nodeName: node } },
    script: `echo this is ${names[index]!}`,
  });

/** A Service of the pod's name, with its agent behind it. */
const serviceOf = (name: string): Json => ({
  ...{ apiVersion: 'v1', kind: 'Service', metadata: { name } },
  spec: { selector: { app: name }, ports: [{ port: agentPort }] },
});

beforeAll(async () => {
  await removeNamespacesOf(owner);
  await ensureInstalled();
  await makeOwnNamespace(owner, where, { injected: true });
  await kubectl(['create', '--namespace', where, '-f', '-'], textOf(names.map(serviceOf)));
  pods = await startPods(where, ...nodes.map(podOn));
  // A pod reaches itself by its address, as it does others.
  await Promise.all(pods.map((pod, index) => pod.wget(agentUrl(pod, `/latency/${latencies[index]!}`))));
}, limits.hookMs);

afterAll(() => leaveNamespacesOf(owner), limits.hookMs);

test('kubectl port-forward leads to the agents, also where this machine does not reach pods', async () => {
  const ask = async (origin: string): Promise<unknown> => {
    const answer = await fetch(`${origin}/latency`, { signal: AbortSignal.timeout(limits.commandMs) });
    return answer.json();
  };
  const said = await Promise.all(pods.map((pod) => whileForwarded(pod, agentPort, ask)));
  expect(said).toMatchObject(latencies.map((latency) => ({ latency })));
});

if (suite.onBed) {
  describe.each(nodes.map((node, index) => ({ node, index })))('on $node', ({ index }) => {
    test('kubectl logs shows what a container printed', async () => {
      const log = await kubectl(['logs', names[index]!, '--namespace', where, '--container', 'client']);
      expect(log).toBe(`this is ${names[index]!}\n`);
    });

    test('kubectl exec runs a program, with its exit status and standard input', async () => {
      const { name } = pods[index]!;
      expect((await execIn(where, name, 'client', ['hostname'])).trim()).toBe(name);
      await expect(execIn(where, name, 'client', ['sh', '-c', 'exit 3'])).rejects.toThrow(/code 3/);
      const typedIn = ['exec', '--stdin', '--namespace', where, name, '--container', 'client', '--', 'cat'];
      expect(await kubectl(typedIn, 'typed in')).toBe('typed in');
    });

    test("a pod reaches the Service of each node's pod, its own too, by all names that the cluster's DNS has for it", async () => {
      for (const [server, name] of names.entries()) {
        for (const host of [name, `${name}.${where}`, `${name}.${where}.svc`]) {
          const said = await pods[index]!.wget(`http://${host}:${agentPort}/latency`);
          expect([host, JSON.parse(said)]).toMatchObject([host, { latency: latencies[server] }]);
        }
      }
    });
  });

  test.each([
    ['podlag-agent', where, suite.agentImage],
    ['podlag-injector', injectors, suite.injectorImage],
    ['podlag-controller', injectors, suite.controllerImage],
  ])('the image of container %s is the one that was built', async (container, namespace, image) => {
    const built = await builtImageId(image);
    const ids = await imageIds(namespace, container);
    expect(ids.length).toBeGreaterThan(0);
    expect(ids).toEqual(ids.map(() => built));
  });
}

interface ContainerStatus {
  readonly name: string;
  readonly imageID: string;
}

interface WithStatus {
  readonly status: {
    readonly initContainerStatuses?: readonly ContainerStatus[];
    readonly containerStatuses?: readonly ContainerStatus[];
  };
}

/** What runs as the containers of that name. */
async function imageIds(namespace: string, container: string): Promise<readonly string[]> {
  const { items } = await read<{ items: readonly WithStatus[] }>('pods', '--namespace', namespace);
  const statuses = items.flatMap(({ status }) => [
    ...(status.initContainerStatuses ?? []),
    ...(status.containerStatuses ?? []),
  ]);
  return statuses.filter(({ name }) => name === container).map(({ imageID }) => imageID);
}
