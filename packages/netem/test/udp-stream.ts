import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import type { Link } from './link';

const run = promisify(execFile);
const port = 5201;

/** What came of a stream of numbered packets. */
export interface StreamReport {
  readonly sent: number;
  readonly lost: number;
  readonly duplicated: number;
  /** Packets that came after one that was sent later. */
  readonly overtaken: number;
  /** In the order of arrival, milliseconds. */
  readonly delaysMs: readonly number[];
  readonly numbers: readonly number[];
  /** From the first arrival to the last. */
  readonly seconds: number;
}

export interface StreamOptions {
  readonly perSecond: number;
  readonly count: number;
  readonly bytes?: number;
  /** Runs while the stream flows. */
  readonly meanwhile?: () => Promise<void>;
  /** Waits so long for the last packets; longer than any delay in force. */
  readonly lingerMs?: number;
}

/** Sends from the device under test to its peer. */
export async function udpStream(link: Link, options: StreamOptions): Promise<StreamReport> {
  const sink = spawn('ip', [
    'netns',
    'exec',
    link.peer,
    process.execPath,
    join(__dirname, 'udp-sink.mjs'),
    link.peerAddress,
    String(port),
  ]);
  await once(sink.stdout, 'data');
  const source = run(process.execPath, [
    join(__dirname, 'udp-source.mjs'),
    ...[link.peerAddress, port, options.perSecond, options.count, options.bytes ?? 64].map(String),
  ]);
  const [{ stdout }] = await Promise.all([source, options.meanwhile?.()]);
  await arrived(options.lingerMs ?? 200);
  return report(Number(stdout), await stop(sink));
}

/** The one wait that no condition can replace: that nothing comes any more. */
function arrived(lingerMs: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, lingerMs));
}

async function stop(sink: ChildProcess): Promise<string> {
  const output = text(sink.stdout!);
  sink.kill('SIGTERM');
  return output;
}

function report(sent: number, output: string): StreamReport {
  const rows = output
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split(' ').map(Number));
  const numbers = rows.map(([number]) => number!);
  const distinct = new Set(numbers).size;
  let newest = -1;
  let overtaken = 0;
  for (const number of numbers) {
    if (number < newest) overtaken += 1;
    newest = Math.max(newest, number);
  }
  return {
    sent,
    lost: sent - distinct,
    duplicated: numbers.length - distinct,
    overtaken,
    delaysMs: rows.map(([, underWayNs]) => underWayNs! / 1e6),
    numbers,
    seconds: ((rows.at(-1)?.[2] ?? 0) - (rows[0]?.[2] ?? 0)) / 1e9,
  };
}

/**
 * The highest of these rates that arrives whole and in order with nothing going on; the bed decides, not the test. A rate
 * that failed has a second chance: the machine below may have been busy elsewhere.
 */
export async function calibrate(link: Link, rates: readonly number[]): Promise<number> {
  for (const perSecond of rates.flatMap((rate) => [rate, rate])) {
    const { lost, overtaken, delaysMs } = await udpStream(link, { perSecond, count: perSecond });
    const late = delaysMs.filter((delay) => delay > 5).length;
    if (lost === 0 && overtaken === 0 && late <= delaysMs.length / 20) return perSecond;
  }
  throw new Error(`this bed carries none of ${rates.join(', ')} packets a second clean`);
}
