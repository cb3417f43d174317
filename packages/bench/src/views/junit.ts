import type { Comparison, ComparisonRow } from '../compare/comparison';
import type { Run } from '../record/run';
import type { Sample } from '../record/sample';
import { rowName } from './comparison-blocks';
import { xmlDocument, type XmlElement } from './xml';

/**
 * JUnit XML, as CI systems read it. Of a run: a suite for each use, a case for each sample; a `failure` is a sample that took too
 * long or is not to be believed, an `error` one that was not measured. Of a comparison: a case for each row; `worse` is a
 * failure, and what is inconclusive is skipped, with its reason.
 */
export function junitOf(what: Run | Comparison): string {
  const { name, suites } = 'manifest' in what ? suitesOfRun(what) : suitesOfComparison(what);
  const attributes = { name, ...counts(suites.flatMap(({ cases }) => cases)) };
  return xmlDocument({ name: 'testsuites', attributes, children: suites.map(suiteElement) });
}

interface Suite {
  readonly name: string;
  readonly timestamp?: string;
  readonly cases: readonly Case[];
}

interface Case {
  readonly name: string;
  readonly className: string;
  readonly seconds: number;
  readonly outcome?: {
    readonly kind: 'failure' | 'error' | 'skipped';
    readonly type: string;
    readonly message: string;
    readonly text?: string;
  };
}

function suitesOfRun({ manifest, samples }: Run): { name: string; suites: readonly Suite[] } {
  const suites = manifest.uses.map(({ name }) => ({
    name,
    timestamp: manifest.startedAt,
    cases: samples.filter(({ use }) => use === name).map(sampleCase),
  }));
  return { name: manifest.run, suites };
}

function sampleCase(sample: Sample): Case {
  const { path, placement, condition, client, server, seq, purpose } = sample;
  const why = purpose === 'sample' ? '' : `, ${purpose}`;
  const outcome = outcomeOf(sample);
  return {
    name: `${seq}: ${path}, ${placement}, ${condition}, ${client} -> ${server}${why}`,
    className: `${sample.run}.${sample.use}`,
    // A clock that was set back in between is no negative time.
    seconds: Math.max(0, Date.parse(sample.endedAt) - Date.parse(sample.startedAt)) / 1000,
    ...(outcome === undefined ? {} : { outcome }),
  };
}

function outcomeOf({ status, problem, raw }: Sample): Case['outcome'] {
  if (status === 'ok' || problem === undefined) return undefined;
  return {
    kind: status === 'timeout' || status === 'invalid' ? 'failure' : 'error',
    type: problem.code,
    message: `${status}: ${problem.detail}`,
    text: `${problem.hint}\n${raw.stderr === '' ? raw.stdout : raw.stderr}`,
  };
}

function suitesOfComparison({ a, b, rows }: Comparison): { name: string; suites: readonly Suite[] } {
  const name = `${a} | ${b}`;
  return { name, suites: [{ name, cases: rows.map((row) => rowCase(row, name)) }] };
}

function rowCase(row: ComparisonRow, className: string): Case {
  const outcome = { type: row.verdict, message: row.why };
  const base = { name: rowName(row), className, seconds: 0 };
  if (row.verdict === 'worse') return { ...base, outcome: { kind: 'failure', ...outcome } };
  if (row.verdict === 'inconclusive') return { ...base, outcome: { kind: 'skipped', ...outcome } };
  return base;
}

function suiteElement({ name, timestamp, cases }: Suite): XmlElement {
  const attributes = { name, ...counts(cases), ...(timestamp === undefined ? {} : { timestamp }) };
  return { name: 'testsuite', attributes, children: cases.map(caseElement) };
}

function counts(cases: readonly Case[]): Readonly<Record<string, string | number>> {
  const count = (kind: string): number => cases.filter(({ outcome }) => outcome?.kind === kind).length;
  return {
    ...{ tests: cases.length, failures: count('failure'), errors: count('error'), skipped: count('skipped') },
    time: cases.reduce((sum, { seconds }) => sum + seconds, 0).toFixed(3),
  };
}

function caseElement({ name, className, seconds, outcome }: Case): XmlElement {
  const attributes = { name, classname: className, time: seconds.toFixed(3) };
  if (outcome === undefined) return { name: 'testcase', attributes };
  const { kind, type, message, text } = outcome;
  // JUnit's schema gives `skipped` a message alone.
  const element: XmlElement =
    kind === 'skipped'
      ? { name: kind, attributes: { message } }
      : { name: kind, attributes: { message, type }, text: text ?? '' };
  return { name: 'testcase', attributes, children: [element] };
}
