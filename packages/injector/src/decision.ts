import type { AgentAccess } from './agent-access';
import type { Namespace } from './namespace';
import { readOverrides } from './overrides';
import { patchFor, type AddOperation } from './patch';
import type { Pod } from './pod';
import { probePorts } from './probe-ports';
import { sidecarFor, type SidecarMode } from './sidecar';
import { standardDecision } from './standard-decision';
import { firstReasonToSkip, type Skip, type SkipReason } from './skip-rules';
import type { Template } from './template';
import { warning } from './warning';

/** What to do with a pod that the PodSecurity plugin would refuse with a sidecar. */
export const podSecurityAnswers = ['skip', 'inject', 'deny'] as const;
export type PodSecurityAnswer = (typeof podSecurityAnswers)[number];

/** Of the Pod Security Standards. */
export const podSecurityLevels = ['privileged', 'baseline', 'restricted'] as const;
export type PodSecurityLevel = (typeof podSecurityLevels)[number];

export interface InjectionSettings {
  readonly sidecarMode: SidecarMode;
  /** What agents are told of tokens. Default open: that there are none. */
  readonly access?: AgentAccess;
  readonly onPodSecurity: PodSecurityAnswer;
  /** What is enforced in a namespace without a label. Default privileged, as it is in Kubernetes. */
  readonly podSecurityDefault?: PodSecurityLevel;
  /** The injector's own namespace, which it never injects into. */
  readonly ownNamespace: string;
}

interface Judgement {
  /** What about this pod decided it, in a few words. */
  readonly detail: string;
  /** For the person who creates the pod: ASCII, at most 120 characters each. */
  readonly warnings: readonly string[];
}

export type Decision =
  | (Judgement & {
      readonly kind: 'inject';
      readonly reason: 'injected';
      readonly patch: readonly AddOperation[];
    })
  | (Judgement & { readonly kind: 'skip'; readonly reason: SkipReason })
  | (Judgement & { readonly kind: 'deny'; readonly reason: SkipReason });

/** Everything that the injector's answer may say as its reason. */
export type Reason = Decision['reason'] | 'not-a-pod-create';

/** The whole of the injector's judgement. Pure: the same pod, template and namespace always give the same answer. */
export function decide(
  pod: Pod,
  template: Template,
  namespace: Namespace,
  settings: InjectionSettings,
): Decision {
  const skip = firstReasonToSkip({ pod, template, namespace, settings });
  if (skip === undefined) {
    const { sidecarMode: mode, access } = settings;
    return standardDecision(pod, template, { mode, access }, () => inject(pod, template, settings, []));
  }
  if (skip.reason === 'pod-security' && settings.onPodSecurity === 'inject') {
    return inject(pod, template, settings, [`the pod may be refused: ${skip.detail}`, ...fixOf(skip)]);
  }
  const kind = skip.reason === 'pod-security' && settings.onPodSecurity === 'deny' ? 'deny' : 'skip';
  const headline = `${kind === 'deny' ? 'pod refused' : 'no sidecar'} (${skip.reason}): ${skip.detail}`;
  return {
    kind,
    reason: skip.reason,
    detail: skip.detail,
    warnings: [headline, ...fixOf(skip)].map(warning),
  };
}

function inject(
  pod: Pod,
  template: Template,
  { sidecarMode: mode, access }: InjectionSettings,
  cautions: readonly string[],
): Decision {
  const { overrides, warnings } = readOverrides(pod.metadata.annotations ?? {});
  const detail = `${mode} sidecar ${template.agent.name}`;
  return {
    kind: 'inject',
    reason: 'injected',
    detail,
    patch: patchFor(
      pod,
      sidecarFor(pod, template, {
        ...{ overrides, mode, warnings, probePorts: probePorts(pod).join() },
        ...(access && { access }),
      }),
    ),
    warnings: [`injected: ${detail}`, ...cautions, ...warnings].map(warning),
  };
}

function fixOf(skip: Skip): readonly string[] {
  return skip.fix === undefined ? [] : [skip.fix];
}
