import { textTable, type Column } from '@podlag/core';

/** A part of what is shown; the same for a terminal and for a pull request. */
export type Block =
  | { readonly kind: 'title'; readonly text: string }
  | { readonly kind: 'paragraph'; readonly text: string }
  | { readonly kind: 'list'; readonly items: readonly string[] }
  | TableBlock;

export interface TableBlock {
  readonly kind: 'table';
  readonly columns: readonly Column<readonly string[]>[];
  readonly rows: readonly (readonly string[])[];
}

/** What a table shows, once what is the same in all its rows is said once. */
export interface FactoredTable {
  /** `in all rows: path pod, placement other-node`; undefined where nothing is. */
  readonly constants: string | undefined;
  readonly table: TableBlock;
}

/**
 * @param keys say what a row is about: one that is the same in all rows is said once, above
 * @param figures always stand in the table
 */
export function factoredTable<Row>(
  keys: readonly Column<Row>[],
  figures: readonly Column<Row>[],
  rows: readonly Row[],
): FactoredTable {
  const texts = keys.map((column) => ({ column, said: new Set(rows.map((row) => column.text(row))) }));
  const same = texts.flatMap(({ column, said: [text = '', ...others] }) =>
    others.length === 0 && text !== '' ? [`${column.heading.toLowerCase()} ${text}`] : [],
  );
  const differing = texts.filter(({ said }) => said.size > 1 || rows.length === 0);
  return {
    constants: same.length === 0 ? undefined : `in all rows: ${same.join(', ')}`,
    table: tableBlock([...differing.map(({ column }) => column), ...figures], rows),
  };
}

/** A table with its cells printed. */
export function tableBlock<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): TableBlock {
  return {
    kind: 'table',
    columns: columns.map(({ heading, align = 'left' }, index) => ({
      ...{ heading, align },
      text: (cells: readonly string[]) => cells[index] ?? '',
    })),
    rows: rows.map((row) => columns.map(({ text }) => text(row))),
  };
}

/** The constants, if there are any, and the table. */
export function factoredBlocks({ constants, table }: FactoredTable): readonly Block[] {
  return constants === undefined ? [table] : [{ kind: 'paragraph', text: constants }, table];
}

/** For a terminal: blocks with an empty line between them. */
export function blocksText(blocks: readonly Block[]): string {
  return blocks.map(blockText).join('\n');
}

function blockText(block: Block): string {
  switch (block.kind) {
    case 'title':
    case 'paragraph':
      return `${oneLine(block.text)}\n`;
    case 'list':
      return block.items.map((item) => `${oneLine(item)}\n`).join('');
    case 'table':
      return textTable(
        block.columns,
        block.rows.map((cells) => cells.map(oneLine)),
      );
  }
}

const longestLine = 300;

/** A tool's own words may hold anything: nothing that a terminal would obey, and no more than a reader needs. */
export function oneLine(text: string): string {
  const line = text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]+/gu, ' ').trim();
  return line.length > longestLine ? `${line.slice(0, longestLine)}...` : line;
}
