/** An element of an XML document. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string | number>>;
  readonly children?: readonly XmlElement[];
  /** In place of children. */
  readonly text?: string;
}

/** An XML 1.0 document in UTF-8, indented. */
export function xmlDocument(root: XmlElement): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${element(root, '')}`;
}

function element({ name, attributes, children = [], text }: XmlElement, indent: string): string {
  const pairs = Object.entries(attributes).map(([key, value]) => ` ${key}="${escaped(String(value))}"`);
  const start = `${indent}<${name}${pairs.join('')}`;
  if (text !== undefined) return `${start}>${escaped(text)}</${name}>\n`;
  if (children.length === 0) return `${start}/>\n`;
  return `${start}>\n${children.map((child) => element(child, `${indent}  `)).join('')}${indent}</${name}>\n`;
}

/** A tool's output may hold what XML cannot say in any way (XML 1.0, production 2): U+FFFD stands for it. */
const notInXml = /[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu;

const references: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  // As themselves, a parser would turn them into spaces in attributes, and \r into \n everywhere.
  '\t': '&#9;',
  '\n': '&#10;',
  '\r': '&#13;',
};

function escaped(text: string): string {
  return text
    .replace(notInXml, '\u{fffd}')
    .replace(/[&<>"\t\n\r]/g, (character) => references[character] ?? '');
}
