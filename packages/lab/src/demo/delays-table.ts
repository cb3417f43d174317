import { textTable, type Column } from '@podlag/core';
import type { Verdict } from './verdict';

/** Two decimals: a hundredth of a millisecond is still well above what the measurement can tell. */
const milliseconds = (value: number | undefined): string => value?.toFixed(2) ?? 'no reply';

/** Rounded first, so that a hair below zero is no "-0.00". */
function signed(value: number | undefined): string {
  if (value === undefined) return '';
  const text = value.toFixed(2);
  return /^-?0\.00$/.test(text) ? '0.00' : `${value < 0 ? '' : '+'}${text}`;
}

function judged({ holds, askedMs, tries }: Verdict): string {
  if (!holds) return 'OFF';
  return `ok${askedMs === 0 ? ', left alone' : ''}${tries > 1 ? `, at try ${tries}` : ''}`;
}

/** Asked against measured, in milliseconds. */
export function delaysTable(verdicts: readonly Verdict[], pings: number): string {
  const columns: readonly Column<Verdict>[] = [
    { heading: 'POD', text: ({ pod }) => pod },
    {
      heading: 'ASKED ms',
      text: ({ askedMs }) => (askedMs === 0 ? '-' : milliseconds(askedMs)),
      align: 'right',
    },
    {
      heading: `PING ms (median of ${pings})`,
      text: ({ measuredMs }) => milliseconds(measuredMs),
      align: 'right',
    },
    { heading: 'IDLE ms', text: ({ idleMs }) => milliseconds(idleMs), align: 'right' },
    { heading: 'OFF BY ms', text: ({ offByMs }) => signed(offByMs), align: 'right' },
    { heading: 'VERDICT', text: judged },
  ];
  return textTable(columns, verdicts);
}
