import type { Scenario, LatencyMatrix, NetworkFault } from '@podlag/api';
import { latencyMatrices, networkFaults, scenarios } from '@podlag/api';
import { Duration } from '@podlag/core';
import { kubeApiFromKubeconfig } from '@podlag/kube/client';
import { namespaces, nodes, type KubeApi, type KubeObject, type Resource } from '@podlag/kube';
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Controller } from '../src/controller';
import { AgentFleet } from './agent-fleet';
import { runningController } from './running-controller';
import { until } from './until';

// Of the bed: an administrator's.
const { env } = process;
const kinds = [networkFaults, latencyMatrices, scenarios];

export function kubectl(...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync('kubectl', args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`kubectl ${args.join(' ')}: ${stderr}`);
  return stdout;
}

type Rest = Parameters<typeof runningController> extends [unknown, (infer R)?] ? NonNullable<R> : never;

/** A namespace of a real API server with podlag's kinds, agents on loopback addresses in it, and controllers that run for one test. */
export class ApiServerBed {
  readonly #suffix = randomBytes(4).toString('hex');
  readonly namespace = `controller-${this.#suffix}`;
  readonly api: KubeApi = kubeApiFromKubeconfig(env.KUBECONFIG);
  readonly fleet = new AgentFleet(this);
  readonly #node = `fleet-${this.#suffix}`;
  readonly #controllers: Controller[] = [];

  async open(): Promise<void> {
    kubectl('apply', '--server-side', '-k', join(__dirname, '../../../deploy/crds'));
    const crds = kinds.map(({ plural }) => `crd/${plural}.podlag.io`);
    kubectl('wait', '--for=condition=Established', ...crds, '--timeout=30s');
    await this.api.create(namespaces, { metadata: { name: this.namespace } });
    // Pods on a node that there is not are taken away by the garbage collector.
    await this.api.create(nodes, { metadata: { name: this.#node } });
    await until(() => kubectl('get', 'serviceaccount', 'default', '--namespace', this.namespace), 30_000);
  }

  async start(way: KubeApi = this.api, { env: more = {}, ...rest }: Rest = {}): Promise<Controller> {
    const controller = await runningController(way, {
      env: {
        PODLAG_OWN_NAMESPACE: this.namespace,
        PODLAG_LEASE_NAME: `podlag-controller-${this.#suffix}`,
        ...more,
      },
      election: { leaseDurationMs: 4_000, renewDeadlineMs: 3_000, retryPeriodMs: 500 },
      ...rest,
    });
    this.#controllers.push(controller);
    return controller;
  }

  async add(
    name: string,
    labels: Readonly<Record<string, string>>,
    more: { readonly env?: Record<string, string> } = {},
  ) {
    return this.fleet.add({ name, node: this.#node, labels, ...more });
  }

  async stopControllers(): Promise<void> {
    await Promise.all(this.#controllers.splice(0).map((controller) => controller.stop()));
  }

  /** After each test. */
  async clear(): Promise<void> {
    await this.stopControllers();
    for (const { plural } of kinds) kubectl('delete', plural, '--all', '--namespace', this.namespace);
    await Promise.all([...this.fleet.pods.keys()].map((name) => this.fleet.remove(name)));
  }

  async close(): Promise<void> {
    kubectl('delete', 'namespace', this.namespace, '--wait=false', '--ignore-not-found');
    kubectl('delete', 'node', this.#node, '--ignore-not-found');
    await this.fleet.close();
  }

  async networkFault(name: string): Promise<NetworkFault | undefined> {
    return this.api.get(networkFaults, { namespace: this.namespace, name });
  }

  async latencyMatrix(name: string): Promise<LatencyMatrix | undefined> {
    return this.api.get(latencyMatrices, { namespace: this.namespace, name });
  }

  async scenario(name: string): Promise<Scenario | undefined> {
    return this.api.get(scenarios, { namespace: this.namespace, name });
  }

  /** Changes fields of an object's spec. */
  async edit<T extends KubeObject>(
    resource: Resource<T>,
    name: string,
    spec: Readonly<Record<string, unknown>>,
  ): Promise<void> {
    const operations = Object.entries(spec).map(([field, value]) => ({
      op: 'add' as const,
      path: `/spec/${field}`,
      value,
    }));
    await this.api.patch(resource, { namespace: this.namespace, name }, operations);
  }

  /** The faults of a pod's plan with their states: `slow.networkfault in-force`. */
  async faultsOf(name: string): Promise<readonly string[]> {
    const { body } = await this.fleet.at(name).get('/v1/plans/controller');
    const { faults = [] } = body as { faults?: readonly { name: string; state: string }[] };
    return faults.map((fault) => `${fault.name} ${fault.state}`);
  }

  /** The delay of what a pod sends to an address, in milliseconds. */
  async addedMs(name: string, address: string): Promise<number> {
    const { body } = await this.fleet.at(name).get(`/v1/explain?dst=${address}`);
    const { egress } = body as {
      readonly egress?: { readonly profile?: { readonly delay?: { readonly time: string } } };
    };
    return Duration.parse(egress?.profile?.delay?.time ?? '0ms').milliseconds;
  }

  /** What a packet from a pod to an address meets, as text. */
  async explained(name: string, address: string): Promise<string> {
    const { body } = await this.fleet.at(name).get(`/v1/explain?dst=${address}`);
    return JSON.stringify(body);
  }
}

/** The process ID of the API server, so that it can stand still. */
export async function apiServerPid(): Promise<number> {
  // The bed's file says which of its processes is which.
  const bed = JSON.parse(await readFile(env.PODLAG_APISERVER_BED ?? '', 'utf8')) as {
    readonly servers: readonly { readonly name: string; readonly pid?: number }[];
  };
  const pid = bed.servers.find(({ name }) => name === 'kube-apiserver')?.pid;
  if (pid === undefined) throw new Error('the bed has no API server');
  return pid;
}
