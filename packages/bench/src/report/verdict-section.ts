import type { Comparison, ComparisonRow } from '../compare/comparison';
import type { Observed } from '../observed/observation';
import type { Run } from '../record/run';
import { comparisonBlocks, verdictWords } from '../views/comparison-blocks';
import { figure } from '../views/scale';
import { changeAxis, type Axis } from './axis';
import { badge, toneOf } from './badge';
import { blocksHtml } from './block-html';
import { markup, type Markup } from './markup';
import { band, trackHeight, trackNames, tracks, trackSide, whisker, type Track } from './track';

/** Whether B is better or worse, what differs around the two, and only then figures. */
export function comparisonSection(comparison: Comparison): Markup {
  const { verdict, why } = comparison;
  // The title names the two, as the page's head does; the last paragraph is the verdict, which stands first here.
  const blocks = comparisonBlocks(comparison).slice(1, -1);
  const tests = comparisonBlocks({ ...comparison, differences: [] }, { wide: true }).filter(
    ({ kind }) => kind === 'table',
  );
  return markup`<section id="verdict" aria-labelledby="verdict-title"><div class="verdict ${toneOf(verdict)}"><h2 id="verdict-title">${verdictWords[verdict]}</h2><p>${sentence(why)}</p></div>${blocksHtml(blocks, 'Comparison')}<h3>By how much B lies above A</h3><p class="note">The shift with its interval, of A's median. What lies within the band does not count.</p>${shiftTracks(comparison.rows)}<details><summary>What the verdicts rest on</summary>${blocksHtml(tests, 'Tests')}</details></section>`;
}

function shiftTracks(rows: readonly ComparisonRow[]): Markup {
  const shares = rows.map(sharesOf);
  const sizes = shares.flatMap(({ low, high, least }) => [
    Math.abs(low ?? 0),
    Math.abs(high ?? 0),
    2 * (least ?? 0),
  ]);
  const axis = changeAxis(Math.max(0.1, ...sizes) * 1.1, trackSide);
  const names = trackNames(rows);
  return tracks(
    rows.map((row, index) => ({ name: names[index] ?? '', ...shiftTrack(row, shares[index] ?? {}, axis) })),
    axis,
    '',
  );
}

/** As shares of A's median. */
interface Shares {
  readonly low?: number;
  readonly high?: number;
  readonly least?: number;
}

function sharesOf({ a, interval, minimumEffect }: ComparisonRow): Shares {
  if (!a.median || interval === undefined || minimumEffect === undefined) return {};
  const whole = Math.abs(a.median);
  return { low: interval.low / whole, high: interval.high / whole, least: minimumEffect / whole };
}

function shiftTrack(row: ComparisonRow, { low, high, least }: Shares, axis: Axis): Omit<Track, 'name'> {
  const { shiftRatio, verdict } = row;
  if (shiftRatio === undefined || low === undefined || high === undefined || least === undefined)
    return { marks: undefined, figures: ' not tested', badge: badge(verdict) };
  const percent = (ratio: number): string =>
    `${ratio > 0 ? '+' : ''}${figure(ratio, { name: '%', perUnit: 100 })} %`;
  return {
    marks: [
      band(axis.at(-least), axis.at(least)),
      markup`<path class="zero" d="M${axis.at(0)} 0v${trackHeight}"/>`,
      whisker({ low: axis.at(low), high: axis.at(high) }, axis.at(shiftRatio), toneOf(verdict)),
    ],
    figures: ` ${percent(shiftRatio)}, ${percent(low)} to ${percent(high)}`,
    badge: badge(verdict),
  };
}

/** How a run ended, and whether its conditions did what they were asked to do. */
export function runVerdictSection(run: Run, { rows }: Observed): Markup {
  const [off, asAsked, unknown] = (['off', 'as asked', 'not measured'] as const).map(
    (verdict) => rows.filter((row) => row.verdict === verdict).length,
  ) as [number, number, number];
  const { tone, title } = headline(run, { off, asAsked });
  const counts =
    rows.length === 0
      ? []
      : [
          `Of ${rows.length} held against what was asked: ${asAsked} as asked, ${off} off, ${unknown} not measured.`,
        ];
  return markup`<section id="verdict" aria-labelledby="verdict-title"><div class="verdict ${tone}"><h2 id="verdict-title">${title}</h2><p>${[sampleCounts(run), ...counts].join(' ')}</p></div></section>`;
}

function headline(
  { manifest: { phase, problem }, samples }: Run,
  { off, asAsked }: { readonly off: number; readonly asAsked: number },
): { readonly tone: string; readonly title: string } {
  if (phase !== 'finished')
    return {
      tone: 'open',
      title: `The run is ${phase}${problem === undefined ? '' : `: ${problem.detail}`}`,
    };
  if (off > 0) return { tone: 'bad', title: 'Not all conditions did what was asked' };
  if (asAsked > 0)
    return { tone: 'good', title: 'Where it could be told, the conditions did what was asked' };
  if (samples.length > 0 && samples.every(({ status }) => status !== 'ok'))
    return { tone: 'bad', title: 'All samples failed' };
  return { tone: 'plain', title: 'Measured' };
}

function sampleCounts({ manifest: { planned }, samples }: Run): string {
  const failed = samples.filter(({ status }) => status !== 'ok').length;
  return `${samples.length} of ${planned} planned samples, ${failed === 0 ? 'none' : failed} of them failed.`;
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
