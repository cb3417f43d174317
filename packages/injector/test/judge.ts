import { applyPatch, type Operation } from 'fast-json-patch';
import { decide, type Decision, type InjectionSettings } from '../src/decision';
import type { Labels } from '../src/namespace';
import { podSchema } from '../src/pod';
import type { Template } from '../src/template';
import { shippedTemplate } from './templates';

export type Json = Record<string, unknown>;

export interface NamedJson extends Json {
  readonly name: string;
}

/** As much of a pod as the tests look into. */
export interface PodJson extends Json {
  readonly metadata: Json & { readonly annotations: Readonly<Record<string, string>> };
  readonly spec: Json & {
    readonly containers: readonly NamedJson[];
    readonly initContainers: readonly NamedJson[];
    readonly volumes: readonly NamedJson[];
  };
}

export const settings: InjectionSettings = {
  sidecarMode: 'plain',
  onPodSecurity: 'skip',
  ownNamespace: 'podlag-system',
};

export interface Circumstances extends Partial<InjectionSettings> {
  readonly template?: Template;
  readonly namespace?: string;
  readonly labels?: Labels;
}

/** The injector's word on a pod as the API server sends it. */
export function judge(
  pod: unknown,
  { template, namespace, labels, ...changed }: Circumstances = {},
): Decision {
  return decide(
    podSchema.parse(pod),
    template ?? shippedTemplate,
    { name: namespace ?? 'tidb-cluster', labels },
    { ...settings, ...changed },
  );
}

/** The pod after the patch, by a library that is not ours; `pod` itself when there is none. */
export function patched(pod: Json, decision: Decision): PodJson {
  if (decision.kind !== 'inject') return pod as PodJson;
  const operations = structuredClone(decision.patch) as Operation[];
  return applyPatch(structuredClone(pod), operations, true).newDocument as PodJson;
}

export function inject(pod: Json, circumstances: Circumstances = {}): PodJson {
  return patched(pod, judge(pod, circumstances));
}

/** The smallest pod, with `fields` over it. */
export function podWith(fields: { metadata?: Json; spec?: Json } = {}): Json {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { generateName: 'basic-pd-', ...fields.metadata },
    spec: { containers: [{ name: 'pd', image: 'pd', ports: [{ containerPort: 2379 }] }], ...fields.spec },
  };
}
