import { typed } from '../../install/readme-lines';

const { env } = process;

/** PODLAG_LINK_COMMAND, default `./scripts/cluster link`: called with a node's name and `up` or `down`. */
const command = env.PODLAG_LINK_COMMAND ?? './scripts/cluster link';

/** Does that while no packet reaches the node nor leaves it. The link is up afterwards, whatever comes of it. */
export async function whileCutOff<T>(node: string, doing: () => Promise<T>): Promise<T> {
  typed(`${command} ${node} down`);
  try {
    return await doing();
  } finally {
    typed(`${command} ${node} up`);
  }
}
