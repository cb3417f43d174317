import type * as z from 'zod';
import { understood } from './understood';
import { unreadable } from './unreadable';

/** The name by which errors speak of it. */
export const tool = 'qperf';

/**
 * What qperf reports of one of its tests, once it is told to unify units: a block of lines `name = value unit` below the
 * test's name.
 *
 * @param units what stands behind each value that is needed: '' for a bare number
 * @throws PodlagError `unreadable-output` for any line of another form, and for a value in another unit
 */
export function readBlock<Shape extends z.ZodRawShape>(
  block: QperfBlock,
  units: Readonly<Record<keyof Shape & string, string>>,
  schema: z.ZodObject<Shape>,
): z.output<z.ZodObject<Shape>> {
  const values = Object.entries<string>(units).map(([name, unit]) => [name, valueIn(block, name, unit)]);
  return understood(tool, schema, Object.fromEntries(values));
}

/** A test's report, line by line. */
export interface QperfBlock {
  readonly test: string;
  readonly lines: ReadonlyMap<string, { readonly value: string; readonly unit: string }>;
}

/**
 * All tests that an output reports, in their order.
 *
 * @throws PodlagError `unreadable-output` when there are others than these
 */
export function blocksOf(stdout: string, tests: readonly string[]): readonly QperfBlock[] {
  if (stdout === '') throw unreadable(tool, 'the output', 'is empty');
  if (!stdout.endsWith('\n')) throw unreadable(tool, 'the output', 'ends in the middle of a line');
  const blocks = stdout
    .slice(0, -1)
    .split(/\n(?! )/)
    .map(blockOf);
  const found = blocks.map(({ test }) => test).join(' ');
  if (found === tests.join(' ')) return blocks;
  throw unreadable(tool, 'the output', `is of ${found.slice(0, 80)}, where ${tests.join(' ')} was asked for`);
}

function blockOf(text: string): QperfBlock {
  const [head = '', ...rest] = text.split('\n');
  const test = /^([a-z_]+):$/.exec(head)?.[1];
  if (test === undefined)
    throw unreadable(tool, 'the output', `has a line ${JSON.stringify(head.slice(0, 80))}`);
  const lines = new Map<string, { value: string; unit: string }>();
  for (const line of rest) {
    const [, name, value, unit = ''] = /^ {4}([a-z_]+) *= +(\S+)(?: (\S.*)?)?$/.exec(line) ?? [];
    if (name === undefined || value === undefined) {
      throw unreadable(tool, test, `has a line ${JSON.stringify(line.slice(0, 80))}`);
    }
    if (lines.has(name)) throw unreadable(tool, `${test}.${name}`, 'is there twice');
    lines.set(name, { value, unit });
  }
  return { test, lines };
}

function valueIn({ test, lines }: QperfBlock, name: string, unit: string): string {
  const line = lines.get(name);
  if (line === undefined) throw unreadable(tool, `${test}.${name}`, 'is not there');
  if (line.unit === unit) return line.value;
  throw unreadable(tool, `${test}.${name}`, `is in ${line.unit || 'no unit'}, not in ${unit || 'none'}`);
}
