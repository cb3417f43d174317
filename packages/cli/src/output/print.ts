import { textTable, type Column } from '@podlag/core';
import { dump } from 'js-yaml';
import type { CommandContext } from '../frame/command-context';

/** As kubectl's -o. */
export const outputFormats = ['table', 'wide', 'json', 'yaml', 'name'] as const;
export type OutputFormat = (typeof outputFormats)[number];

/** One answer in all its forms. */
export interface Printable<Row> {
  /** What -o json and yaml print: of the command's schema. */
  readonly document: unknown;
  readonly rows: readonly Row[];
  readonly columns: readonly Column<Row>[];
  /** Further columns of -o wide. */
  readonly wide?: readonly Column<Row>[];
  /** What -o name prints of a row; absent: its first column. */
  readonly name?: (row: Row) => string;
  /** Said on stderr in place of a table without rows. Default `There is nothing.` */
  readonly none?: string;
}

/** Prints to stdout in the form that -o asks for. */
export function print<Row>(
  { stdout, stderr }: Pick<CommandContext, 'stdout' | 'stderr'>,
  format: OutputFormat | undefined,
  printable: Printable<Row>,
): void {
  const { rows, none = 'There is nothing.' } = printable;
  const isTable = format === undefined || format === 'table' || format === 'wide';
  if (isTable && rows.length === 0) stderr(`${none}\n`);
  else stdout(textOf(format ?? 'table', printable));
}

function textOf<Row>(format: OutputFormat, { document, rows, columns, ...more }: Printable<Row>): string {
  const { wide = [], name = columns[0]?.text ?? String } = more;
  switch (format) {
    case 'json':
      return `${JSON.stringify(document, undefined, 2)}\n`;
    case 'yaml':
      return yamlOf(document);
    case 'name':
      return rows.map((row) => `${name(row)}\n`).join('');
    case 'wide':
      return textTable([...columns, ...wide], rows);
    case 'table':
      return textTable(columns, rows);
  }
}

/** One document as YAML, by value: no anchors, no folded lines. */
export function yamlOf(document: unknown): string {
  return dump(JSON.parse(JSON.stringify(document)), { lineWidth: -1, noRefs: true });
}
