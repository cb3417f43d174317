import type { Finding } from '../output/check-output';
import type { Check } from './check';
import type { BeforeInstall, Evidence } from './evidence';
import { agentKernels } from './judges/agent-kernels';
import { agentVersions } from './judges/agent-versions';
import { agentsReachable } from './judges/agents-reachable';
import { apiVersion } from './judges/api-version';
import { caBundle } from './judges/ca-bundle';
import { certificateValidity } from './judges/certificate-validity';
import { controllerLease } from './judges/controller-lease';
import { customResources } from './judges/custom-resources';
import { namespaceLabel } from './judges/namespace-label';
import { objectsInForce } from './judges/objects-in-force';
import { podSecurity } from './judges/pod-security';
import { podsWithoutAgent } from './judges/pods-without-agent';
import { programRights } from './judges/program-rights';
import { programRunning } from './judges/program-running';
import { sidecarPolicy } from './judges/sidecar-policy';
import { sidecarTemplate } from './judges/sidecar-template';
import { tokenKeys } from './judges/token-keys';
import { userRights } from './judges/user-rights';
import { webhookConfiguration } from './judges/webhook-configuration';
import { webhookEndpoints } from './judges/webhook-endpoints';
import { webhookTrial } from './judges/webhook-trial';

/** Before an install, in the order in which they are told. */
export const checksBeforeInstall: readonly Check<BeforeInstall>[] = [apiVersion, userRights, podSecurity];

/** Of an install, in the order in which they are told: by group, each standing on those before it. */
export const checksOfInstall: readonly Check<Evidence>[] = [
  apiVersion,
  customResources,
  programRunning('injector'),
  programRights('injector'),
  sidecarTemplate,
  webhookConfiguration,
  webhookEndpoints,
  webhookTrial,
  certificateValidity,
  caBundle,
  sidecarPolicy,
  programRunning('controller'),
  programRights('controller'),
  controllerLease,
  tokenKeys,
  namespaceLabel,
  podSecurity,
  podsWithoutAgent,
  agentsReachable,
  agentVersions,
  agentKernels,
  objectsInForce,
];

/** What the checks find, one finding for each verdict. */
export function findingsOf<E>(checks: readonly Check<E>[], evidence: E): readonly Finding[] {
  return checks.flatMap(({ name, group, judge }) =>
    judge(evidence).map((verdict) => ({ check: name, group, ...verdict })),
  );
}
