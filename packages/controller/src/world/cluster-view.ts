import {
  latencyMatrices,
  networkFaults,
  scenarios,
  type LatencyMatrix,
  type NetworkFault,
  type Scenario,
} from '@podlag/api';
import {
  endpointSlices,
  namespaces,
  nodeRegionLabel,
  nodes,
  pods,
  services,
  type EndpointSlice,
  type KubeObject,
  type Node,
  type Pod,
  type Resource,
  type Service,
} from '@podlag/kube';
import type { World } from '../desired/world';
import { objectKey, type ObjectKind } from '../desired/object-key';
import { ObjectReader, type AnyObject, type SeenObject } from './custom-objects';
import { Feed, isSameBy, isSameSpec, type FeedParts, type IsSame } from './feed';
import { seenPod, type SeenPod } from './world-pod';
import { worldServices } from './world-service';

/** What of the world comes from the Kubernetes API. */
export type ClusterState = Pick<World, 'services' | 'nodeRegions' | 'namespaceLabels'> & {
  readonly pods: readonly SeenPod[];
};

/** What a ClusterView needs. */
export interface ClusterViewParts extends FeedParts {
  /** Whether somebody else has written the status of an object that this controller had written. */
  readonly isOverwritten: (object: Pick<SeenObject, 'key' | 'kind' | 'object'>) => boolean;
}

/** The cluster as it was last heard of: pods, Services, nodes, namespaces and podlag's own objects. */
export class ClusterView {
  readonly #feeds: Feed<KubeObject>[] = [];
  readonly #pods: Feed<Pod>;
  readonly #services: Feed<Service>;
  readonly #slices: Feed<EndpointSlice>;
  readonly #nodes: Feed<Node>;
  readonly #namespaces: Feed<KubeObject>;
  readonly #networkFaults: Feed<NetworkFault>;
  readonly #latencyMatrices: Feed<LatencyMatrix>;
  readonly #scenarios: Feed<Scenario>;
  readonly #reader = new ObjectReader();
  /** A pod that has not changed is not read again. */
  readonly #seenPods = new WeakMap<Pod, SeenPod>();

  constructor(private readonly parts: ClusterViewParts) {
    this.#pods = this.#feed(
      pods,
      isSameBy((pod) => this.#seenPod(pod)),
    );
    this.#services = this.#feed(services);
    this.#slices = this.#feed(endpointSlices);
    this.#nodes = this.#feed(nodes, isSameBy(regionOf));
    this.#namespaces = this.#feed(namespaces, isSameBy(labelsOf));
    this.#networkFaults = this.#feed(networkFaults, this.#isSameObject('networkfault'));
    this.#latencyMatrices = this.#feed(latencyMatrices, this.#isSameObject('latencymatrix'));
    this.#scenarios = this.#feed(scenarios, this.#isSameObject('scenario'));
  }

  /** Why nothing can be decided yet; empty when everything has been read once. */
  get blockers(): readonly string[] {
    return this.#feeds.flatMap(({ blocker }) => blocker ?? []);
  }

  /** What is not up to date. */
  get silences(): readonly string[] {
    return this.#feeds.flatMap(({ silence }) => silence ?? []);
  }

  get state(): ClusterState {
    return {
      pods: [...this.#pods.objects.values()].map((pod) => this.#seenPod(pod)),
      services: worldServices(this.#services.objects, this.#slices.objects),
      nodeRegions: new Map(
        [...this.#nodes.objects].flatMap(([name, node]) => {
          const region = regionOf(node);
          return region === undefined ? [] : [[name, region] as const];
        }),
      ),
      namespaceLabels: new Map(
        [...this.#namespaces.objects].map(([name, namespace]) => [name, labelsOf(namespace)]),
      ),
    };
  }

  /** By object key, sorted. */
  get objects(): ReadonlyMap<string, SeenObject> {
    return this.#reader.read(
      this.#networkFaults.objects.values(),
      this.#latencyMatrices.objects.values(),
      this.#scenarios.objects.values(),
    );
  }

  close(): void {
    for (const feed of this.#feeds) feed.close();
  }

  #feed<T extends KubeObject>(resource: Resource<T>, isSame: IsSame<T> = () => false): Feed<T> {
    const feed = new Feed(resource, {}, { ...this.parts, isSame });
    this.#feeds.push(feed);
    return feed;
  }

  /** A status is no news, but where it is not what this controller has made it. */
  #isSameObject(kind: ObjectKind): IsSame<AnyObject> {
    const isOverwritten = (object: AnyObject): boolean => {
      const { namespace = '', name } = object.metadata;
      const key = objectKey(kind, { namespace, name });
      return this.parts.isOverwritten({ kind, key, object });
    };
    return (before, now) =>
      isSameSpec(before, now) &&
      ![...now].some(([key, object]) => before.get(key) !== object && isOverwritten(object));
  }

  #seenPod(pod: Pod): SeenPod {
    const known = this.#seenPods.get(pod) ?? seenPod(pod);
    this.#seenPods.set(pod, known);
    return known;
  }
}

function regionOf({ metadata }: Node): string | undefined {
  return metadata.labels?.[nodeRegionLabel];
}

function labelsOf({ metadata }: KubeObject): Readonly<Record<string, string>> {
  return metadata.labels ?? {};
}
