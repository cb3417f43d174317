import { mkdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ApiClient, type ApiObject } from '../api-client';
import type { BedPod } from '../bed-file';
import { controlPlaneErrors } from '../control-plane-errors';
import type { Access } from '../credentials';
import type { ImageTable } from './images';
import { nodeObject, nodePlans, nodeStatus } from './node-object';
import { now } from './pod-container';
import type { ApiPod } from './pod-object';
import { PodWorker, type PodHost } from './pod-worker';
import { mapsOtherUsers } from './privileges';
import { sandboxOf } from './sandbox';
import type { KeyedData } from './volume-files';
import { watchObjects, type Objects } from './watch-objects';

export interface KubeletOptions {
  readonly access: Access;
  /** For pods' folders and logs. */
  readonly folder: string;
  readonly images: ImageTable;
  /** Told of every change of `pods`. */
  readonly changed: () => void;
}

interface ApiNode extends ApiObject {
  readonly spec: { readonly taints?: readonly unknown[] };
}

const defaultTimeoutMs = 30_000;
const lookAgainMs = 50;

/**
 * In the place of a kubelet: the bed has no nodes and no container runtime. It registers Node objects, and what the scheduler
 * binds to them it reports as a kubelet would, so that Deployments, EndpointSlices and `kubectl wait` work.
 *
 * A pod with a container whose image is in the table is run: in a network namespace of its own, on a root file system of
 * its own, as the user and with the capabilities, variables and volumes of its spec, probed, restarted and ended by
 * it. Its other containers, and all other pods, are only said to run and to be ready. There are no images, cgroups (so no
 * limits), seccomp profiles, user or process namespaces, hooks, exec and log endpoints; and no probes but httpGet.
 */
export class StandInKubelet {
  readonly #client: ApiClient;
  readonly #workers = new Map<string, PodWorker>();
  #watches: readonly Objects<ApiObject>[] = [];
  #podCount = 0;
  #stopping = false;

  constructor(private readonly options: KubeletOptions) {
    this.#client = new ApiClient(options.access);
  }

  /** Those that have processes. */
  get pods(): readonly BedPod[] {
    return [...this.#workers.values()].flatMap((worker) => worker.described ?? []);
  }

  /**
   * Answers when pods may come: when kube-controller-manager has made service accounts and taken the taint off the nodes.
   *
   * @throws PodlagError `bed-not-ready` when that takes longer than `timeoutMs`
   */
  async start(timeoutMs = defaultTimeoutMs): Promise<void> {
    const host = await this.host();
    await this.registerNodes();
    const configMaps = watchObjects<KeyedData>(this.#client, '/api/v1/configmaps', () => undefined);
    const secrets = watchObjects<KeyedData>(this.#client, '/api/v1/secrets', () => undefined);
    this.#watches = [configMaps, secrets];
    await Promise.all([configMaps.synced, secrets.synced]);
    const objects = {
      configMap: (namespace: string, name: string) => named(configMaps, namespace, name),
      secret: (namespace: string, name: string) => named(secrets, namespace, name),
    };
    const pods = watchObjects<ApiPod>(this.#client, '/api/v1/pods', (uid) => {
      this.podChanged(uid, pods.all.get(uid), { ...host, objects });
    });
    this.#watches = [configMaps, secrets, pods];
    await pods.synced;
    await this.controllersReady(performance.now() + timeoutMs);
  }

  /** Ends every process at once. */
  async stop(): Promise<void> {
    this.#stopping = true;
    for (const watch of this.#watches) watch.stop();
    await Promise.all([...this.#workers.values()].map((worker) => worker.gone()));
    this.#client.close();
  }

  private async host(): Promise<Omit<PodHost, 'objects'>> {
    const { folder, images, access, changed } = this.options;
    const [pods, logs] = [join(folder, 'pods'), join(folder, 'logs')];
    await Promise.all([mkdir(pods), mkdir(logs)]);
    const { hostname, port } = new URL(access.url);
    return {
      ...{ pods, logs, images, client: this.#client },
      changed: () => {
        if (!this.#stopping) changed();
      },
      node: dirname(process.execPath),
      mayBecomeOthers: mapsOtherUsers(await readFile('/proc/self/uid_map', 'utf8')),
      apiServerEnv: {
        KUBERNETES_SERVICE_HOST: hostname,
        KUBERNETES_SERVICE_PORT: port,
        KUBERNETES_SERVICE_PORT_HTTPS: port,
      },
    };
  }

  private podChanged(uid: string, pod: ApiPod | undefined, host: PodHost): void {
    const worker = this.#workers.get(uid);
    if (pod === undefined) {
      if (worker === undefined) return;
      this.#workers.delete(uid);
      void worker.gone();
    } else if (worker !== undefined) {
      worker.update(pod);
    } else if (nodePlans.some(({ name }) => name === pod.spec.nodeName) && !isOver(pod)) {
      this.accept(pod, host);
    }
  }

  private accept(pod: ApiPod, host: PodHost): void {
    const worker = new PodWorker(pod, sandboxOf(this.#podCount), host);
    this.#podCount += 1;
    this.#workers.set(pod.metadata.uid, worker);
    worker.start();
    worker.update(pod);
  }

  private async registerNodes(): Promise<void> {
    const { gitVersion } = await this.#client.call<{ readonly gitVersion: string }>('GET', '/version');
    for (const plan of nodePlans) {
      await this.#client.call('POST', '/api/v1/nodes', { value: nodeObject(plan) });
      await this.patch(`/api/v1/nodes/${plan.name}/status`, { status: nodeStatus(plan, gitVersion, now()) });
    }
  }

  private async patch(path: string, value: object): Promise<void> {
    await this.#client.call('PATCH', path, { contentType: 'application/strategic-merge-patch+json', value });
  }

  private async controllersReady(deadline: number): Promise<void> {
    const ready = async (): Promise<boolean> => {
      const nodes = await Promise.all(
        nodePlans.map(({ name }) => this.#client.call<ApiNode>('GET', `/api/v1/nodes/${name}`)),
      );
      await this.#client.call('GET', '/api/v1/namespaces/default/serviceaccounts/default');
      return nodes.every(({ spec }) => (spec.taints ?? []).length === 0);
    };
    // Refused as long as there is no such account.
    while (!(await ready().catch(() => false))) {
      if (performance.now() > deadline) {
        throw controlPlaneErrors.error('bed-not-ready', 'kube-controller-manager does nothing.');
      }
      await delay(lookAgainMs);
    }
  }
}

function named(objects: Objects<KeyedData>, namespace: string, name: string): KeyedData | undefined {
  return [...objects.all.values()].find(
    ({ metadata }) => metadata.namespace === namespace && metadata.name === name,
  );
}

/** Nothing of it is to be run any more. */
function isOver({ status }: ApiPod): boolean {
  return status?.phase === 'Succeeded' || status?.phase === 'Failed';
}
