import { printCidr, printPortRange, type Cidr, type PortRange, type Target } from '@podlag/core';
import type { Exemption } from '@podlag/netem';

/** Why some traffic meets no fault: the agent's own calls, probes of the kubelet, or the setting `exempt`. */
export type ExemptionReason = 'agent' | 'probes' | 'setting';

export interface ReasonedExemption {
  readonly reason: ExemptionReason;
  readonly exemption: Exemption;
}

export interface ExemptTraffic {
  readonly agentPort: number;
  readonly exemptProbes: boolean;
  readonly probePorts: readonly PortRange[];
  /** Where probes come from. */
  readonly nodes: readonly Cidr[];
  readonly targets: readonly Target[];
}

const anything: Exemption = {
  protocol: undefined,
  peers: undefined,
  localPorts: undefined,
  peerPorts: undefined,
};

/**
 * What no fault may touch. The agent's port counts on both ends: who shapes one agent's pod may be calling another's.
 * Of the node's traffic only answers from probed ports: what it forwards for users comes from the same address.
 */
export function exemptionsOf(traffic: ExemptTraffic): readonly ReasonedExemption[] {
  const port = [{ first: traffic.agentPort, last: traffic.agentPort }];
  const ofTheAgent: readonly Exemption[] = [
    { ...anything, protocol: 'tcp', localPorts: port },
    { ...anything, protocol: 'tcp', peerPorts: port },
  ];
  return [
    ...ofTheAgent.map((exemption) => ({ reason: 'agent', exemption }) as const),
    ...probeExemptions(traffic).map((exemption) => ({ reason: 'probes', exemption }) as const),
    ...traffic.targets.map((target) => ({ reason: 'setting', exemption: ofTarget(target) }) as const),
  ];
}

function probeExemptions({ exemptProbes, probePorts, nodes }: ExemptTraffic): readonly Exemption[] {
  if (!exemptProbes || probePorts.length === 0 || nodes.length === 0) return [];
  return [{ ...anything, protocol: 'tcp', peers: nodes, localPorts: probePorts }];
}

function ofTarget({ cidr, ports, protocol }: Target): Exemption {
  return { ...anything, protocol, peers: cidr && [cidr], peerPorts: ports };
}

/** An exemption as `/v1/state` lists it. What is absent does not matter. */
export function exemptionBody({ reason, exemption }: ReasonedExemption): unknown {
  const { protocol, peers, localPorts, peerPorts } = exemption;
  return {
    reason,
    protocol,
    peers: peers?.map(printCidr),
    localPorts: localPorts?.map(printPortRange),
    peerPorts: peerPorts?.map(printPortRange),
  };
}
