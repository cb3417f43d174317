import {
  jobs,
  kubeApiWith,
  nodes,
  services,
  type KubeApi,
  type KubeObject,
  type Resource,
} from '@podlag/kube';
import { FakeKubeApi } from '@podlag/kube/testing';
import { runPods, type RunPod } from '../objects/run-pod';
import { ScriptedOrchestrator } from './scripted-orchestrator';

/** What a test may have otherwise. */
export interface ClusterOptions {
  /** Whether pods get an agent. Default true. */
  readonly injects?: boolean;
  /** The status that a worker's pod comes to. Default Running. */
  readonly workerStatus?: RunPod['status'];
  /** Of the two nodes. Default none. */
  readonly zones?: readonly [string, string];
  readonly orchestrator?: (run: string) => ScriptedOrchestrator;
}

const agent = {
  name: 'podlag-agent',
  restartPolicy: 'Always',
  ports: [{ name: 'podlag', containerPort: 2332 }],
};

/** A fake API server of two nodes with what makes something of objects: Services get addresses, pods agents, and all run. */
export class TwoNodeCluster {
  readonly fake = new FakeKubeApi();
  readonly api: KubeApi;
  orchestrator: ScriptedOrchestrator | undefined;
  #addresses = 0;

  constructor(private readonly options: ClusterOptions = {}) {
    for (const [index, name] of ['node-1', 'node-2'].entries()) {
      const status = { conditions: [{ type: 'Ready', status: 'True' }] };
      const zone = options.zones?.[index];
      const labels: Record<string, string> =
        zone === undefined ? {} : { 'topology.kubernetes.io/zone': zone };
      this.fake.seed(nodes, { metadata: { name, labels }, status });
    }
    this.fake.onPodProxy = (_, request) =>
      this.orchestrator?.answer(request) ?? { status: 503, text: 'not yet' };
    this.api = kubeApiWith(this.fake, {
      create: async (resource, object) => {
        const made = await this.fake.create(resource, this.#mutated(resource, object) as typeof object);
        this.#follow(resource, made);
        return made;
      },
      apply: (resource, object, how) =>
        this.fake.apply(resource, this.#mutated(resource, object) as typeof object, how),
    });
  }

  /** What the API server makes of an object before it stores it. */
  #mutated(resource: Resource<KubeObject>, object: KubeObject): KubeObject {
    if (resource.kind === services.kind) {
      const { spec } = object as { readonly spec?: object };
      return { ...object, spec: { ...spec, clusterIP: `10.0.0.${(this.#addresses += 1)}` } } as KubeObject;
    }
    if (resource.kind !== runPods.kind || this.options.injects === false) return object;
    if (object.metadata.annotations?.['podlag.io/inject'] === 'false') return object;
    const pod = object as RunPod;
    return { ...pod, spec: { ...pod.spec, initContainers: [agent] } } as unknown as KubeObject;
  }

  /** What the cluster makes of it afterwards. */
  #follow(resource: Resource<KubeObject>, { metadata }: KubeObject): void {
    if (resource.kind === runPods.kind) {
      const { workerStatus = { phase: 'Running' } } = this.options;
      this.fake.edit(runPods, metadata, (pod) => ({ ...pod, status: workerStatus }));
    }
    if (resource.kind !== jobs.kind) return;
    const { namespace = '', name, labels = {} } = metadata;
    const run = name.replace(/^bench-/, '');
    this.orchestrator = this.options.orchestrator?.(run) ?? new ScriptedOrchestrator(run);
    this.fake.seed(runPods, {
      metadata: { namespace, name: `${name}-x`, labels },
      status: { phase: 'Running' },
    });
  }
}
