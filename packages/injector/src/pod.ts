import * as z from 'zod';

const text = z.string();
const textMap = z.record(text, text).nullish();

/** By number, or by the name that the container has given it. */
const portReference = z.union([z.number(), text]);

const probe = z
  .object({
    httpGet: z.object({ port: portReference, host: text.nullish() }).nullish(),
    tcpSocket: z.object({ port: portReference, host: text.nullish() }).nullish(),
    grpc: z.object({ port: z.number() }).nullish(),
  })
  .nullish();

const container = z.object({
  name: text,
  ports: z
    .array(z.object({ name: text.nullish(), containerPort: z.number(), protocol: text.nullish() }))
    .nullish(),
  restartPolicy: text.nullish(),
  readinessProbe: probe,
  livenessProbe: probe,
  startupProbe: probe,
});

/** What an owner lacks is looked at only after this, by the API server itself. */
const ownerReference = z.object({
  kind: text,
  apiVersion: text.nullish(),
  name: text.nullish(),
  uid: text.nullish(),
  controller: z.boolean().nullish(),
});

/**
 * The part of a pod that the injector reads. All else, known to it or not, stays in the API server: an answer only
 * adds, so no field can get lost by being unknown here (kubernetes/kubernetes#127701 is what happens otherwise).
 *
 * A list that is absent, null or empty are three things to a JSON patch, so the difference is kept.
 */
export const podSchema = z.object({
  metadata: z.object({
    name: text.nullish(),
    generateName: text.nullish(),
    annotations: textMap,
    ownerReferences: z.array(ownerReference).nullish(),
  }),
  spec: z.object({
    hostNetwork: z.boolean().nullish(),
    os: z.object({ name: text }).nullish(),
    nodeSelector: textMap,
    containers: z.array(container).nullish(),
    initContainers: z.array(container).nullish(),
    volumes: z.array(z.object({ name: text })).nullish(),
    resources: z.looseObject({}).nullish(),
  }),
});

export type Pod = z.output<typeof podSchema>;
export type Probe = z.output<typeof probe>;
export type PodContainer = z.output<typeof container>;

/** Every container that the pod is created with, init containers first, as the kubelet starts them. */
export function containersOf(pod: Pod): readonly PodContainer[] {
  return [...(pod.spec.initContainers ?? []), ...(pod.spec.containers ?? [])];
}
