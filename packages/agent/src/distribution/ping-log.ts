/** What one line of a ping log tells: one round trip, or how many of them came back. */
export type PingLogEntry =
  | { readonly kind: 'reply'; readonly milliseconds: number; readonly tooShort: boolean }
  | { readonly kind: 'summary'; readonly lostShare: number };

/** iputils and Linux' busybox and macOS: `time=20.3 ms`; where a ping's clock is too coarse: `time<1 ms`. */
const replyPattern = /\btime([=<])([0-9]+(?:\.[0-9]+)?) ?ms\b/;
const summaryPattern = /\bpackets transmitted\b.*?\b([0-9]+(?:\.[0-9]+)?)% packet loss/;

/** Undefined for a line that measures nothing: headings, timeouts, and replies that came twice. */
export function pingLogEntry(line: string): PingLogEntry | undefined {
  const lost = summaryPattern.exec(line)?.[1];
  if (lost !== undefined) return { kind: 'summary', lostShare: Number(lost) / 100 };
  const [, sign, time] = replyPattern.exec(line) ?? [];
  if (time === undefined || line.includes('DUP!')) return undefined;
  // Somewhere between nothing and the bound: the middle is wrong by the least.
  return sign === '<'
    ? { kind: 'reply', milliseconds: Number(time) / 2, tooShort: true }
    : { kind: 'reply', milliseconds: Number(time), tooShort: false };
}
