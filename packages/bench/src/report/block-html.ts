import type { Block, TableBlock } from '../views/block';
import { badgeOrText } from './badge';
import { markup, type Markup } from './markup';

/** What the other views print, as HTML. @param label of the tables, for those who cannot see where they stand */
export function blocksHtml(blocks: readonly Block[], label: string): readonly Markup[] {
  return blocks.map((block) => {
    switch (block.kind) {
      case 'title':
        return markup`<h3>${block.text}</h3>`;
      case 'paragraph':
        return markup`<p>${block.text}</p>`;
      case 'list':
        return markup`<ul>${block.items.map((item) => markup`<li>${item}</li>`)}</ul>`;
      case 'table':
        return tableHtml(block, label);
    }
  });
}

/** Rows and cells end where the next begins (HTML, 13.1.2.4): a report of a thousand samples is a third smaller for it. In a frame that scrolls by itself: the page never does so sideways. With the keyboard too, hence the tabindex. */
export function tableHtml({ columns, rows }: TableBlock, label: string): Markup {
  const heads = columns.map(
    ({ heading, align }) => markup`<th scope="col"${alignment(align)}>${heading}</th>`,
  );
  const body = rows.map(
    (cells) =>
      markup`<tr>${cells.map((cell, index) => {
        const { heading, align } = columns[index] ?? {};
        const shown = heading === 'VERDICT' ? badgeOrText(cell) : cell;
        return markup`<td${align === 'right' ? alignment(align) : prose(cell)}>${shown}`;
      })}`,
  );
  return markup`<div class="scroll" tabindex="0" role="region" aria-label="${label}"><table><thead><tr>${heads}</tr></thead><tbody>${body}</tbody></table></div>`;
}

function alignment(align: 'left' | 'right' | undefined): Markup | undefined {
  return align === 'right' ? markup` class=n` : undefined;
}

/** Names stay in one line, sentences have several. */
const longestName = 30;

function prose(text: string): Markup | undefined {
  return text.length > longestName ? markup` class=w` : undefined;
}
