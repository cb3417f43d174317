import { runProgram } from '../kernel/run-program';
import { clusterErrors } from './cluster-errors';
import { macOf, nodePrefixLength, type ClusterPlan } from './cluster-plan';

/** Everything of the cluster on the host is in this network namespace. */
export const clusterNamespace = 'podlag-cluster';

/** The host's end of the way into it. */
export const hostDevice = 'podlag-host';

const bridge = 'nodes';
/** It is never set up: no frame leaves a port of it. */
const deadBridge = 'cut';
/** hostDevice's other end. */
const insideDevice = 'host';

/** A program with its arguments. */
export type CommandLine = readonly [string, ...string[]];

/** A command in the cluster's network namespace, as part of the caller's command line. */
export function inNamespace(...argv: CommandLine): CommandLine {
  return ['ip', 'netns', 'exec', clusterNamespace, ...argv];
}

/** Lays out the network, in this order: a bridge with a tap for each node, and a veth pair with one route for the host. */
export function networkCommands(plan: ClusterPlan): readonly CommandLine[] {
  const { network, gateway, serviceRange, hostLink, nodes } = plan;
  const { inside, outside, prefixLength } = hostLink;
  return [
    ['ip', 'netns', 'add', clusterNamespace],
    within('link', 'set', 'lo', 'up'),
    // With an address of its own: it would take one of its ports', and another when that port goes.
    within('link', 'add', bridge, 'address', macOf(gateway), 'type', 'bridge'),
    within('link', 'add', deadBridge, 'type', 'bridge'),
    within('addr', 'add', `${gateway}/${nodePrefixLength}`, 'dev', bridge),
    within('link', 'set', bridge, 'up'),
    // kube-proxy's rules turn what is sent from here to one of a Service's endpoints, but first it has to have a way.
    within('route', 'add', serviceRange, 'dev', bridge),
    ...nodes.flatMap(({ tap, podRange, address }) => [
      within('tuntap', 'add', 'dev', tap, 'mode', 'tap'),
      within('link', 'set', tap, 'master', bridge, 'up'),
      within('route', 'add', podRange, 'via', address),
    ]),
    [
      'ip',
      'link',
      'add',
      hostDevice,
      'type',
      'veth',
      'peer',
      'name',
      insideDevice,
      'netns',
      clusterNamespace,
    ],
    within('addr', 'add', `${inside}/${prefixLength}`, 'dev', insideDevice),
    within('link', 'set', insideDevice, 'up'),
    ['ip', 'addr', 'add', `${outside}/${prefixLength}`, 'dev', hostDevice],
    ['ip', 'link', 'set', hostDevice, 'up'],
    ['ip', 'route', 'add', network, 'via', inside, 'dev', hostDevice],
    ...settings.map((setting) => inNamespace('sysctl', '--quiet', '--write', '--ignore', setting)),
  ];
}

/** Unknown ones are passed over: the second is there only where br_netfilter is loaded. */
const settings = [
  'net.ipv4.ip_forward=1',
  // Else what kube-proxy has sent to another pod and comes back by the bridge port that it came from is dropped.
  'net.bridge.bridge-nf-call-iptables=0',
] as const;

/**
 * Cuts a node off from all others, or undoes it: its tap becomes a port of another bridge. The tap itself stays up, for a
 * User-Mode Linux whose tap was down once sends and hears nothing any more.
 */
export function linkCommand(tap: string, state: 'up' | 'down'): CommandLine {
  return within('link', 'set', tap, 'master', state === 'up' ? bridge : deadBridge);
}

/** With the namespace goes all that is in it, unless somebody is still there. The host's device goes first and at once. */
export const removalCommands = {
  device: ['ip', 'link', 'del', hostDevice],
  namespace: ['ip', 'netns', 'del', clusterNamespace],
} as const satisfies Record<string, CommandLine>;

function within(...args: readonly string[]): CommandLine {
  return ['ip', '-netns', clusterNamespace, ...args];
}

/** @throws PodlagError `network-failed` with what the command said */
export async function runCommand([program, ...args]: CommandLine): Promise<string> {
  const { code, stdout, stderr } = await runProgram(program, args);
  if (code === 0) return stdout;
  throw clusterErrors.error('network-failed', `\`${[program, ...args].join(' ')}\`: ${stderr.trim()}`);
}

/** @throws PodlagError `network-failed`; what was made by then stays, for `down` */
export async function makeNetwork(plan: ClusterPlan): Promise<void> {
  for (const command of networkCommands(plan)) await runCommand(command);
}

/** What of the cluster's network there is on this machine. */
export interface FoundNetwork {
  readonly device: boolean;
  readonly namespace: boolean;
}

export async function findNetwork(): Promise<FoundNetwork> {
  const { code } = await runProgram('ip', ['link', 'show', 'dev', hostDevice]);
  const namespaces = await runCommand(['ip', 'netns', 'list']);
  return { device: code === 0, namespace: namespaceNames(namespaces).includes(clusterNamespace) };
}

/** The names in what `ip netns list` prints: `podlag-cluster (id: 0)`. */
export function namespaceNames(list: string): readonly string[] {
  return list
    .split('\n')
    .map((line) => line.split(' ', 1)[0] ?? '')
    .filter((name) => name !== '');
}
