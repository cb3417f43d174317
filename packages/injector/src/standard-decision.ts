import { openAccess, type AgentAccess } from './agent-access';
import type { Decision } from './decision';
import type { Pod } from './pod';
import { probePorts } from './probe-ports';
import type { SidecarMode } from './sidecar';
import type { Template } from './template';

type Decisions = Map<string, Decision>;

/** Workloads differ by the ports that they probe; who makes up ever new ones must not fill the memory. */
const mostDecisions = 1_000;

const decisions = new WeakMap<Template, Decisions>();

/**
 * Most pods ask for nothing of their own and get in nobody's way. For them the decision depends on no more than the
 * template, the mode, the keys of agents, which lists the pod does not have, and the ports of its probes: it is made once and then the very
 * same object, so that printing it can be done once too.
 */
export function standardDecision(
  pod: Pod,
  template: Template,
  { mode, access = openAccess }: { readonly mode: SidecarMode; readonly access?: AgentAccess | undefined },
  make: () => Decision,
): Decision {
  if (!isStandard(pod, template)) return make();
  const { metadata, spec } = pod;
  const lists = [metadata.annotations, spec.initContainers, spec.containers, spec.volumes];
  const words = [mode, ...lists.map((list) => (list ? 'has' : 'lacks')), probePorts(pod).join()];
  const key = [...words, access.mode === 'token' ? access.keys : ''].join(' ');
  const made = decisionsFor(template);
  const known = made.get(key);
  if (known !== undefined) return known;
  const decision = make();
  if (made.size >= mostDecisions) made.clear();
  made.set(key, decision);
  return decision;
}

function isStandard(pod: Pod, template: Template): boolean {
  const annotations = pod.metadata.annotations ?? {};
  for (const name in annotations) {
    if (name.startsWith('podlag.io/') || name in template.annotations) return false;
  }
  if (pod.spec.resources) return false;
  return !pod.spec.volumes?.some(({ name }) => template.volumes.some((volume) => volume.name === name));
}

function decisionsFor(template: Template): Decisions {
  const made = decisions.get(template) ?? new Map<string, Decision>();
  decisions.set(template, made);
  return made;
}
