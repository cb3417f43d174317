import { loadAll } from 'js-yaml';
import { Field } from './field';
import { labErrors } from './lab-errors';
import type { Pod, PodMetadata, PodSpec } from './pod';

export type Labels = Readonly<Record<string, string>>;

/** What a pod is made from. */
export interface PodTemplate {
  readonly metadata: Pick<PodMetadata, 'labels' | 'annotations'>;
  readonly spec: PodSpec;
}

interface Controller {
  readonly name: string;
  readonly namespace: string;
  readonly replicas: number;
  readonly template: PodTemplate;
}

export type Workload =
  | (Controller & {
      readonly kind: 'StatefulSet';
      readonly serviceName: string | undefined;
      /** The names of the volumes that each pod gets a claim of its own for. */
      readonly claims: readonly string[];
    })
  | (Controller & { readonly kind: 'Deployment' })
  | { readonly kind: 'Pod'; readonly pod: Pod };

export interface Manifest {
  readonly namespaces: ReadonlyMap<string, Labels>;
  readonly workloads: readonly Workload[];
  /** What needs no pod, as `Service basic-pd`. */
  readonly passedOver: readonly string[];
}

/** Kinds of Kubernetes itself that make pods and that the lab does not know how to. */
const notHandled: readonly string[] = ['DaemonSet', 'Job', 'CronJob', 'ReplicaSet', 'ReplicationController'];

/**
 * Reads a manifest of any number of documents.
 *
 * @throws PodlagError `invalid-manifest`, `kind-not-handled`
 */
export function readManifest(file: string, text: string): Manifest {
  const namespaces = new Map<string, Labels>();
  const workloads: Workload[] = [];
  const passedOver: string[] = [];
  for (const object of objectsOf(documents(file, text), file)) {
    const kind = object.at('kind').string();
    const name = object.at('metadata').at('name').string();
    const field = Field.of(object.value, `${kind} ${name}`);
    const workload = workloadOf(kind, field);
    if (workload !== undefined) workloads.push(workload);
    else if (kind === 'Namespace') namespaces.set(name, field.at('metadata').at('labels').strings());
    else passedOver.push(`${kind} ${name}`);
  }
  return { namespaces, workloads, passedOver };
}

function documents(file: string, text: string): readonly unknown[] {
  try {
    return loadAll(text, { filename: file }).filter(
      (document) => document !== null && document !== undefined,
    );
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw labErrors.error('invalid-manifest', `${file}: ${reason}`, { cause });
  }
}

/** A `List`, as `kubectl get -o yaml` prints it, counts as its items. */
function objectsOf(values: readonly unknown[], file: string): readonly Field[] {
  return values.flatMap((value, index) => {
    const object = Field.of(value, `${file}, document ${index + 1}`);
    return object.at('kind').string() === 'List' ? object.at('items').list() : [object];
  });
}

function workloadOf(kind: string, object: Field): Workload | undefined {
  if (notHandled.includes(kind)) {
    throw labErrors.error('kind-not-handled', `the lab cannot make the pods of a ${kind}`);
  }
  if (kind === 'Pod') return { kind, pod: podOf(object) };
  if (kind === 'Deployment') return { kind, ...controllerOf(object) };
  if (kind !== 'StatefulSet') return undefined;
  const spec = object.at('spec');
  const claims = spec.at('volumeClaimTemplates').optionalList();
  return {
    kind,
    ...controllerOf(object),
    serviceName: spec.at('serviceName').optionalString(),
    claims: claims.map((claim) => claim.at('metadata').at('name').string()),
  };
}

function controllerOf(object: Field): Controller {
  const spec = object.at('spec');
  return {
    name: object.at('metadata').at('name').string(),
    namespace: namespaceOf(object),
    replicas: spec.at('replicas').count(1),
    template: { metadata: metadataOf(spec.at('template')), spec: podSpec(spec.at('template').at('spec')) },
  };
}

function podOf(object: Field): Pod {
  const metadata = {
    ...object.at('metadata').mapping(),
    ...metadataOf(object),
    namespace: namespaceOf(object),
  };
  return { apiVersion: 'v1', kind: 'Pod', metadata, spec: podSpec(object.at('spec')) };
}

function namespaceOf(object: Field): string {
  return object.at('metadata').at('namespace').optionalString() ?? 'default';
}

function metadataOf(object: Field): PodTemplate['metadata'] {
  const metadata = object.at('metadata');
  if (metadata.isAbsent) return {};
  return {
    ...(metadata.at('labels').isAbsent ? {} : { labels: metadata.at('labels').strings() }),
    ...(metadata.at('annotations').isAbsent ? {} : { annotations: metadata.at('annotations').strings() }),
  };
}

/** Checks what the lab itself acts on; the injector and the API server check the rest. */
function podSpec(spec: Field): PodSpec {
  for (const container of [...spec.at('containers').list(), ...spec.at('initContainers').optionalList()]) {
    container.at('name').string();
    for (const port of container.at('ports').optionalList()) port.at('containerPort').count(0);
  }
  return spec.mapping() as unknown as PodSpec;
}
