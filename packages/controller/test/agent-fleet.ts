import { systemClock } from '@podlag/core';
import { pods, type KubeApi } from '@podlag/kube';
import {
  call,
  startTestAgent,
  type Reply,
  type TestAgent,
  type TestAgentOptions,
} from '@podlag/agent/testing';
import { FakeDriver } from '@podlag/netem';

/** A pod of the fleet: an object of the API, and the agent that listens at its address. */
export interface FleetPod {
  readonly namespace: string;
  readonly name: string;
  readonly key: string;
  readonly address: string;
  readonly agent: TestAgent;
  /** Asks the agent at its address. */
  get(path: string): Promise<Reply>;
  put(path: string, body: unknown): Promise<Reply>;
}

export interface NewPod {
  readonly name: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly node?: string;
  /** Of the agent, beside those of its place. */
  readonly env?: Record<string, string>;
}

/** What the API server does not do by itself: pods that run, and agents in them, on loopback addresses of their own. */
export interface PodApi {
  readonly namespace: string;
  readonly api: Pick<KubeApi, 'create' | 'patch' | 'delete' | 'get'>;
}

let nextHost = 1;

/** An address of 127.0.0.0/8 that no other pod of this process has, and hardly one of another. */
function newAddress(): string {
  const host = nextHost++;
  return `127.${100 + (process.pid % 100)}.${host >> 8}.${host & 255}`;
}

export async function startFleetAgent(address: string, options: TestAgentOptions = {}): Promise<TestAgent> {
  const env = { PODLAG_LISTEN_ADDRESS: address, PODLAG_LOG_LEVEL: 'silent', ...options.env };
  return startTestAgent({
    ...{ driver: new FakeDriver(), ...options, env },
    // The test agent's own clock stands still; it takes any.
    clock: (options.clock ?? systemClock) as unknown as NonNullable<TestAgentOptions['clock']>,
  });
}

/** Pods with agents, by name. */
export class AgentFleet {
  readonly pods = new Map<string, FleetPod>();

  constructor(private readonly cluster: PodApi) {}

  async add({ name, labels = {}, node, env = {} }: NewPod): Promise<FleetPod> {
    const { namespace } = this.cluster;
    const address = newAddress();
    const agent = await startFleetAgent(address, {
      env: { PODLAG_POD_NAMESPACE: namespace, PODLAG_POD_NAME: name, ...env },
    });
    const pod = fleetPod({ namespace, name, address }, agent);
    this.pods.set(name, pod);
    await this.#create(pod, labels, node);
    return pod;
  }

  at(name: string): FleetPod {
    const pod = this.pods.get(name);
    if (pod === undefined) throw new Error(`the fleet has no pod ${name}`);
    return pod;
  }

  /** The pod's object goes, and its agent with it. */
  async remove(name: string): Promise<void> {
    const { api, namespace } = this.cluster;
    const { agent } = this.at(name);
    this.pods.delete(name);
    await api.delete(pods, { namespace, name });
    await agent.agent.close();
  }

  /** The container starts again and has lost its lease file; the kubelet says so. */
  async restart(name: string): Promise<FleetPod> {
    const { api, namespace } = this.cluster;
    const old = this.at(name);
    const { port } = old.agent.agent;
    await old.agent.agent.close();
    const env = { PODLAG_POD_NAMESPACE: namespace, PODLAG_POD_NAME: name, PODLAG_LISTEN_PORT: String(port) };
    const agent = await startFleetAgent(old.address, { env });
    const pod = fleetPod(old, agent);
    this.pods.set(name, pod);
    const containerStatuses = [{ ...containerStatus, restartCount: 1, containerID: 'fake://2' }];
    await api.patch(
      pods,
      { namespace, name },
      [{ op: 'add', path: '/status/containerStatuses', value: containerStatuses }],
      { subresource: 'status' },
    );
    return pod;
  }

  async close(): Promise<void> {
    await Promise.all([...this.pods.values()].map(({ agent }) => agent.agent.close()));
  }

  async #create(pod: FleetPod, labels: NewPod['labels'], node = 'node-1'): Promise<void> {
    const { api, namespace } = this.cluster;
    const { name, address, agent } = pod;
    const container = { image: 'none', ports: [{ name: 'podlag', containerPort: agent.agent.port }] };
    const object = {
      metadata: { name, namespace, ...(labels === undefined ? {} : { labels }) },
      spec: {
        nodeName: node,
        // Of kubelets that are not there nobody asks for an end.
        terminationGracePeriodSeconds: 0,
        containers: [{ name: 'podlag-agent', ...container }],
      },
    };
    await api.create(pods, object);
    const status = {
      phase: 'Running',
      podIP: address,
      podIPs: [{ ip: address }],
      conditions: [{ type: 'Ready', status: 'True' }],
      containerStatuses: [containerStatus],
    };
    await api.patch(pods, { namespace, name }, [{ op: 'add', path: '/status', value: status }], {
      subresource: 'status',
    });
  }
}

const containerStatus = {
  ...{ name: 'podlag-agent', ready: true, started: true, restartCount: 0, containerID: 'fake://1' },
  ...{ image: 'none', imageID: '', state: {}, lastState: {} },
};

function fleetPod(
  { namespace, name, address }: Pick<FleetPod, 'namespace' | 'name' | 'address'>,
  agent: TestAgent,
): FleetPod {
  const url = (path: string) => `http://${address}:${agent.agent.port}${path}`;
  const headers = { 'content-type': 'application/json' };
  return {
    ...{ namespace, name, key: `${namespace}/${name}`, address, agent },
    get: (path) => call(url(path)),
    put: (path, body) => call(url(path), { method: 'PUT', body: JSON.stringify(body), headers }),
  };
}
