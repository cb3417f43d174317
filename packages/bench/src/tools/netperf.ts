import { isIPv6 } from 'node:net';
import type * as z from 'zod';
import type { Benchmark, ServerAddress, ToolCommand } from '../benchmark/benchmark';
import { ports, readyPort, tcpPort } from '../benchmark/ports';
import { understood } from './understood';
import { unreadable } from './unreadable';
import { writtenVersion } from './written-version';

/** The name by which errors speak of it. */
export const tool = 'netperf';

/** What all of netperf's tests have in common. */
export const netperf = {
  ports: [readyPort(ports.netperfControl), tcpPort(ports.netperfData)],
  version: { program: { kind: 'tool', name: 'netperf' }, args: ['-V'] },
  readVersion: (output) => writtenVersion(tool, /^Netperf version (2\.7\.\d+)$/, output),
  server: () => ({
    program: { kind: 'tool', name: 'netserver' },
    // In the foreground, and without a file in /tmp for each client.
    args: ['-D', '-N', '-p', `${ports.netperfControl}`],
  }),
} satisfies Partial<Benchmark>;

/** One of netperf's tests. */
export interface NetperfTest {
  /** As its `-t` has it. */
  readonly name: 'TCP_RR' | 'TCP_STREAM';
  readonly seconds: number;
  /** Before `--`. */
  readonly global?: readonly string[];
  /** After it. */
  readonly own: readonly string[];
  /** The output selectors, in the order in which they are to be printed. */
  readonly selectors: readonly string[];
}

/** The client's command line. Its output has one line `SELECTOR=VALUE` for each selector, and nothing else. */
export function netperfClient(test: NetperfTest, { host }: ServerAddress): ToolCommand {
  const { name, seconds, global = [], own, selectors } = test;
  return {
    program: { kind: 'tool', name: 'netperf' },
    args: [
      // It takes a numeric address for IPv4's, unless it is told the family.
      ...['-H', isIPv6(host) ? `${host},6` : host, '-p', `${ports.netperfControl}`],
      ...['-t', name, '-l', `${seconds}`, '-P', '0', ...global],
      ...['--', '-P', `,${ports.netperfData}`, ...own, '-k', selectors.join(',')],
    ],
  };
}

/**
 * Reads what netperf prints for `-k`: each of the schema's selectors once, in its order.
 *
 * @throws PodlagError `unreadable-output`
 */
export function readSelectors<Shape extends z.ZodRawShape>(
  shape: z.ZodObject<Shape>,
  stdout: string,
): z.output<z.ZodObject<Shape>> {
  if (stdout === '') throw unreadable(tool, 'the output', 'is empty');
  if (!stdout.endsWith('\n')) throw unreadable(tool, 'the output', 'ends in the middle of a line');
  const pairs = stdout.slice(0, -1).split('\n').map(pairOf);
  const wanted = Object.keys(shape.shape);
  for (const [index, name] of wanted.entries()) {
    if (pairs[index]?.[0] !== name) throw unreadable(tool, name, `is not in line ${index + 1}`);
  }
  if (pairs.length > wanted.length)
    throw unreadable(tool, 'the output', 'has more lines than were asked for');
  return understood(tool, shape, Object.fromEntries(pairs));
}

function pairOf(line: string): readonly [string, string] {
  const [, name, value] = /^([A-Z0-9_]+)=(\S(?:.*\S)?)$/.exec(line) ?? [];
  if (name !== undefined && value !== undefined) return [name, value];
  throw unreadable(tool, 'the output', `has a line ${JSON.stringify(line.slice(0, 80))}`);
}
