import { bedNetwork } from '../bed-network';
import { controlPlaneErrors } from '../control-plane-errors';
import { runProgram } from '../../kernel/run-program';

/** A pod's place in the bed's network. */
export interface Sandbox {
  readonly ip: string;
  /** Its network namespace. */
  readonly netns: string;
  /** The end of its veth pair that stays with the node. */
  readonly nodeEnd: string;
}

const perOctet = 254;
const capacity = 254 * perOctet;

/**
 * The place of the pod with this number, from 0: 10.99.1.1 and on. An address is not given twice, so that nobody meets a pod
 * of today at the address of one of yesterday.
 */
export function sandboxOf(index: number): Sandbox {
  if (index >= capacity) {
    throw controlPlaneErrors.error('pod-not-handled', `the bed has room for ${capacity} pods`, {
      hint: 'Start the bed anew.',
    });
  }
  const ip = `10.99.${1 + Math.floor(index / perOctet)}.${1 + (index % perOctet)}`;
  return { ip, netns: `podlag-pod-${index}`, nodeEnd: `veth${index}` };
}

/** Joins a pod's network namespace to the bridge, as the CNI plugin `bridge` does. */
export async function makeSandbox({ ip, netns, nodeEnd }: Sandbox): Promise<void> {
  const { bridge, prefixLength, nodeIp } = bedNetwork;
  await ipBatch(
    [],
    [
      `netns add ${netns}`,
      `link add ${nodeEnd} type veth peer name eth0 netns ${netns}`,
      `link set ${nodeEnd} master ${bridge} up`,
    ],
  );
  await ipBatch(
    ['-n', netns],
    [
      'link set lo up',
      'link set eth0 up',
      `addr add ${ip}/${prefixLength} dev eth0`,
      `route add default via ${nodeIp}`,
    ],
  );
}

/** The veth pair goes with the namespace. */
export async function removeSandbox({ netns }: Sandbox): Promise<void> {
  await ip(['netns', 'del', netns]);
}

async function ipBatch(options: readonly string[], lines: readonly string[]): Promise<void> {
  // One shell and one ip for many commands: to start one takes longer than what it does.
  const script = 'printf "%s\\n" "$@" | ip $options -batch -';
  const { code, stderr } = await runProgram('sh', ['-c', script, 'sh', ...lines], {
    env: { PATH: programPath, options: options.join(' ') },
  });
  if (code !== 0) throw failed(stderr);
}

async function ip(args: readonly string[]): Promise<void> {
  const { code, stderr } = await runProgram('ip', args, { env: { PATH: programPath } });
  if (code !== 0) throw failed(stderr);
}

const programPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

function failed(stderr: string): Error {
  return controlPlaneErrors.error(
    'pod-not-handled',
    `ip could not lay out a pod's network: ${stderr.trim()}`,
  );
}
