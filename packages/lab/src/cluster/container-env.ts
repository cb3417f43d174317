import { labErrors } from './lab-errors';
import type { Container, EnvVar, Pod } from './pod';

/** What is known of a pod only once it is on a node. */
export interface PodStatus {
  readonly name: string;
  readonly podIps: readonly string[];
  readonly hostIps: readonly string[];
  readonly nodeName: string;
}

type Env = Readonly<Record<string, string>>;

/**
 * The environment that the pod's spec gives a container, as the kubelet works it out.
 *
 * @throws PodlagError `not-handled` for a value out of a Secret, a ConfigMap or the node's resources
 */
export function containerEnv(pod: Pod, container: Container, status: PodStatus): Env {
  if ((container.envFrom ?? []).length > 0) throw notHandled(container, 'envFrom');
  return (container.env ?? []).reduce<Env>(
    (env, variable) => ({ ...env, [variable.name]: valueOf(variable, env, { pod, container, status }) }),
    {},
  );
}

interface Context {
  readonly pod: Pod;
  readonly container: Container;
  readonly status: PodStatus;
}

function valueOf({ name, value, valueFrom }: EnvVar, before: Env, context: Context): string {
  if (valueFrom === undefined) return expanded(value ?? '', before);
  const { fieldRef } = valueFrom as { readonly fieldRef?: { readonly fieldPath?: string } };
  if (fieldRef?.fieldPath === undefined)
    throw notHandled(context.container, `env ${name}: ${Object.keys(valueFrom).join()}`);
  const found = fieldOf(fieldRef.fieldPath, context);
  if (found === undefined)
    throw notHandled(context.container, `env ${name}: fieldPath ${fieldRef.fieldPath}`);
  return found;
}

/** `$(NAME)` is a variable that came before, `$$` a dollar; an unknown name stays as it is (v1.EnvVar). */
function expanded(text: string, env: Env): string {
  return text.replace(/\$\$|\$\(([A-Za-z_.-][\w.-]*)\)/g, (whole, name: string | undefined) =>
    name === undefined ? '$' : (env[name] ?? whole),
  );
}

/** A downward API path; undefined when the lab does not know it. */
function fieldOf(path: string, { pod, status }: Context): string | undefined {
  const entry = /^metadata\.(labels|annotations)\['(.+)'\]$/.exec(path);
  if (entry === null) return Object.entries(plainFields(pod, status)).find(([known]) => known === path)?.[1];
  const [, map, key = ''] = entry;
  return (map === 'labels' ? pod.metadata.labels : pod.metadata.annotations)?.[key] ?? '';
}

function plainFields({ metadata, spec }: Pod, { name, podIps, hostIps, nodeName }: PodStatus): Env {
  return {
    'metadata.name': name,
    'metadata.namespace': metadata.namespace,
    'metadata.uid': metadata.uid ?? '',
    'spec.nodeName': nodeName,
    'spec.serviceAccountName': spec.serviceAccountName ?? 'default',
    'status.podIP': podIps[0] ?? '',
    'status.podIPs': podIps.join(),
    'status.hostIP': hostIps[0] ?? '',
    'status.hostIPs': hostIps.join(),
  };
}

function notHandled({ name }: Container, what: string): Error {
  return labErrors.error('not-handled', `container ${name}: ${what}`);
}
