import type { Run } from '../record/run';
import type { Sample } from '../record/sample';

/** A sample's figure of one metric; without a metric for a sample that has none. */
interface Line {
  readonly sample: Sample;
  readonly metric?: { readonly name: string; readonly unit: string; readonly value: number };
}

const columns: readonly (readonly [heading: string, text: (line: Line) => string | number | undefined])[] = [
  ['run', ({ sample }) => sample.run],
  ['seq', ({ sample }) => sample.seq],
  ['trial', ({ sample }) => sample.trial],
  ['purpose', ({ sample }) => sample.purpose],
  ['block', ({ sample }) => sample.block],
  ['round', ({ sample }) => sample.round],
  ['use', ({ sample }) => sample.use],
  ['benchmark', ({ sample }) => sample.benchmark],
  ['path', ({ sample }) => sample.path],
  ['placement', ({ sample }) => sample.placement],
  ['condition', ({ sample }) => sample.condition],
  ['client', ({ sample }) => sample.client],
  ['server', ({ sample }) => sample.server],
  ['started_at', ({ sample }) => sample.startedAt],
  ['ended_at', ({ sample }) => sample.endedAt],
  ['status', ({ sample }) => sample.status],
  ['problem', ({ sample }) => sample.problem?.code],
  ['metric', ({ metric }) => metric?.name],
  ['unit', ({ metric }) => metric?.unit],
  ['value', ({ metric }) => metric?.value],
];

/**
 * Every sample of `run`, a line for each of its figures, in SI units: RFC 4180, with a header. A sample without a figure has one
 * line, in which metric, unit and value are empty; one that is `invalid` has its figures, which its status says not to believe.
 */
export function csvOf(run: Run): string {
  const lines = run.samples.flatMap((sample) => linesOf(sample, unitsOf(run, sample.use)));
  const texts = [
    columns.map(([heading]) => heading),
    ...lines.map((line) => columns.map(([, text]) => field(text(line)))),
  ];
  return texts.map((cells) => `${cells.join(',')}\r\n`).join('');
}

function unitsOf({ manifest }: Run, use: string): ReadonlyMap<string, string> {
  const metrics = manifest.uses.find(({ name }) => name === use)?.metrics ?? [];
  return new Map(metrics.map(({ name, unit }) => [name, unit]));
}

function linesOf(sample: Sample, units: ReadonlyMap<string, string>): readonly Line[] {
  const values = Object.entries(sample.values ?? {});
  if (values.length === 0) return [{ sample }];
  return values.map(([name, value]) => ({ sample, metric: { name, unit: units.get(name) ?? '', value } }));
}

/** RFC 4180, section 2: quotes around what has a comma, a quote or a line's end in it; quotes inside are doubled. */
function field(value: string | number | undefined): string {
  const text = String(value ?? '');
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
