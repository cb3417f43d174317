import { runProgram } from '../kernel/run-program';
import { runAttended, type AttendedCommand } from './attended-command';
import { controlPlaneErrors } from './control-plane-errors';

/**
 * The addresses of the bed. The node's is no loopback address, which no Service may have as an endpoint (the API server
 * refuses that), so the bed has a network namespace of its own, with a bridge for the pods.
 */
export const bedNetwork = {
  bridge: 'podlag0',
  nodeIp: '10.99.0.1',
  prefixLength: 16,
  /** Nothing answers there: with aggregator routing the API server calls webhooks at their endpoints. */
  serviceRange: '10.98.0.0/16',
} as const;

const { bridge, nodeIp, prefixLength } = bedNetwork;

/** Lays out the network, then becomes the command. */
const arrival = `
set -eu
mkdir -p /run/netns 2>/dev/null || { mount -t tmpfs -o mode=755 tmpfs /run; mkdir /run/netns; }
mount -t tmpfs -o mode=755 tmpfs /run/netns
ip link set lo up
ip link add ${bridge} type bridge
ip addr add ${nodeIp}/${prefixLength} dev ${bridge}
ip link set ${bridge} up
exec "$@"
`;

/**
 * The command line that runs a command in a network namespace with the bed's network. It ends when the process that
 * starts it does. For others than root in a user namespace, where they are root alone: there every container is root too.
 */
export function inBedNetwork(isRoot: boolean, argv: readonly string[]): readonly [string, ...string[]] {
  return [
    'unshare',
    ...(isRoot ? [] : ['--user', '--map-root-user']),
    ...['--net', '--mount', '--'],
    // After unshare: a change of credentials would forget it.
    ...['setpriv', '--pdeathsig', 'TERM', '--'],
    ...['sh', '-c', arrival, 'sh', ...argv],
  ];
}

/**
 * Runs a command in the bed's network. Answers its exit code.
 *
 * @throws PodlagError `no-namespaces`
 */
export async function runInBedNetwork(isRoot: boolean, command: AttendedCommand): Promise<number> {
  await requireBedNetwork(isRoot);
  return runAttended({ ...command, argv: inBedNetwork(isRoot, command.argv) });
}

/**
 * Answers when this user may have the bed's network. Tries it, for what the kernel, a container runtime or a security
 * module forbid cannot be looked up in one place.
 *
 * @throws PodlagError `no-namespaces`, with the hint that helps this user
 */
export async function requireBedNetwork(isRoot: boolean): Promise<void> {
  const [program, ...args] = inBedNetwork(isRoot, ['true']);
  const { code, stderr } = await runProgram(program, args);
  if (code === 0) return;
  throw controlPlaneErrors.error('no-namespaces', `The bed wants a network namespace: ${stderr.trim()}`, {
    hint: namespaceHint(isRoot),
  });
}

/** What the user can do who gets no network namespace. Root without one is root of a container. */
export function namespaceHint(isRoot: boolean): string {
  if (isRoot) {
    return 'This root may not make namespaces: give the container CAP_SYS_ADMIN and CAP_NET_ADMIN (docker run --privileged), or run it outside of the container.';
  }
  return (
    'Run it as root, or allow user namespaces: sysctl user.max_user_namespaces above 0, and, where they exist, ' +
    'kernel.apparmor_restrict_unprivileged_userns=0 (Ubuntu 24.04) and kernel.unprivileged_userns_clone=1 (older Debian).'
  );
}
