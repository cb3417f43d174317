import * as z from 'zod';
import { benchErrors } from '../bench-errors';
import type { Metric, Reading, ToolOutput } from '../benchmark/benchmark';
import { LatencyHistogram } from '../record/histogram';
import type { SelfCheck } from '../record/sample';
import type { Measured, ProbeName } from './probe';

/** Of the document and of how probes measure: a change of either is another version, and its figures another tool's. */
export const probeVersion = 1;

const versionLine = /^podlag-probe ([1-9][0-9]*)\n$/;

const amount = z.number().nonnegative();

const documentSchema = z.strictObject({
  podlagProbe: z.literal(probeVersion),
  probe: z.string(),
  values: z.record(z.string(), amount),
  histogram: z.string().optional(),
  reachedRate: amount.optional(),
  selfCheck: z.strictObject({
    eventLoopDelay: amount,
    throttled: z.int().nonnegative().optional(),
    reasons: z.array(z.string()).readonly(),
  }),
});

/** The one document that a probe prints when it has measured. */
export function printProbeDocument(probe: ProbeName, measured: Measured, selfCheck: SelfCheck): string {
  const { values, histogram, reachedRate } = measured;
  const document = {
    podlagProbe: probeVersion,
    probe,
    values,
    histogram: histogram?.encode(),
    reachedRate,
    selfCheck,
  };
  return `${JSON.stringify(document)}\n`;
}

/**
 * What a probe has printed.
 *
 * @throws PodlagError `unreadable-output` for anything but the whole document of this probe and this version
 */
export function readProbeDocument(probe: ProbeName, metrics: readonly Metric[], output: ToolOutput): Reading {
  const document = documentOf(output.stdout);
  if (document.probe !== probe) throw unreadable('probe', `is ${document.probe}, not ${probe}`);
  const names = metrics.map(({ name }) => name);
  const unknown = Object.keys(document.values).find((name) => !names.includes(name));
  if (unknown !== undefined) throw unreadable(`values.${unknown}`, 'is no figure of this probe');
  for (const metric of metrics) checkValue(metric, document.values[metric.name]);
  if (document.histogram !== undefined) checkHistogram(document.histogram);
  const { values, histogram, reachedRate, selfCheck } = document;
  const { throttled, ...check } = selfCheck;
  return {
    values,
    ...(histogram === undefined ? {} : { histogram }),
    ...(reachedRate === undefined ? {} : { reachedRate }),
    selfCheck: throttled === undefined ? check : { ...check, throttled },
  };
}

const problemSchema = z.object({ detail: z.string(), hint: z.string() });

/** Why a probe has not measured, by the problem (RFC 9457) that it writes on stderr; undefined where it is not there. */
export function readProbeProblem(stderr: string): string | undefined {
  const line = stderr.trimEnd().split('\n').at(-1) ?? '';
  try {
    const { detail, hint } = problemSchema.parse(JSON.parse(line));
    return `${detail} (${hint})`;
  } catch {
    return undefined;
  }
}

/** The line that `probe --version` prints. */
export const versionText = `podlag-probe ${probeVersion}\n`;

/** @throws PodlagError `unreadable-output` */
export function readProbeVersion(output: ToolOutput): string {
  const [, version] = versionLine.exec(output.stdout) ?? [];
  if (version === undefined) throw unreadable('version', 'is not in the output');
  return version;
}

function documentOf(text: string): z.infer<typeof documentSchema> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw benchErrors.error('unreadable-output', 'the probe printed no whole JSON document', {
      cause: error,
    });
  }
  const result = documentSchema.safeParse(json);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw unreadable(issue?.path.join('.') ?? '', issue?.message ?? 'is not as it should be');
}

function checkValue({ name, unit }: Metric, value: number | undefined): void {
  if (value === undefined) throw unreadable(`values.${name}`, 'is missing');
  if (unit === 'ratio' && value > 1) throw unreadable(`values.${name}`, `is ${value}, more than the whole`);
}

function checkHistogram(text: string): void {
  if (LatencyHistogram.decode(text).recordCount === 0) throw unreadable('histogram', 'holds nothing');
}

function unreadable(field: string, problem: string): Error {
  return benchErrors.error('unreadable-output', `${field} ${problem}`, { field });
}
