import type { Manifest } from '../record/manifest';
import type { Run } from '../record/run';
import type { Sample } from '../record/sample';
import { withLessCompany } from '../schedule/company';
import { interferenceVerdict, type InterferenceVerdict } from '../schedule/interference-verdict';
import { figure } from './scale';

/** So many kinds of failures are told. */
const mostKinds = 8;

/** What a reader of the figures has to know besides: why it ended, what is not measured, and what failed. */
export function runNotes(run: Run): readonly string[] {
  return notesAround(run, failureNotes(run.samples));
}

/** The same without what failed, for who shows that otherwise. */
export function notesBesideFailures(run: Run): readonly string[] {
  return notesAround(run, []);
}

function notesAround({ manifest, samples }: Run, failures: readonly string[]): readonly string[] {
  return [
    ...endNotes(manifest),
    ...missingNotes({ manifest, samples }),
    ...lostNotes(manifest),
    ...leftOutNotes(manifest),
    ...failures,
    ...companyNotes(samples),
    ...interferenceNotes({ manifest, samples }),
  ];
}

function endNotes({ phase, problem }: Manifest): readonly string[] {
  return problem === undefined ? [] : [`${phase}: ${problem.detail}. ${problem.hint}`];
}

/** While it goes on, the two files are not of one moment. */
function missingNotes({ manifest, samples }: Run): readonly string[] {
  const missing = manifest.samples - samples.length;
  if (missing <= 0 || manifest.phase === 'waiting' || manifest.phase === 'running') return [];
  return [`of ${manifest.samples} samples that the manifest counts, ${missing} are not in samples.ndjson`];
}

function lostNotes({ workers }: Manifest): readonly string[] {
  return workers.flatMap(({ name, lost }) =>
    lost === undefined ? [] : [`worker ${name} was lost: ${lost}`],
  );
}

function leftOutNotes({ leftOut }: Manifest): readonly string[] {
  return leftOut.map((what) => `not measured: ${what}`);
}

/** The most frequent first. What differs by its numbers alone, as how late each was, is of one kind. */
function failureNotes(samples: readonly Sample[]): readonly string[] {
  const failed = samples.filter(({ status }) => status !== 'ok');
  const kinds = [...Map.groupBy(failed, (sample) => failureOf(sample).replace(/\d+(\.\d+)?/g, '#')).values()];
  kinds.sort((one, other) => other.length - one.length);
  const others = kinds.slice(mostKinds).reduce((count, { length }) => count + length, 0);
  return [
    ...kinds.slice(0, mostKinds).map(kindNote),
    ...(others === 0 ? [] : [`${others} failed in other ways: they stand in samples.ndjson`]),
  ];
}

function kindNote(kind: readonly Sample[]): string {
  const [first = '', ...others] = new Set(kind.map(failureOf));
  const hint = kind[0]?.problem?.hint ?? '';
  const alike = others.length === 0 ? '' : ', and alike';
  return `${kind.length} failed, ${first}${alike}${hint === '' ? '' : ` (${hint})`}`;
}

function failureOf({ status, use, problem }: Sample): string {
  return `${use}: ${status}: ${problem?.detail ?? ''}`;
}

function companyNotes(samples: readonly Sample[]): readonly string[] {
  const { length } = withLessCompany(samples);
  if (length === 0) return [];
  const were = length === 1 ? 'sample was' : 'samples were';
  const why = 'others of their round could not run, or were measured when the run was resumed';
  return [`${length} ${were} measured with less company than planned: ${why}`];
}

function interferenceNotes({ manifest, samples }: Run): readonly string[] {
  return interferenceVerdict(samples, manifest.uses).map((judged) =>
    interferenceTexts[judged.verdict](judged),
  );
}

const interferenceTexts: Readonly<
  Record<InterferenceVerdict['verdict'], (judged: InterferenceVerdict) => string>
> = {
  'none seen': ({ use, why }) => `${use}: no interference seen between pairs measured at once (${why})`,
  'company shows': ({ use, metric, shiftRatio, why }) => {
    const changed = figure(shiftRatio, { name: '%', perUnit: 100 });
    return `${use}: pairs measured at once change each other, ${metric} by ${changed} %: ${why}`;
  },
  'too few': ({ use, why }) =>
    `${use}: too few samples to see whether pairs measured at once change each other: ${why}`,
};
