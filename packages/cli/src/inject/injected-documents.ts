import { decide, podSchema, type Decision, type InjectionSettings, type Template } from '@podlag/injector';
import { applyAdditions } from './apply-additions';
import { isRecord, valueAt, withValueAt, type Json } from './json';
import { podPlaces, type PodPlace } from './pod-places';

/** What stands around the pods: as the injector of a cluster would have it. */
export interface InjectionSurroundings {
  readonly template: Template;
  readonly settings: InjectionSettings;
  /** For documents that name none. */
  readonly namespace: string;
}

/** What was decided about one pod or pod template. */
export interface Judged {
  readonly title: string;
  readonly decision: Decision;
}

export interface InjectedDocuments {
  /** All of them, in their order, with the sidecar where it was decided. */
  readonly documents: readonly unknown[];
  readonly judged: readonly Judged[];
}

/** The webhook's judgement over a file: each document as it would be after admission. Pure. */
export function injectedDocuments(
  documents: readonly unknown[],
  surroundings: InjectionSurroundings,
): InjectedDocuments {
  const labels = namespaceLabelsIn(documents);
  const judged: Judged[] = [];
  const injected = documents.map((document) =>
    podPlaces(document).reduce((result, place) => {
      const { decision, pod } = judge(result, place, { ...surroundings, labels });
      judged.push({ title: place.title, decision });
      return decision.kind === 'inject' ? withValueAt(result, place.path, pod) : result;
    }, document),
  );
  return { documents: injected, judged };
}

type Known = InjectionSurroundings & { readonly labels: ReadonlyMap<string, Record<string, string>> };

function judge(
  document: unknown,
  { path, namespace: named, owner }: PodPlace,
  { template, settings, namespace: fallback, labels }: Known,
): { readonly decision: Decision; readonly pod: unknown } {
  const found = valueAt(document, path);
  const bare: Json = isRecord(found) ? found : {};
  // A template may do without metadata; the API server gives it some before the webhook sees the pod.
  const pod: Json = { ...bare, metadata: isRecord(bare.metadata) ? bare.metadata : {} };
  const namespace = named ?? fallback;
  const asCreated = podSchema.parse(owner === undefined ? pod : ownedBy(owner, pod));
  const decision = decide(asCreated, template, { name: namespace, labels: labels.get(namespace) }, settings);
  return { decision, pod: decision.kind === 'inject' ? applyAdditions(pod, decision.patch) : pod };
}

/** The controller of a workload says who it is in each pod that it creates; the injector looks at that. */
function ownedBy(kind: string, pod: Json): Json {
  const metadata = pod.metadata as Json;
  return { ...pod, metadata: { ...metadata, ownerReferences: [{ kind, controller: true }] } };
}

function namespaceLabelsIn(documents: readonly unknown[]): ReadonlyMap<string, Record<string, string>> {
  const namespaces = documents.filter(isRecord).filter(({ kind }) => kind === 'Namespace');
  return new Map(
    namespaces.map(({ metadata }) => {
      const { name, labels } = isRecord(metadata) ? metadata : {};
      return [String(name), (isRecord(labels) ? labels : {}) as Record<string, string>];
    }),
  );
}
