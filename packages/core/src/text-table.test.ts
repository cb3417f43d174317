import { textTable, type Column } from './text-table';

interface Line {
  readonly name: string;
  readonly ms: number;
}

const columns: readonly Column<Line>[] = [
  { heading: 'NAME', text: ({ name }) => name },
  { heading: 'ms', align: 'right', text: ({ ms }) => ms.toFixed(1) },
  { heading: 'NOTE', text: ({ ms }) => (ms > 10 ? 'slow' : '') },
];

test('words stand to the left, numbers to the right, and no line ends in spaces', () => {
  const rows = [
    { name: 'pd-0', ms: 0.2 },
    { name: 'a-longer-one', ms: 120 },
  ];
  expect(textTable(columns, rows)).toBe(
    ['NAME             ms  NOTE', 'pd-0            0.2', 'a-longer-one  120.0  slow', ''].join('\n'),
  );
});

test('a table without rows is its headings', () => {
  expect(textTable(columns, [])).toBe('NAME  ms  NOTE\n');
});
