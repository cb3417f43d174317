import { annotations } from '@podlag/core';
import type { Template } from '../template';
import { celString } from './cel-literal';
import { latencyVariables } from './latency-variables';
import { probeVariables } from './probe-variables';
import type { PolicyVariable } from './policy-variable';

/** The resources that an annotation may request for the agent. */
export const resourceNames = ['cpu', 'memory'] as const;
export type ResourceName = (typeof resourceNames)[number];

const quantity = '[0-9]{1,12}([.][0-9]{1,3})?(m|k|M|G|T|Ki|Mi|Gi|Ti)?';
const requests = `^(cpu=${quantity}(,memory=${quantity})?|memory=${quantity}(,cpu=${quantity})?)$`;
const zeroRequest = '=[0.]+[a-zA-Z]*(,|$)';

/**
 * What the pod's `podlag.io/` annotations ask for, as `readOverrides` reads them: `latency`, `device`, `exemptProbes`,
 * `cpuRequest`, `memoryRequest`, their limits, and `warnings` about what was not understood, the inside of a JSON list.
 */
export function overrideVariables({ agent }: Template): readonly PolicyVariable[] {
  return [
    { name: 'annotations', expression: 'object.metadata.?annotations.orValue({})' },
    ...latencyVariables,
    ...deviceVariables,
    ...probeVariables,
    ...requestVariables,
    ...resourceNames.flatMap((name) => [
      requestOf(name, agent.resources?.requests?.[name]),
      ...limitOf(name, agent.resources?.limits?.[name]),
    ]),
    { name: 'warnings', expression: warnings() },
  ];
}

const deviceVariables: readonly PolicyVariable[] = [
  { name: 'deviceText', expression: textOf(annotations.interface) },
  {
    name: 'device',
    expression: `variables.deviceText.matches("^[A-Za-z0-9_.-]{1,15}$") && !(variables.deviceText in [".", ".."])
  ? variables.deviceText : ""`,
  },
];

const requestVariables: readonly PolicyVariable[] = [
  { name: 'requestsText', expression: textOf(annotations.resources) },
  {
    name: 'requests',
    expression: `variables.requestsText.matches(${celString(requests)})
  && !variables.requestsText.matches(${celString(zeroRequest)}) ? variables.requestsText : ""`,
  },
];

function requestOf(name: ResourceName, standard = '0'): PolicyVariable {
  const asked = `variables.requests.find("${name}=[^,]+").replace("${name}=", "")`;
  return {
    name: `${name}Request`,
    expression: `variables.requests.contains("${name}=") ? ${asked} : ${celString(standard)}`,
  };
}

/** A limit below the request is raised to it, as `limitsFor` does. */
function limitOf(name: ResourceName, limit: string | undefined): readonly PolicyVariable[] {
  if (limit === undefined) return [];
  const request = `variables.${name}Request`;
  return [
    {
      name: `${name}Limit`,
      expression: `quantity(${request}).isGreaterThan(quantity(${celString(limit)})) ? ${request} : ${celString(limit)}`,
    },
  ];
}

/** Each text stands for a condition under which something of the pod's was ignored. */
function warnings(): string {
  const known = Object.values(annotations).map(celString).join(', ');
  const cases = [
    [
      `!(variables.annotations[?${celString(annotations.inject)}].orValue("true") in ["true", "false"])`,
      ignored(annotations.inject, 'false'),
    ],
    [
      `!(variables.annotations[?${celString(annotations.exemptProbes)}].orValue("true") in ["true", "false"])`,
      ignored(annotations.exemptProbes, 'false'),
    ],
    [unread(annotations.interface, 'device'), ignored(annotations.interface, 'eth0')],
    [unread(annotations.latency, 'latency'), ignored(annotations.latency, '20ms')],
    [unread(annotations.resources, 'requests'), ignored(annotations.resources, 'cpu=50m,memory=64Mi')],
    [
      `variables.annotations.exists(name, name.startsWith("podlag.io/") && !(name in [${known}]))`,
      'ignored an unknown annotation under podlag.io/',
    ],
  ];
  const texts = cases.map(
    ([when = '', text = '']) => `${when}\n    ? ${celString(JSON.stringify(text).slice(1, -1))} : ""`,
  );
  return `[\n  ${texts.join(',\n  ')}\n].filter(text, text != "").join("\\",\\"")`;
}

function unread(annotation: string, variable: string): string {
  return `${celString(annotation)} in variables.annotations && variables.${variable} == ""`;
}

// Without the value: CEL cannot print one as JSON.
function ignored(annotation: string, example: string): string {
  return `ignored ${annotation}: not understood; write for example "${example}"`;
}

function textOf(annotation: string): string {
  return `variables.annotations[?${celString(annotation)}].orValue("")`;
}
