import { isIP } from 'node:net';

/** Echo requests that were sent one after the other, each by a ping of its own. */
export interface PingResult {
  /** The round trips in milliseconds, exact to 0.001; undefined where no reply came within the deadline. */
  readonly timesMs: readonly (number | undefined)[];
}

/** Seconds to wait for a reply. */
const deadlineSeconds = 3;

/**
 * A loop of single pings. ping prints each reply with three digits, at 100 ms that is to the millisecond; the summary
 * has three decimals always, but no median. So each reply gets a summary of its own.
 */
const loop = 'i=0; while [ "$i" -lt "$1" ]; do ping -n -q -c 1 -W "$3" "$2"; i=$((i + 1)); done; exit 0';

/** The command that pings `ip` so often; `parsePings` reads what it prints. */
export function pingCommand(ip: string, count: number): readonly [string, ...string[]] {
  if (isIP(ip) === 0) throw new TypeError(`not an IP address: ${ip}`);
  return ['sh', '-c', loop, 'ping', String(Math.trunc(count)), ip, String(deadlineSeconds)];
}

/** Reads the summaries of iputils' ping. */
export function parsePings(stdout: string): PingResult {
  const [, ...summaries] = stdout.split(/^--- .* ping statistics ---$/m);
  return {
    timesMs: summaries.map((summary) => {
      const time = /^rtt min\/avg\/max\/mdev = ([0-9.]+)\//m.exec(summary)?.[1];
      return time === undefined ? undefined : Number(time);
    }),
  };
}
