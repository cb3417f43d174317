import { execIn } from './measuring-pod';
import { ofDevicesIn, qdiscs, type Qdiscs } from './qdiscs';

/** A pod in the network of its node. */
interface NodePod {
  readonly namespace: string;
  readonly name: string;
}

/** What a node's devices have at one time. */
export interface NodeDevices {
  /** Those that do not come and go with pods: what leads away from the node, and its bridges. */
  readonly lasting: readonly string[];
  readonly qdiscs: Qdiscs;
}

// An overlay's or a cloud's node may have no bridge; each has a way out, by one of the two protocols.
const lastingDevices = `
{ ip route; ip -6 route; } | sed -n 's/^default .*dev \\([^ ]*\\).*/\\1/p' | sort -u
for bridge in /sys/class/net/*/bridge; do [ ! -d "$bridge" ] || basename "\${bridge%/bridge}"; done`;

/** @param pod - it has `ip` and sh in container `client`, and tc in container `tc` */
export async function nodeDevices({ namespace, name }: NodePod): Promise<NodeDevices> {
  const printed = await execIn(namespace, name, 'client', ['sh', '-c', lastingDevices]);
  const shown = await qdiscs(namespace, name, 'tc');
  // One that was never up, such as a bridge that nobody uses, has no qdisc.
  const lasting = printed.split('\n').filter((device) => device in shown);
  expect(lasting).not.toEqual([]);
  return { lasting, qdiscs: shown };
}

/** Every device that was there and still is has what it had, and those that last are among them. */
export function expectUntouched(before: NodeDevices, after: NodeDevices): void {
  expect(Object.keys(after.qdiscs)).toEqual(expect.arrayContaining([...before.lasting]));
  expect(ofDevicesIn(before.qdiscs, after.qdiscs)).toEqual(ofDevicesIn(after.qdiscs, before.qdiscs));
}
