import { qdiscs } from './qdiscs';
import { untilIn } from './waiting';

/**
 * Waits until no kernel of these pods has a netem, and answers when the last one was seen: in milliseconds from the call
 * on, 0 where none was. The time is that at which the question was asked, so a slow answer makes nothing later.
 */
export async function netemLastSeenMs(namespace: string, ...pods: readonly string[]): Promise<number> {
  const beganMs = performance.now();
  let seenMs = 0;
  await untilIn(namespace, async () => {
    const askedMs = performance.now();
    const shown = await Promise.all(pods.map((pod) => qdiscs(namespace, pod, 'podlag-agent')));
    const isThere = JSON.stringify(shown).includes('qdisc netem');
    if (isThere) seenMs = askedMs - beganMs;
    return !isThere;
  });
  return seenMs;
}
