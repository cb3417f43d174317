import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { forgetNeighbours, type Link } from './link';

const run = promisify(execFile);

/** One round trip from the peer to the device under test, in milliseconds to the microsecond; undefined when lost. */
export async function pingOnce(
  link: Link,
  address = link.address,
  waitSeconds = 10,
): Promise<number | undefined> {
  // ping's lines have three digits only; its summary has microseconds, and with one packet it is that packet's.
  const args = ['netns', 'exec', link.peer, 'ping', '-c', '1', '-W', String(waitSeconds), address];
  const { stdout } = await run('ip', args).catch((error: unknown) => error as { stdout: string });
  const time = /rtt min\/avg\/max\/mdev = ([0-9.]+)\//.exec(stdout)?.[1];
  return time === undefined ? undefined : Number(time);
}

export async function pings(link: Link, count: number, address = link.address): Promise<readonly number[]> {
  const times: number[] = [];
  for (let index = 0; index < count; index += 1) times.push((await pingOnce(link, address)) ?? NaN);
  return times;
}

/**
 * The first packet to a neighbour of unknown hardware address: the median of three, each after both ends have forgotten.
 * A delay of neighbour discovery would be in all three; a hiccup of the machine is not.
 */
export async function coldPing(link: Link, address = link.address): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < 3; round += 1) {
    forgetNeighbours(link);
    times.push((await pingOnce(link, address)) ?? NaN);
  }
  return median(times);
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
