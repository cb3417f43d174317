import { annotations, mirrorPodAnnotation, podSecurityEnforceLabel } from '@podlag/core';
import type { InjectionSettings, PodSecurityLevel } from './decision';
import type { Namespace } from './namespace';
import { containersOf, type Pod } from './pod';
import type { Template } from './template';

/** What is the same for every pod that is left for one reason. */
interface ReasonKind {
  /** Whether somebody asked for the sidecar, and it would have come but for this: who made the pod is to be told. */
  readonly isMissed: boolean;
}

/** Why a pod is left as it is. Stable: shown as admission warning, audit annotation and metric label. */
export const skipReasons = {
  'mirror-pod': { isMissed: false },
  'host-network': { isMissed: true },
  windows: { isMissed: false },
  'system-namespace': { isMissed: false },
  'opted-out': { isMissed: false },
  'already-injected': { isMissed: false },
  'job-plain-sidecar': { isMissed: true },
  'port-clash': { isMissed: true },
  'pod-security': { isMissed: true },
} as const satisfies Readonly<Record<string, ReasonKind>>;

/** The keys of skipReasons. */
export type SkipReason = keyof typeof skipReasons;

export interface Skip {
  readonly reason: SkipReason;
  /** What about this pod is the reason, in a few words. */
  readonly detail: string;
  /** A command or an edit that would get it injected, where there is one. */
  readonly fix?: string;
}

/** Everything that a rule may look at. */
export interface Subject {
  readonly pod: Pod;
  readonly template: Template;
  readonly namespace: Namespace;
  readonly settings: InjectionSettings;
}

type Rule = (subject: Subject) => Skip | undefined;

// The kubelet runs it from a file on the node; the API server's copy is only an image of it, and a change to that
// copy is refused or without effect.
const mirrorPod: Rule = ({ pod }) =>
  pod.metadata.annotations?.[mirrorPodAnnotation] === undefined
    ? undefined
    : { reason: 'mirror-pod', detail: 'a static pod is run by its node, not by the API server' };

// netem shapes the device that it sits on. In a hostNetwork pod that is the node's own NIC. No annotation overrides it.
const hostNetwork: Rule = ({ pod }) =>
  pod.spec.hostNetwork === true
    ? { reason: 'host-network', detail: 'the agent would shape the node, not the pod' }
    : undefined;

const windows: Rule = ({ pod }) =>
  (pod.spec.os?.name ?? pod.spec.nodeSelector?.['kubernetes.io/os']) === 'windows'
    ? { reason: 'windows', detail: 'the agent needs Linux (netem)' }
    : undefined;

/** Where the cluster itself lives. */
export const systemNamespaces: readonly string[] = ['kube-system', 'kube-public', 'kube-node-lease'];

// A webhook that may stand in the way of the control plane, or of its own next replica, can lock a cluster up.
const systemNamespace: Rule = ({ namespace, settings }) =>
  systemNamespaces.includes(namespace.name) || namespace.name === settings.ownNamespace
    ? { reason: 'system-namespace', detail: `nothing is injected into ${namespace.name}` }
    : undefined;

const optedOut: Rule = ({ pod }) =>
  pod.metadata.annotations?.[annotations.inject] === 'false'
    ? { reason: 'opted-out', detail: `${annotations.inject} is "false"` }
    : undefined;

// Judged by what the pod has, not by the status annotation alone: people copy YAML, annotations and all.
const alreadyInjected: Rule = ({ pod, template }) => {
  const ours = new Set([...template.containers, ...template.initContainers].map(({ name }) => name));
  const found = containersOf(pod).find(({ name }) => ours.has(name));
  return found && { reason: 'already-injected', detail: `it has a container ${found.name} already` };
};

// A plain sidecar goes on when the work is done, and the Job never completes (kubernetes/kubernetes#25908).
const jobPlainSidecar: Rule = ({ pod, settings }) =>
  settings.sidecarMode === 'plain' && pod.metadata.ownerReferences?.some(({ kind }) => kind === 'Job')
    ? {
        reason: 'job-plain-sidecar',
        detail: 'the Job would never complete with a plain sidecar',
        fix: 'On Kubernetes 1.29 or later run the injector with sidecarMode native.',
      }
    : undefined;

// Containers of a pod share its ports. Only declared ones can be seen here.
const portClash: Rule = ({ pod, template }) => {
  for (const { name, ports } of containersOf(pod)) {
    const taken = ports?.find(
      ({ containerPort, protocol }) =>
        (protocol ?? 'TCP') === 'TCP' && template.ports.includes(containerPort),
    );
    if (taken) {
      return {
        reason: 'port-clash',
        detail: `container ${name} uses port ${taken.containerPort}, which the sidecar needs`,
      };
    }
  }
  return undefined;
};

/** Levels of the Pod Security Standards that refuse NET_ADMIN; both have the same list of capabilities to add. */
export const levelsWithoutNetAdmin: readonly PodSecurityLevel[] = ['baseline', 'restricted'];

// The PodSecurity plugin runs after this webhook: with the sidecar it would refuse the whole pod.
const podSecurity: Rule = ({ namespace, settings }) => {
  const label = namespace.labels?.[podSecurityEnforceLabel];
  const level = label ?? settings.podSecurityDefault;
  if (!levelsWithoutNetAdmin.some((one) => one === level)) return undefined;
  return {
    reason: 'pod-security',
    detail: `the ${label === undefined ? 'cluster' : 'namespace'} enforces ${level ?? ''}, which forbids NET_ADMIN`,
    fix: `kubectl label --overwrite ns ${shortName(namespace.name)} ${podSecurityEnforceLabel}=privileged`,
  };
};

/** A name of up to 63 characters would make the command too long for a warning. */
function shortName(name: string): string {
  return name.length <= 36 ? name : 'NAMESPACE';
}

/**
 * In the order in which they count: what must never be touched, then what somebody said, then what would break.
 *
 * Whether the namespace asked for sidecars is no rule here: the webhook configuration's namespaceSelector has
 * answered that, from labels that are newer than any that this process could know.
 */
const rules: readonly Rule[] = [
  mirrorPod,
  hostNetwork,
  windows,
  systemNamespace,
  optedOut,
  alreadyInjected,
  jobPlainSidecar,
  portClash,
  podSecurity,
];

/** The first reason to leave the pod as it is; undefined when there is none. */
export function firstReasonToSkip(subject: Subject): Skip | undefined {
  for (const rule of rules) {
    const skip = rule(subject);
    if (skip) return skip;
  }
  return undefined;
}
