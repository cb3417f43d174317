import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { limits } from './limits';
import type { MeasuringPod } from './measuring-pod';
import { parsePing, repliesIn, type RoundTrips } from './ping-output';

/** So long it goes on at most, in seconds, and so does a ping that nobody ends: where the work failed, for one. */
const mostSeconds = limits.waitSeconds;

/** A reply is there by then, in milliseconds: ten requests a second. */
const replyMs = 30_000;

/**
 * Ends the ping when a line comes, as a user does by Ctrl-C: only then does it print how many it has sent. Ends itself
 * when the ping does.
 */
const script = (address: string) => `
exec 3<&0
ping -i 0.1 -w ${mostSeconds} ${address} & ping=$!
{ read -r end <&3; kill -INT $ping; } >/dev/null 2>&1 &
wait $ping
kill $! 2>/dev/null || true`;

/**
 * Pings an address all the while that `work` takes, ten times a second, and from before it begins until a reply came
 * after its end. @returns the round trips of all that were sent; not the last, where it was still under way
 * @throws where no reply comes, or the work takes longer than the ping
 */
export async function pingDuring(
  from: MeasuringPod,
  address: string,
  work: () => Promise<void>,
): Promise<RoundTrips> {
  const where = ['--namespace', from.namespace, from.name, '--container', 'client'];
  const child = spawn('kubectl', ['exec', '--stdin', ...where, '--', 'sh', '-c', script(address)], {
    stdio: ['pipe', 'pipe', 'inherit'],
    ...{ timeout: limits.commandMs, killSignal: 'SIGKILL' },
  });
  const closed = once(child, 'close');
  child.stdin.on('error', () => undefined);
  let printed = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (printed += text));
  const another = async (): Promise<void> => {
    const before = repliesIn(printed).size;
    const signal = AbortSignal.timeout(replyMs);
    while (repliesIn(printed).size === before) {
      // An exec that has ended prints nothing more, for which one would wait in vain.
      if (child.exitCode !== null) throw new Error(`the ping ended before the work did: ${printed}`);
      await Promise.race([once(child.stdout, 'data', { signal }), closed]);
    }
  };
  try {
    await another();
    await work();
    await another();
  } finally {
    child.stdin.end('end\n');
    await closed;
  }
  const times = parsePing(printed);
  return times.at(-1) === undefined ? times.slice(0, -1) : times;
}
