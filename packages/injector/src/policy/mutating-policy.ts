import { environmentName, injectionLabel, podSecurityEnforceLabel, type PodlagError } from '@podlag/core';
import { injectorErrors } from '../injector-errors';
import type { SidecarMode } from '../sidecar';
import { levelsWithoutNetAdmin, systemNamespaces } from '../skip-rules';
import type { Template } from '../template';
import { overrideVariables } from './override-variables';
import { patchExpression } from './patch-expression';
import { skipConditions } from './skip-conditions';
import { volumeVariables } from './volume-variables';

export interface PolicyOptions {
  readonly mode: SidecarMode;
  /** podlag's own namespace, into which nothing is injected. */
  readonly ownNamespace: string;
}

const apiVersion = 'admissionregistration.k8s.io/v1';
const name = 'podlag-injector';

/**
 * The template as a MutatingAdmissionPolicy and its binding (Kubernetes >= 1.36): the API server then injects by itself,
 * with no injector running, and makes the same pods. docs/policy.md has what differs.
 *
 * @throws PodlagError `policy-without-keys` for a template whose agents ask for tokens and would know no key
 */
export function mutatingPolicy(template: Template, options: PolicyOptions): readonly [object, object] {
  assertKeysKnown(template);
  const policy = {
    apiVersion,
    kind: 'MutatingAdmissionPolicy',
    metadata: { name },
    spec: {
      // As with the webhook: no pod fails for want of a sidecar.
      failurePolicy: 'Ignore',
      reinvocationPolicy: 'IfNeeded',
      matchConstraints: {
        resourceRules: [
          { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] },
        ],
      },
      matchConditions: skipConditions(template, options.mode),
      variables: [...overrideVariables(template), ...volumeVariables(template)],
      mutations: [
        { patchType: 'JSONPatch', jsonPatch: { expression: patchExpression(template, options.mode) } },
      ],
    },
  };
  return [policy, binding(options)];
}

function binding({ ownNamespace }: PolicyOptions): object {
  const untouched = [...systemNamespaces, ownNamespace];
  return {
    apiVersion,
    kind: 'MutatingAdmissionPolicyBinding',
    metadata: { name },
    spec: {
      policyName: name,
      matchResources: {
        namespaceSelector: {
          matchLabels: { [injectionLabel.name]: injectionLabel.value },
          matchExpressions: [
            { key: 'kubernetes.io/metadata.name', operator: 'NotIn', values: untouched },
            // The PodSecurity plugin would refuse the pod for its NET_ADMIN.
            { key: podSecurityEnforceLabel, operator: 'NotIn', values: levelsWithoutNetAdmin },
          ],
        },
      },
    },
  };
}

/** A policy is written once, and cannot look a ConfigMap up: rotated keys would never reach the pods that it makes. */
function assertKeysKnown({ agent }: Template): void {
  const env = agent.env ?? [];
  const has = (setting: string): boolean => env.some(({ name: own }) => own === environmentName(setting));
  const mode = env.find(({ name: own }) => own === environmentName('access'))?.value;
  if (mode === 'token' && !has('tokenKeys'))
    throw withoutKeys(`${environmentName('access')}=token in the template`);
}

/** The error for what asks for token mode. */
export function withoutKeys(what: string): PodlagError {
  return injectorErrors.error(
    'policy-without-keys',
    `${what}: a policy cannot give agents the keys of tokens`,
  );
}
