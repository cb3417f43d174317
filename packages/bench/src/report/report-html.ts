import { createHash } from 'node:crypto';
import { compareRuns, type CompareOptions } from '../compare/compare-runs';
import { observed, type ObservedOptions } from '../observed/observed';
import { cellReports, type ReportedRuns } from './cell-report';
import { cellsSection } from './cells-section';
import { failuresSection } from './failures-section';
import { figuresSection } from './figures-section';
import { manifestSection } from './manifest-section';
import { markup, Markup, type Content } from './markup';
import { observedSection } from './observed-section';
import { reportStyle } from './report-style';
import { comparisonSection, runVerdictSection } from './verdict-section';

export interface ReportOptions {
  /** Of two runs. */
  readonly compare?: CompareOptions;
  readonly observed?: ObservedOptions;
}

/**
 * One run as a page of HTML, or two of them, the second held against the first: one file that loads nothing and runs nothing,
 * from a disk as from a server. What tools have written is escaped; their raw output is not in it.
 *
 * @throws PodlagError `not-comparable` for two runs that have measured nothing in common
 */
export function reportHtml(runs: ReportedRuns, options: ReportOptions = {}): string {
  const observations = runs.map((run) => observed(run, options.observed));
  const [a, b] = runs;
  const verdict =
    b === undefined
      ? runVerdictSection(a, observations[0] ?? { run: a.manifest.run, rows: [], requestCost: [] })
      : comparisonSection(compareRuns(a, b, options.compare));
  const sections = [
    verdict,
    figuresSection(runs),
    cellsSection(cellReports(runs)),
    observedSection(observations),
    failuresSection(runs),
    manifestSection(runs),
  ];
  return page(runs, sections).text;
}

// No source at all but this very style: a page that tools' words could break would still load and run nothing.
const policy = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(reportStyle).digest('base64')}'; base-uri 'none'; form-action 'none'`;

function page(runs: ReportedRuns, sections: readonly (Markup | undefined)[]): Markup {
  const title = runs.map(({ manifest }) => manifest.run).join(' and ');
  return markup`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${policy}"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark"><title>${title} - podlag bench</title><style>${new Markup(reportStyle)}</style></head><body><a class="skip" href="#verdict">To the verdict</a><header><p class="product">podlag bench</p><h1>${names(runs)}</h1>${navigation(sections)}${runs.length > 1 ? toggle : undefined}</header><main>${sections}</main></body></html>
`;
}

function names([a, b]: ReportedRuns): Content {
  if (b === undefined) return a.manifest.run;
  return [
    markup`<span class="run a"><span class="key" aria-hidden="true"></span>A: ${a.manifest.run}</span> `,
    markup`<span class="run b"><span class="key" aria-hidden="true"></span>B: ${b.manifest.run}</span>`,
  ];
}

const places = [
  ['verdict', 'Verdict'],
  ['figures', 'Figures'],
  ['samples', 'Every sample'],
  ['observed', 'Configured and observed'],
  ['failures', 'What failed'],
  ['manifest', 'How it was measured'],
] as const;

function navigation(sections: readonly (Markup | undefined)[]): Markup {
  const there = places.filter((_, index) => sections[index] !== undefined);
  return markup`<nav aria-label="Sections">${there.map(([id, words]) => markup`<a href="#${id}">${words}</a> `)}</nav>`;
}

/** By the style alone: `:has` sees which is checked. */
const toggle = markup`<fieldset><legend>Plots show</legend><label><input type="radio" name="shown" id="show-both" checked> both</label><label><input type="radio" name="shown" id="show-a"> A</label><label><input type="radio" name="shown" id="show-b"> B</label></fieldset>`;
