/** HTML or SVG that is whole and safe: made by `markup` alone, so that no text of a tool is ever taken for a tag. */
export class Markup {
  constructor(readonly text: string) {}
}

/** What may stand in markup: text is escaped, markup is not, nothing stands for nothing. */
export type Content = Markup | string | number | undefined | readonly Content[];

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** What a page must not hold, in any spelling: control characters but tab and newline, and halves of characters. */
const forbidden = /(?![\t\n])\p{Cc}|\p{Cs}/gu;
/** They turn the reading order of what follows. */
const turning = /[\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** A template whose contents are escaped, both for text and for quoted attributes. */
export function markup(parts: TemplateStringsArray, ...contents: readonly Content[]): Markup {
  return new Markup(parts.map((part, index) => part + printed(contents[index])).join(''));
}

function printed(content: Content): string {
  if (content === undefined) return '';
  if (content instanceof Markup) return content.text;
  if (typeof content === 'number') return String(content);
  if (typeof content === 'string') return escaped(content);
  return content.map(printed).join('');
}

function escaped(text: string): string {
  return text
    .replace(forbidden, '\ufffd')
    .replace(turning, '')
    .replace(/[&<>"']/g, (character) => entities[character] ?? '');
}
