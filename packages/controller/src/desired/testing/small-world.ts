import type {
  Link,
  ParsedFaultSpec,
  ParsedLatencyMatrix,
  ParsedNetworkFault,
  ParsedScenario,
} from '@podlag/api';
import type { ParsedStep, ParsedTarget } from '@podlag/api';
import { defaultAgentPort, Duration, parseCidr, parsePortRange, type Protocol } from '@podlag/core';
import type { World, WorldPod } from '../world';

/** The namespace of all that does not say another one. */
export const namespace = 'shop';

export const ms = (text: string | number): Duration => Duration.parse(text);

interface PodText {
  readonly namespace?: string;
  /** `app=a region=eu`; `app=NAME` when absent, with what is after a "-" cut off. */
  readonly labels?: string;
  readonly agent?: false;
  readonly gone?: true;
  readonly hostNetwork?: true;
  readonly node?: string;
}

/** `podOf('a-0', '10.0.0.1 fd00::1')`: one with an agent, unless told otherwise. */
export function podOf(name: string, addresses: string, text: PodText = {}): WorldPod {
  const list = addresses === '' ? [] : addresses.split(' ');
  const { agent, gone = false, node = 'node-1', namespace: own = namespace, ...rest } = text;
  return {
    ...{ key: `${own}/${name}`, namespace: own, name, uid: `uid-of-${own}-${name}` },
    labels: labelsOf(text.labels ?? `app=${name.replace(/-.*/, '')}`),
    ...{ addresses: list, node, ready: true, gone },
    ...(agent === false ? {} : { agent: { address: list[0] ?? '', port: defaultAgentPort } }),
    ...(rest.hostNetwork && { hostNetwork: true }),
  };
}

export function worldOf(pods: readonly WorldPod[], more: Partial<World> = {}): World {
  return {
    pods,
    services: new Map(),
    nodeRegions: new Map(),
    namespaceLabels: new Map(),
    addressesOf: () => undefined,
    hostnameProblem: () => undefined,
    baseline: () => undefined,
    started: new Map(),
    ...more,
  };
}

export function app(name: string): { readonly matchLabels: Readonly<Record<string, string>> } {
  return { matchLabels: { app: name } };
}

/** `pods=app`, `pods=*`, `service=name`, `host=name`, `cidr=block` or `everybody`; then ` :80,443` for ports and ` tcp` for a protocol. */
export function targetOf(text: string): ParsedTarget {
  const pattern = /^([a-z]+)(?:=([^ ]+))?(?: :([0-9,]+))?(?: (tcp|udp|icmp))?$/;
  const [, kind = '', what = '', ports, protocol] = pattern.exec(text) ?? [];
  const who = whoByKind[kind];
  if (who === undefined) throw new Error(`not a target: ${text}`);
  return {
    ...who(what),
    ...(ports === undefined ? {} : { ports: ports.split(',').map(parsePortRange) }),
    ...(protocol === undefined ? {} : { protocol: protocol as Protocol }),
  };
}

const whoByKind: Readonly<Record<string, ((what: string) => ParsedTarget) | undefined>> = {
  pods: (what) => ({ kind: 'pods', selector: what === '*' ? {} : app(what) }),
  service: (name) => ({ kind: 'service', name }),
  host: (hostname) => ({ kind: 'hostname', hostname }),
  cidr: (cidr) => ({ kind: 'cidr', cidr: parseCidr(cidr) }),
  everybody: () => ({ kind: 'everybody' }),
};

interface SpecText extends Partial<Omit<ParsedFaultSpec, 'to' | 'except'>> {
  readonly to?: readonly string[];
  readonly except?: readonly string[];
}

export function specOf({ to, except, ...more }: SpecText = {}): ParsedFaultSpec {
  return {
    selector: app('a'),
    mode: { kind: 'all' },
    effects: { delay: { time: ms('20ms') } },
    direction: 'egress',
    ...more,
    ...(to && { to: to.map(targetOf) }),
    ...(except && { except: except.map(targetOf) }),
  };
}

export function faultOf(
  name: string,
  spec: SpecText = {},
  more: Partial<ParsedNetworkFault> = {},
): ParsedNetworkFault {
  return { ...identityOf(name), fault: specOf(spec), ttl: ms('1m'), suspend: false, ...more };
}

export function matrixOf(
  name: string,
  links: readonly Link[],
  more: Partial<ParsedLatencyMatrix> = {},
): ParsedLatencyMatrix {
  return {
    ...identityOf(name),
    selector: {},
    regions: ['eu', 'us', 'ap'].map((region) => ({
      name: region,
      members: { kind: 'pods', selector: { matchLabels: { region } } },
    })),
    links: new Map(links.map((link) => [`${link.from} ${link.to}`, link])),
    ...{ subtractBaseline: false, ttl: ms('1m'), suspend: false },
    ...more,
  };
}

export function scenarioOf(
  name: string,
  steps: readonly Partial<ParsedStep>[],
  more: Partial<ParsedScenario> = {},
): ParsedScenario {
  const whole = steps.map((step, index): ParsedStep => ({
    name: `step-${index + 1}`,
    at: Duration.zero,
    what: { kind: 'fault', fault: specOf() },
    ...step,
  }));
  return { ...identityOf(name), state: 'Running', steps: whole, ...more };
}

function identityOf(name: string): { namespace: string; name: string; uid: string; generation: number } {
  return { namespace, name, uid: `uid-of-${name}`, generation: 1 };
}

function labelsOf(text: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    text
      .split(' ')
      .filter(Boolean)
      .map((pair) => pair.split('=') as [string, string]),
  );
}
