/** What every object of the API has, as far as podlag looks at it. */
export interface ObjectMeta {
  readonly name: string;
  readonly namespace?: string;
  readonly uid?: string;
  /** Changes with each write. Sent back with a replacement, it makes the API server refuse one that is late. */
  readonly resourceVersion?: string;
  /** Of what is asked for, from 1: the API server counts it up where that changes, and not with a write of the status. */
  readonly generation?: number;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly ownerReferences?: readonly OwnerReference[];
  /** RFC 3339. */
  readonly creationTimestamp?: string;
  /** RFC 3339: it has been deleted, and goes as soon as it may. */
  readonly deletionTimestamp?: string;
}

/** An object that another belongs to, and with which it goes. */
export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  /** Of several owners the one that manages it. */
  readonly controller?: boolean;
  readonly blockOwnerDeletion?: boolean;
}

export interface KubeObject {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: ObjectMeta;
}

/** One kind of object, by where it is in the API. `T` is what podlag reads of it; the rest of an object is kept. */
export interface Resource<T extends KubeObject> {
  /** `v1`, `admissionregistration.k8s.io/v1` */
  readonly apiVersion: string;
  readonly kind: string;
  /** As in the path: `secrets`. */
  readonly plural: string;
  readonly namespaced: boolean;
  /** A watch gives only name, namespace, uid, resourceVersion and labels: there may be thousands, and nothing else is read. */
  readonly labelsOnly?: true;
  /** The status is written apart, by a patch of that subresource: other writes leave it as it is. */
  readonly hasStatus?: true;
  /** What a watch holds on to of an object, where that is less than the whole. `get` and `list` give objects whole. */
  keep?(object: T): T;
  /** Never set: carries the type alone. */
  readonly example?: T;
}

/** Where one object is. */
export interface ObjectRef {
  readonly name: string;
  /** For a namespaced kind. */
  readonly namespace?: string;
}

export interface Secret extends KubeObject {
  readonly type?: string;
  /** Values in base64. */
  readonly data?: Readonly<Record<string, string>>;
}

export interface Webhook {
  readonly name: string;
  readonly clientConfig: { readonly caBundle?: string; readonly [field: string]: unknown };
  readonly [field: string]: unknown;
}

export interface WebhookConfiguration extends KubeObject {
  readonly webhooks?: readonly Webhook[];
}

/** Of core `v1`, as podlag writes it: one that was seen once. */
export interface KubeEvent extends KubeObject {
  /** What it is about; `kubectl describe` looks for kind and uid. */
  readonly involvedObject: {
    readonly apiVersion: string;
    readonly kind: string;
    readonly name: string;
    readonly namespace: string;
    readonly uid: string;
  };
  readonly type: 'Normal' | 'Warning';
  /** In CamelCase, for a machine. */
  readonly reason: string;
  /** What was done, or left undone: in CamelCase too. */
  readonly action: string;
  /** For a person, at most 1024 characters in one line. */
  readonly message: string;
  readonly source: { readonly component: string };
  readonly reportingComponent: string;
  /** RFC 3339. */
  readonly firstTimestamp: string;
  readonly lastTimestamp: string;
  readonly count: number;
}

export const secrets: Resource<Secret> = {
  apiVersion: 'v1',
  kind: 'Secret',
  plural: 'secrets',
  namespaced: true,
};

export const namespaces: Resource<KubeObject> = {
  apiVersion: 'v1',
  kind: 'Namespace',
  plural: 'namespaces',
  namespaced: false,
  labelsOnly: true,
};

export const mutatingWebhookConfigurations: Resource<WebhookConfiguration> = {
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'MutatingWebhookConfiguration',
  plural: 'mutatingwebhookconfigurations',
  namespaced: false,
};

/**
 * Of core `v1`. `events.k8s.io/v1` is the same objects, but takes neither lastTimestamp nor count when one is made: by
 * `kubectl get events --sort-by=.lastTimestamp` its Events stand before all others, however new they are.
 */
export const events: Resource<KubeEvent> = {
  apiVersion: 'v1',
  kind: 'Event',
  plural: 'events',
  namespaced: true,
};
