import type { Run } from '../record/run';
import { runBlocks } from '../views/run-blocks';
import { blocksHtml } from './block-html';
import { letters, type ReportedRuns } from './cell-report';
import { markup, type Markup } from './markup';

/** The table of each run; that of each pair and each metric folded below it. */
export function figuresSection(runs: ReportedRuns): Markup {
  return markup`<section id="figures"><h2>Figures</h2>${runs.map((run, index) => figuresOf(run, runs.length === 1 ? '' : `${letters[index]?.toUpperCase() ?? ''}: `))}</section>`;
}

function figuresOf(run: Run, letter: string): Markup {
  const name = `${letter}${run.manifest.run}`;
  return markup`<h3>${name}</h3>${tablesOf(run, false, name)}<details><summary>Each pair, and each metric</summary>${tablesOf(run, true, `${name}, each pair and metric`)}</details>`;
}

/** What has to be known besides stands in a section of its own. */
function tablesOf(run: Run, wide: boolean, label: string): readonly Markup[] {
  const blocks = runBlocks(run, { wide }).filter(({ kind }) => kind === 'paragraph' || kind === 'table');
  return blocksHtml(blocks, label);
}
