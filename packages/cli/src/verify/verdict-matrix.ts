import { Duration, textTable, type Column } from '@podlag/core';
import type { VerifiedPair, VerifyOutput } from '../output/verify-output';
import { figure, verdicts } from './judge';
import { mostPods } from './pairs';

/** So many of the worst pairs are shown where a matrix would be too large. */
const mostShown = 20;

/** For a person: a matrix of asked, measured and verdict; of more than twelve pods the worst pairs. Then why, and how many. */
export function verdictText(document: VerifyOutput): string {
  const { pairs, pods, port, count } = document;
  const isSmall = pods.length <= mostPods;
  const heading = `Added to a TCP round trip to port ${port}, ms, median of ${count}: asked / measured, loss asked / measured, verdict`;
  const body = isSmall ? matrix(document) : textTable(pairColumns, worst(pairs).slice(0, mostShown));
  const why = isSmall
    ? worst(pairs).flatMap(({ from, to, verdict, reason }) =>
        reason === undefined ? [] : [`${from} -> ${to}: ${verdict}: ${reason}\n`],
      )
    : [];
  const parts = [`${heading}\n${body}`, why.join(''), summaryText(document)];
  return parts.filter((part) => part !== '').join('\n');
}

/** A line a pair, with all figures. */
export function pairTable(document: VerifyOutput): string {
  return `${textTable([...pairColumns, ...widePairColumns], document.pairs)}\n${summaryText(document)}`;
}

/** Rows connect, columns are connected to. */
function matrix({ pairs, pods }: VerifyOutput): string {
  const cells = new Map(pairs.map((pair) => [`${pair.from} ${pair.to}`, cellText(pair)]));
  const destinations = pods.filter((name) => pairs.some(({ to }) => to === name));
  const sources = pods.filter((name) => pairs.some(({ from }) => from === name));
  const columns = destinations.map((to): Column<string> => ({
    heading: to,
    text: (from) => cells.get(`${from} ${to}`) ?? (from === to ? '' : '.'),
  }));
  return textTable([{ heading: 'FROM \\ TO', text: (from) => from }, ...columns], sources);
}

function cellText(pair: VerifiedPair): string {
  const loss = lossText(pair);
  return `${askedText(pair)} / ${measuredText(pair)}${loss === '' ? '' : `, ${loss}`} ${pair.verdict}`;
}

function askedText({ asked }: VerifiedPair): string {
  if (asked === undefined) return '?';
  return asked === 'never' ? 'never' : inMs(asked.median);
}

function measuredText({ measured }: VerifiedPair): string {
  if (measured === undefined) return '?';
  if (measured.added !== undefined) return inMs(measured.added);
  return measured.answered === 0 ? 'never' : '?';
}

/** Nothing where none is asked for and none was, or all was. */
function lossText({ asked, measured }: VerifiedPair): string {
  if (asked === undefined || asked === 'never' || measured === undefined) return '';
  const { answered, lost } = measured;
  if (answered === 0 || (asked.loss === '0%' && lost === 0)) return '';
  return `${asked.loss} / ${figure((100 * lost) / (answered + lost))}%`;
}

function inMs(duration: string): string {
  return figure(Duration.parse(duration).milliseconds);
}

const pairColumns: readonly Column<VerifiedPair>[] = [
  { heading: 'FROM', text: ({ from }) => from },
  { heading: 'TO', text: ({ to }) => to },
  { heading: 'ASKED', text: askedText, align: 'right' },
  { heading: 'MEASURED', text: measuredText, align: 'right' },
  { heading: 'LOSS', text: lossText },
  { heading: 'VERDICT', text: ({ verdict }) => verdict },
  { heading: 'WHY', text: ({ reason = '' }) => reason },
];

const widePairColumns: readonly Column<VerifiedPair>[] = [
  {
    heading: 'IDLE',
    text: ({ measured }) => (measured?.idle === undefined ? '' : inMs(measured.idle)),
    align: 'right',
  },
  { heading: 'ANSWERED', text: ({ measured }) => String(measured?.answered ?? ''), align: 'right' },
  { heading: 'LOST', text: ({ measured }) => String(measured?.lost ?? ''), align: 'right' },
  { heading: 'FAULTS', text: ({ faults }) => faults.join(',') },
];

/** The worse verdict first; of one verdict what is farthest from what is asked. */
function worst(pairs: readonly VerifiedPair[]): readonly VerifiedPair[] {
  const rank = ({ verdict }: VerifiedPair): number => -verdicts.indexOf(verdict);
  return pairs.toSorted((one, other) => rank(one) - rank(other) || farOff(other) - farOff(one));
}

function farOff({ asked, measured }: VerifiedPair): number {
  if (asked === undefined || asked === 'never' || measured?.added === undefined) return 0;
  return Math.abs(Duration.parse(measured.added).milliseconds - Duration.parse(asked.median).milliseconds);
}

function summaryText({ summary, pairs, possible, object }: VerifyOutput): string {
  const counts = Object.entries(summary).flatMap(([verdict, count]) =>
    count === 0 ? [] : [`${count} ${verdict}`],
  );
  const some = pairs.length < possible ? ` (a sample of ${possible})` : '';
  const phase = object === undefined ? '' : `${object.name} is ${object.phase}. `;
  return `${phase}${pairs.length} pairs${some}: ${counts.join(', ')}\n`;
}
