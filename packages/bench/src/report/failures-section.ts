import type { Column } from '@podlag/core';
import type { Run } from '../record/run';
import type { Sample } from '../record/sample';
import { factoredBlocks, factoredTable, oneLine } from '../views/block';
import { notesBesideFailures } from '../views/run-notes';
import { blocksHtml } from './block-html';
import { letters, type ReportedRuns } from './cell-report';
import { markup, type Markup } from './markup';

/** Samples that failed for the same reason. */
interface Failure {
  readonly first: Sample;
  readonly samples: readonly Sample[];
}

/** So many places of samples.ndjson are named. */
const mostNamed = 8;

/** What failed and why, why it is not to be believed, and what else has to be known of the figures. */
export function failuresSection(runs: ReportedRuns): Markup {
  return markup`<section id="failures"><h2>What failed, and what else is to be known</h2>${runs.map((run, index) => failuresOf(run, runs.length === 1 ? '' : `${letters[index]?.toUpperCase() ?? ''}: `))}</section>`;
}

function failuresOf(run: Run, letter: string): Markup {
  const failures = kindsOf(run.samples);
  const notes = notesBesideFailures(run);
  const table =
    failures.length === 0
      ? markup`<p>No sample failed.</p>`
      : markup`<p class="note">A sample that failed is in no figure.</p>${blocksHtml(factoredBlocks(factoredTable(keys, columns, failures)), `Failures of ${run.manifest.run}`)}`;
  const others = notes.length === 0 ? undefined : blocksHtml([{ kind: 'list', items: notes }], 'Notes');
  return markup`<h3>${letter}${run.manifest.run}</h3>${table}${others}`;
}

/** The most frequent first. */
function kindsOf(samples: readonly Sample[]): readonly Failure[] {
  const failed = samples.filter(({ status }) => status !== 'ok');
  const kinds = Map.groupBy(failed, ({ use, path, placement, condition, status, problem }) =>
    JSON.stringify([use, path, placement, condition, status, problem?.code, problem?.detail]),
  );
  return [...kinds.values()]
    .flatMap((own) => (own[0] === undefined ? [] : [{ first: own[0], samples: own }]))
    .sort((one, other) => other.samples.length - one.samples.length);
}

const keys: readonly Column<Failure>[] = [
  { heading: 'USE', text: ({ first }) => first.use },
  { heading: 'PATH', text: ({ first }) => first.path },
  { heading: 'PLACEMENT', text: ({ first }) => first.placement },
  { heading: 'CONDITION', text: ({ first }) => first.condition },
];

const columns: readonly Column<Failure>[] = [
  { heading: 'TIMES', align: 'right', text: ({ samples }) => String(samples.length) },
  { heading: 'STATUS', text: ({ first }) => first.status },
  { heading: 'WHY', text: ({ first }) => oneLine(reasonOf(first)) },
  { heading: 'WHAT TO DO', text: ({ first }) => first.problem?.hint ?? '-' },
  { heading: 'SAMPLES', text: ({ samples }) => named(samples) },
];

function reasonOf({ problem, selfCheck }: Sample): string {
  const detail = problem?.detail ?? '';
  const more = (selfCheck?.reasons ?? []).filter((reason) => !detail.includes(reason));
  return [problem === undefined ? '-' : `${problem.code}: ${detail}`, ...more].join('; ');
}

function named(samples: readonly Sample[]): string {
  const more = samples.length - mostNamed;
  const told = samples.slice(0, mostNamed).map(({ seq }) => String(seq));
  return [...told, ...(more > 0 ? [`and ${more} more`] : [])].join(', ');
}
