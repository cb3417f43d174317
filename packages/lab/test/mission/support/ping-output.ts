/** Round trips in milliseconds, in the order of the requests; undefined where no reply came. */
export type RoundTrips = readonly (number | undefined)[];

/**
 * Reads what `ping ADDRESS` has printed, that of busybox (which counts from 0) or of iputils (from 1, with three digits
 * of each time). Copies of a reply are passed over. It needs the summary, which says how many were sent.
 */
export function parsePing(stdout: string): RoundTrips {
  const sent = /^(\d+) packets transmitted/m.exec(stdout)?.[1];
  if (sent === undefined) throw new Error(`not the output of a ping that ended: ${stdout}`);
  const first = stdout.includes('icmp_seq=') ? 1 : 0;
  const times = repliesIn(stdout);
  return Array.from({ length: Number(sent) }, (_, index) => times.get(index + first));
}

/** The times by sequence number, of a ping that may still be running. */
export function repliesIn(stdout: string): ReadonlyMap<number, number> {
  const lines = stdout.matchAll(/\b(?:icmp_)?seq=(\d+) .*\btime=([0-9.]+) ms(?! \(DUP!\))/g);
  return new Map([...lines].map(([, sequence, time]) => [Number(sequence), Number(time)]));
}
