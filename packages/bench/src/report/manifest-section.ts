import type { Column } from '@podlag/core';
import type { Environment, Manifest, WorkerRecord } from '../record/manifest';
import type { Run } from '../record/run';
import { factoredBlocks, factoredTable, tableBlock } from '../views/block';
import { blocksHtml, tableHtml } from './block-html';
import { letters, type ReportedRuns } from './cell-report';
import { commandLine } from './command-line';
import { markup, type Markup } from './markup';

/** How it was measured: when, by whom, on what, with which commands. */
export function manifestSection(runs: ReportedRuns): Markup {
  return markup`<section id="manifest"><h2>How it was measured</h2>${runs.map((run, index) => manifestOf(run, runs.length === 1 ? '' : `${letters[index]?.toUpperCase() ?? ''}: `))}</section>`;
}

function manifestOf(run: Run, letter: string): Markup {
  const { manifest } = run;
  return markup`<h3>${letter}${manifest.run}</h3>${tableHtml(tableBlock(factColumns, factsOf(manifest)), 'The run')}<h4>Workers</h4>${workersOf(manifest)}<h4>Commands</h4><p class="note">Of one sample of each use.</p>${commandsOf(run)}<details><summary>The scenario, with every default</summary><pre tabindex="0">${JSON.stringify(manifest.scenario, undefined, 2)}</pre></details>`;
}

type Fact = readonly [what: string, text: string];

const factColumns: readonly Column<Fact>[] = [
  { heading: 'WHAT', text: ([what]) => what },
  { heading: '', text: ([, text]) => text },
];

function factsOf(manifest: Manifest): readonly Fact[] {
  const { startedAt, endedAt, phase, seed, planned, samples, failed, kubernetes } = manifest;
  return [
    ['started', startedAt],
    ['ended', endedAt ?? '-'],
    ['phase', phase],
    ['samples', `${samples} of ${planned} planned, ${failed} failed`],
    ['seed', String(seed)],
    ...(kubernetes === undefined ? [] : [['Kubernetes', kubernetes] as const]),
  ];
}

function workersOf({ workers }: Manifest): readonly Markup[] {
  const surroundings = [...new Set(workers.flatMap(({ environment }) => Object.keys(environment)))];
  const tools = [...new Set(workers.flatMap((worker) => Object.keys(worker.tools)))].sort();
  const same: readonly Column<WorkerRecord>[] = [
    { heading: 'NETWORK', text: ({ network }) => network },
    { heading: 'ZONE', text: ({ zone = '' }) => zone },
    ...surroundings.map((key) => ({
      heading: words(key),
      text: ({ environment }: WorkerRecord) => String(environment[key as keyof Environment] ?? ''),
    })),
    ...tools.map((benchmark) => ({
      heading: `${benchmark} VERSION`,
      text: (worker: WorkerRecord) =>
        worker.tools[benchmark]?.version ?? worker.tools[benchmark]?.problem ?? '',
    })),
  ];
  const own: readonly Column<WorkerRecord>[] = [
    { heading: 'WORKER', text: ({ name }) => name },
    { heading: 'NODE', text: ({ node }) => node },
    { heading: 'ADDRESSES', text: ({ addresses }) => addresses.join(', ') },
    ...(workers.some(({ lost }) => lost !== undefined)
      ? [{ heading: 'LOST', text: ({ lost = '' }: WorkerRecord) => lost }]
      : []),
  ];
  return blocksHtml(factoredBlocks(factoredTable(same, own, workers)), 'Workers');
}

/** `cpuModel` as a heading: `CPU MODEL`. */
function words(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => ` ${letter}`).toUpperCase();
}

function commandsOf({ manifest: { uses }, samples }: Run): readonly Markup[] {
  return uses.flatMap(({ name }) => {
    const own = samples.filter(({ use, argv }) => use === name && argv.length > 0);
    const sample = own.find(({ status }) => status === 'ok') ?? own[0];
    if (sample === undefined) return [];
    return markup`<p>${name}, sample ${sample.seq}, ${sample.client} to ${sample.server}</p><pre tabindex="0">${commandLine(sample.argv)}</pre>`;
  });
}
