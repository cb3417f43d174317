import type { PortRange, Protocol } from '@podlag/core';
import type { PortRule, Verdict } from './rules';

/** From this port of the peer to just before the next step's; the first step is at port 0. */
export interface PortStep<T> {
  readonly first: number;
  readonly to: T;
}

/** What becomes of the packets of one protocol: of those without a port, and of those with one. */
export interface Portful<T> {
  readonly portless: T;
  readonly steps: readonly PortStep<T>[];
}

/** A verdict spread out, so that two can be laid over each other. */
export interface FlowTable<T> {
  readonly tcp: Portful<T>;
  readonly udp: Portful<T>;
  readonly icmp: T;
  readonly other: T;
}

const lastPort = 65_535;

/** The shortest verdict that says the same: neighbours merged, and nothing that the rules behind it say anyway. */
export function verdictOf<T>({ tcp, udp, icmp, other }: FlowTable<T>): Verdict<T> {
  const ofProtocol = (protocol: Protocol, to: T): readonly PortRule<T>[] =>
    to === other ? [] : [{ protocol, ports: undefined, to }];
  const portRules = [
    ...portRulesOf('tcp', tcp),
    ...ofProtocol('tcp', tcp.portless),
    ...portRulesOf('udp', udp),
    ...ofProtocol('udp', udp.portless),
    ...ofProtocol('icmp', icmp),
  ];
  return { portRules, otherwise: other };
}

function portRulesOf<T>(protocol: Protocol, { portless, steps }: Portful<T>): readonly PortRule<T>[] {
  const merged = steps.filter(({ to }, index) => index === 0 || to !== steps[index - 1]?.to);
  return merged.flatMap(({ first, to }, index) => {
    const ports: PortRange = { first, last: (merged[index + 1]?.first ?? lastPort + 1) - 1 };
    return to === portless ? [] : [{ protocol, ports, to }];
  });
}

/** The inverse of `verdictOf`: ranges of one protocol do not overlap, and rise. */
export function tableOf<T>(verdict: Verdict<T>): FlowTable<T> {
  const portless = (protocol: Protocol): T => {
    const rule = verdict.portRules.find((one) => one.protocol === protocol && one.ports === undefined);
    return rule === undefined ? verdict.otherwise : rule.to;
  };
  const portful = (protocol: Protocol): Portful<T> => {
    const rest = portless(protocol);
    const steps: PortStep<T>[] = [];
    let at = 0;
    for (const { protocol: ruled, ports, to } of verdict.portRules) {
      if (ruled !== protocol || ports === undefined) continue;
      if (ports.first > at) steps.push({ first: at, to: rest });
      steps.push({ first: ports.first, to });
      at = ports.last + 1;
    }
    if (at <= lastPort) steps.push({ first: at, to: rest });
    return { portless: rest, steps };
  };
  return { tcp: portful('tcp'), udp: portful('udp'), icmp: portless('icmp'), other: verdict.otherwise };
}

/** Both verdicts at once. `pair` gives equal answers by identity: numbers and strings do. */
export function crossVerdicts<A, B, T>(
  one: Verdict<A>,
  other: Verdict<B>,
  pair: (a: A, b: B) => T,
): Verdict<T> {
  const left = tableOf(one);
  const right = tableOf(other);
  return verdictOf({
    tcp: crossPorts(left.tcp, right.tcp, pair),
    udp: crossPorts(left.udp, right.udp, pair),
    icmp: pair(left.icmp, right.icmp),
    other: pair(left.other, right.other),
  });
}

function crossPorts<A, B, T>(left: Portful<A>, right: Portful<B>, pair: (a: A, b: B) => T): Portful<T> {
  const steps: PortStep<T>[] = [];
  let l = 0;
  let r = 0;
  for (let first = 0; first <= lastPort;) {
    const a = left.steps[l]?.to as A;
    const b = right.steps[r]?.to as B;
    steps.push({ first, to: pair(a, b) });
    const nextLeft = left.steps[l + 1]?.first ?? lastPort + 1;
    const nextRight = right.steps[r + 1]?.first ?? lastPort + 1;
    first = Math.min(nextLeft, nextRight);
    if (nextLeft === first) l += 1;
    if (nextRight === first) r += 1;
  }
  return { portless: pair(left.portless, right.portless), steps };
}
