import { annotations } from '@podlag/core';
import { celString } from './cel-literal';
import type { PolicyVariable } from './policy-variable';

/**
 * `variables.probePorts`: the ports that the kubelet probes, as `probePorts` finds them, with commas between;
 * `variables.exemptProbes`: `true` or `false` where the annotation says so, or empty.
 */
export const probeVariables: readonly PolicyVariable[] = [
  {
    name: 'probedContainers',
    expression: `object.spec.?initContainers.orValue([])
    .filter(container, container.?restartPolicy.orValue("") == "Always")
  + object.spec.?containers.orValue([])`,
  },
  {
    name: 'probePorts',
    expression: `variables.probedContainers.map(container,
  [container.?readinessProbe, container.?livenessProbe, container.?startupProbe]
  .map(probe, [probe.?httpGet, probe.?tcpSocket, probe.?grpc]
    .filter(target, target.hasValue() && target.?host.orValue("") == "")
    .map(target, type(target.value().port) == int
      ? [target.value().port]
      : container.?ports.orValue([])
        .filter(port, port.?name.orValue("") == target.value().port)
        .map(port, port.containerPort))
    .flatten())
  .flatten())
.flatten().map(port, int(port)).distinct().sort().map(port, string(port)).join(",")`,
  },
  {
    name: 'exemptProbesText',
    expression: `variables.annotations[?${celString(annotations.exemptProbes)}].orValue("")`,
  },
  {
    name: 'exemptProbes',
    expression: 'variables.exemptProbesText in ["true", "false"] ? variables.exemptProbesText : ""',
  },
];
