import { distributionErrors } from './distribution-errors';
import { correlationRatio, type FittedDelay } from './fitted-delay';

/** A fault that may be put as it is; or netem's own table file; or the call that puts the fault. */
export const outputs = ['json', 'dist', 'curl'] as const;
export type Output = (typeof outputs)[number];

export interface FaultOptions {
  /** A DNS label. */
  readonly name: string;
  /** Which field of the fault's delay the samples' mean becomes. */
  readonly measure: 'time' | 'rtt';
  readonly correlation: boolean;
}

/** netem's table counts in these (NETEM_DIST_SCALE). */
const scale = 8192;

/** The delay in the words of a fault document, in the order in which people read them. */
function delayEntries(delay: FittedDelay, options: FaultOptions): readonly (readonly [string, string])[] {
  return [
    [options.measure, delay.mean.toString()],
    ...(delay.jitter.isZero ? [] : [['jitter', delay.jitter.toString()] as const]),
    ...(options.correlation && !delay.jitter.isZero
      ? [['correlation', correlationRatio(delay).toString()] as const]
      : []),
  ];
}

/** @throws PodlagError `no-spread` for `dist` of a delay without jitter */
export function printFault(delay: FittedDelay, options: FaultOptions, output: Output): string {
  switch (output) {
    case 'json':
      return `${json(delay, options)}\n`;
    case 'dist':
      return distFile(delay, options);
    case 'curl':
      // By standard input: a table may be more than one argument of a command may hold.
      return [
        `curl -X PUT -H 'Content-Type: application/json' "http://\${POD_IP:?}:2332/v1/faults/${options.name}" -d @- <<'EOF'`,
        json(delay, options),
        'EOF',
        '',
      ].join('\n');
  }
}

function json(delay: FittedDelay, options: FaultOptions): string {
  const lines = delayEntries(delay, options).map(([key, value]) => `    "${key}": "${value}"`);
  const table = `    "distribution": { "table": [\n${wrapped(delay.table, '      ')}\n    ] }`;
  return [
    '{',
    `  "name": "${options.name}",`,
    '  "delay": {',
    [...lines, ...(delay.table.length === 0 ? [] : [table])].join(',\n'),
    '  }',
    '}',
  ].join('\n');
}

/** As tc reads it: `tc qdisc add ... netem delay MEAN JITTER distribution NAME`, from NAME.dist in TC_LIB_DIR. */
function distFile(delay: FittedDelay, options: FaultOptions): string {
  if (delay.table.length === 0) {
    const detail = `all samples are ${delay.mean.toString()}: tc's table would have no entry`;
    throw distributionErrors.error('no-spread', detail);
  }
  const words = `delay ${delay.mean.toString()} ${delay.jitter.toString()} distribution ${options.name}`;
  const entries = delay.table.map((value) => Math.min(32_767, Math.round(value * scale)));
  return `# netem ${words}\n${wrapped(entries, '').replaceAll(',', '')}\n`;
}

function wrapped(numbers: readonly number[], indent: string): string {
  const lines: string[] = [];
  for (let start = 0; start < numbers.length; start += 12) {
    lines.push(indent + numbers.slice(start, start + 12).join(', '));
  }
  return lines.join(',\n');
}
