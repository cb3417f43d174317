import { kernelErrors } from './kernel-errors';
import { runProgram } from './run-program';

/** Whether the host's own kernel can do what the lab needs of it. */
export type HostVerdict = { readonly can: true } | { readonly can: false; readonly reason: string };

/**
 * The lab's whole trade in small: a network namespace, a veth pair, HTB with netem on it. It is done in mount and network
 * namespaces that end with the shell, so that nothing is left over however it ends.
 */
const proof = `
set -eu
mount -t tmpfs tmpfs /run
ip netns add podlag
ip -n podlag link add podlag0 type veth peer name podlag1
tc -n podlag qdisc add dev podlag0 root handle 1: htb default 1
tc -n podlag class add dev podlag0 parent 1: classid 1:1 htb rate 1gbit quantum 1514
tc -n podlag qdisc add dev podlag0 parent 1:1 handle 10: netem delay 1ms
`;

/** Tries it, rather than to guess from the kernel's version or configuration. */
export async function hostCanShape(): Promise<HostVerdict> {
  if (process.platform !== 'linux')
    return { can: false, reason: `the host is no Linux but ${process.platform}` };
  const result = await runProgram('unshare', ['--net', '--mount', '--', 'sh', '-c', proof]);
  return hostVerdict(result.code, result.stderr);
}

/** Reads the proof's outcome; the first line that a program said is the reason, the rest its consequences. */
export function hostVerdict(code: number | undefined, stderr: string): HostVerdict {
  if (code === 0) return { can: true };
  const [reason = `the proof ended with ${code ?? 'a signal'}`] = stderr
    .split('\n')
    .filter((line) => line.trim() !== '');
  return { can: false, reason: reason.trim().replace(/\.$/, '') };
}

/** @throws PodlagError `host-cannot-shape` */
export function requireHost(verdict: HostVerdict): void {
  if (!verdict.can)
    throw kernelErrors.error('host-cannot-shape', `The host cannot shape traffic: ${verdict.reason}.`);
}
