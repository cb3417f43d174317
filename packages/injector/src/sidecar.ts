import { annotations as names } from '@podlag/core';
import { version } from '../package.json';
import { accessEnv, openAccess, type AgentAccess } from './agent-access';
import type { Overrides } from './overrides';
import type { Additions } from './patch';
import type { Pod } from './pod';
import type { Template } from './template';
import { limitsFor } from './template-completion';
import type { TemplateContainer } from './template-schema';

/** How the sidecar runs: as an init container that is restarted for ever (Kubernetes >= 1.29), or beside the others. */
export const sidecarModes = ['native', 'plain'] as const;
export type SidecarMode = (typeof sidecarModes)[number];

/** What this pod gets out of the template. */
export function sidecarFor(
  pod: Pod,
  template: Template,
  request: {
    readonly overrides: Overrides;
    /** What the agent hears of the pod's probes: ports with commas between. */
    readonly probePorts: string;
    readonly mode: SidecarMode;
    /** Default open. */
    readonly access?: AgentAccess;
    readonly warnings: readonly string[];
  },
): Additions {
  const { mode, access = openAccess, overrides, probePorts, warnings } = request;
  const volumeNames = freeVolumeNames(pod, template);
  const adapted = (container: TemplateContainer): TemplateContainer =>
    withVolumeNames(withinPodResources(pod, container), volumeNames);
  const requesting = withRequests(template.agent, overrides.requests);
  const informed = withKnown(requesting, [...probeEnv(probePorts), ...accessEnv(access)]);
  const agent = adapted(withEnv(informed, overrides.env));
  const containers = [agent, ...template.containers.slice(1).map(adapted)];
  const initContainers = template.initContainers.map(adapted);
  const volumes = template.volumes.map((volume) => ({ ...volume, name: renamed(volume.name, volumeNames) }));
  const status = {
    version,
    mode,
    containers: [...initContainers, ...containers].map(({ name }) => name),
    volumes: volumes.map(({ name }) => name),
    ...(warnings.length === 0 ? {} : { warnings }),
  };
  return {
    ...placed(mode, containers, initContainers),
    volumes,
    annotations: { ...withoutOwn(template.annotations, pod), [names.status]: JSON.stringify(status) },
  };
}

/** In front of the pod's own init containers, so that a fault that is in force from the start holds for them too. */
function placed(
  mode: SidecarMode,
  containers: readonly TemplateContainer[],
  initContainers: readonly TemplateContainer[],
): Pick<Additions, 'containers' | 'initContainers'> {
  if (mode === 'plain') return { initContainers, containers };
  const native = containers.map((container) => ({ ...container, restartPolicy: 'Always' }));
  return { initContainers: [...initContainers, ...native], containers: [] };
}

/**
 * What the agent has to know to let the kubelet's probes pass: the node's address, which is known only when the pod runs,
 * and the ports.
 */
function probeEnv(probePorts: string): NonNullable<TemplateContainer['env']> {
  return [
    { name: 'PODLAG_NODE_ADDRESSES', valueFrom: { fieldRef: { fieldPath: 'status.hostIP' } } },
    { name: 'PODLAG_PROBE_PORTS', value: probePorts },
  ];
}

/** What the template says itself stays. */
function withKnown(
  container: TemplateContainer,
  known: NonNullable<TemplateContainer['env']>,
): TemplateContainer {
  const env = container.env ?? [];
  return {
    ...container,
    env: [...env, ...known.filter(({ name }) => !env.some((own) => own.name === name))],
  };
}

function withEnv(container: TemplateContainer, env: Overrides['env']): TemplateContainer {
  const added = Object.entries(env).map(([name, value]) => ({ name, value }));
  if (added.length === 0) return container;
  const kept = (container.env ?? []).filter(({ name }) => !(name in env));
  return { ...container, env: [...kept, ...added] };
}

function withRequests(container: TemplateContainer, requests: Overrides['requests']): TemplateContainer {
  if (Object.keys(requests).length === 0) return container;
  const all = { ...container.resources?.requests, ...requests };
  const limits = limitsFor(all, container.resources?.limits ?? {});
  return { ...container, resources: { ...container.resources, requests: all, limits } };
}

/**
 * A pod that has resources of its own (pod-level, Kubernetes >= 1.32) has to cover the sum of its containers; with one
 * more the API server might refuse it. The sidecar then says nothing and shares what the pod has.
 */
function withinPodResources(pod: Pod, container: TemplateContainer): TemplateContainer {
  return pod.spec.resources ? { ...container, resources: {} } : container;
}

type NewNames = ReadonlyMap<string, string>;

/** Other names for those volumes of the template whose name the pod uses for one of its own. */
function freeVolumeNames(pod: Pod, template: Template): NewNames {
  const taken = new Set(pod.spec.volumes?.map(({ name }) => name));
  const newNames = new Map<string, string>();
  for (const { name } of template.volumes) {
    let free = name;
    for (let n = 2; taken.has(free); n++) free = `${name.slice(0, 63 - String(n).length - 1)}-${n}`;
    if (free !== name) newNames.set(name, free);
    taken.add(free);
  }
  return newNames;
}

function withVolumeNames(container: TemplateContainer, newNames: NewNames): TemplateContainer {
  if (newNames.size === 0 || container.volumeMounts === undefined) return container;
  const volumeMounts = container.volumeMounts.map((mount) => ({
    ...mount,
    name: renamed(mount.name, newNames),
  }));
  return { ...container, volumeMounts };
}

function renamed(name: string, newNames: NewNames): string {
  return newNames.get(name) ?? name;
}

function withoutOwn(annotations: Template['annotations'], pod: Pod): Template['annotations'] {
  const own = pod.metadata.annotations ?? {};
  return Object.fromEntries(Object.entries(annotations).filter(([name]) => !Object.hasOwn(own, name)));
}
