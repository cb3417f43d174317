import { oneLine, type Block, type TableBlock } from './block';

/** For a pull request: GitHub Flavored Markdown, in which nothing of what is shown is taken for markup. */
export function blocksMarkdown(blocks: readonly Block[]): string {
  return blocks.map(blockMarkdown).join('\n');
}

function blockMarkdown(block: Block): string {
  switch (block.kind) {
    case 'title':
      return `### ${plainText(block.text)}\n`;
    case 'paragraph':
      return `${plainLine(block.text)}\n`;
    case 'list':
      return block.items.map((item) => `- ${plainLine(item)}\n`).join('');
    case 'table':
      return tableMarkdown(block);
  }
}

function tableMarkdown({ columns, rows }: TableBlock): string {
  const lines = [
    columns.map(({ heading }) => plainText(heading)),
    columns.map(({ align }) => (align === 'right' ? '--:' : '---')),
    ...rows.map((cells) => cells.map(plainText)),
  ];
  return lines.map((cells) => `| ${cells.join(' | ')} |\n`).join('');
}

/** Within a word `_` marks nothing (CommonMark 6.2). */
const markup = /[\\`*[\]<>|~$&@#]|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu;
/** At the start of a line they would make a list or a heading. */
const leadingMarker = /^(?:[-+=]+|\d+[.)])(?=\s|$)/;

/** Text that is read as it is: a backslash before ASCII punctuation makes it a plain character (CommonMark 2.4). */
export function plainText(text: string): string {
  return oneLine(text).replace(markup, plainCharacter);
}

/** The same at the start of a line. */
export function plainLine(text: string): string {
  return plainText(text).replace(leadingMarker, (marker) => `${marker.slice(0, -1)}\\${marker.slice(-1)}`);
}

function plainCharacter(character: string): string {
  if (character === '&') return '&amp;';
  // GitHub calls people and links issues after it has taken the backslashes away: a space of no width stops it.
  if (character === '@' || character === '#') return `${character}&#8203;`;
  return `\\${character}`;
}
