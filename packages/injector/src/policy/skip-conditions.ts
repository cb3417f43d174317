import { annotations, mirrorPodAnnotation } from '@podlag/core';
import type { SidecarMode } from '../sidecar';
import type { SkipReason } from '../skip-rules';
import type { Template } from '../template';
import { celString } from './cel-literal';

/** An entry of `matchConditions`: the policy applies where all of them are true. */
export interface MatchCondition {
  readonly name: string;
  readonly expression: string;
}

type Condition = (template: Template, mode: SidecarMode) => string | undefined;

const podAnnotations = 'object.metadata.?annotations.orValue({})';
const containers = '(object.spec.?initContainers.orValue([]) + object.spec.?containers.orValue([]))';

/** For a rule that the binding's namespaceSelector holds to: a match condition is not shown the namespace. */
const bySelector: Condition = () => undefined;

/** When a reason does not stand in the way; all of them, as skip-rules.ts has them. */
const conditions: Readonly<Record<SkipReason, Condition>> = {
  'mirror-pod': () => `!(${celString(mirrorPodAnnotation)} in ${podAnnotations})`,
  'host-network': () => '!object.spec.?hostNetwork.orValue(false)',
  windows: () =>
    'object.spec.?os.name.orValue(object.spec.?nodeSelector[?"kubernetes.io/os"].orValue("")) != "windows"',
  'system-namespace': bySelector,
  'opted-out': () => `${podAnnotations}[?${celString(annotations.inject)}].orValue("") != "false"`,
  'already-injected': ({ containers: ours, initContainers }) => {
    const names = [...ours, ...initContainers].map(({ name }) => celString(name));
    return `!${containers}.exists(container, container.name in [${names.join(', ')}])`;
  },
  'job-plain-sidecar': (_, mode) =>
    mode === 'plain'
      ? '!object.metadata.?ownerReferences.orValue([]).exists(owner, owner.kind == "Job")'
      : undefined,
  'port-clash': ({ ports }) => `!${containers}.exists(container, container.?ports.orValue([]).exists(port,
  port.?protocol.orValue("TCP") == "TCP" && port.containerPort in [${ports.join(', ')}]))`,
  'pod-security': bySelector,
};

/** What has to hold for a pod to be injected, each named after the reason that it excludes. */
export function skipConditions(template: Template, mode: SidecarMode): readonly MatchCondition[] {
  return Object.entries(conditions).flatMap(([reason, condition]) => {
    const expression = condition(template, mode);
    return expression === undefined ? [] : [{ name: `not-${reason}`, expression }];
  });
}
