import type { XmlElement } from '../xml';

const character = String.raw`[\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]`;
const declaration = '<?xml version="1.0" encoding="UTF-8"?>\n';
const startTag = /^<([A-Za-z][\w.-]*)((?: [A-Za-z][\w.-]*="[^"<]*")*)(\/?)>/;
const attribute = / ([A-Za-z][\w.-]*)="([^"<]*)"/g;
const named: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/**
 * The part of XML 1.0 that `xmlDocument` may write, for tests: an element holds elements or text; white space between
 * elements counts for nothing. Throws for anything that is not well-formed.
 */
export function readXml(text: string): XmlElement {
  if (!new RegExp(`^${character}*$`, 'u').test(text)) throw new Error('a character that XML cannot hold');
  if (!text.startsWith(declaration)) throw new Error('no XML declaration');
  const { element, rest } = readElement(text.slice(declaration.length));
  if (rest.trim() !== '') throw new Error(`behind the root: ${rest}`);
  return element;
}

interface Read {
  readonly element: XmlElement;
  readonly rest: string;
}

function readElement(text: string): Read {
  const [whole, name = '', pairs = '', isEmpty] = startTag.exec(text) ?? [];
  if (whole === undefined) throw new Error(`no start tag: ${text.slice(0, 60)}`);
  const found = [...pairs.matchAll(attribute)].map(
    ([, key = '', value = '']) => [key, decoded(value)] as const,
  );
  const attributes = Object.fromEntries(found);
  if (Object.keys(attributes).length !== found.length) throw new Error('an attribute comes twice');
  const rest = text.slice(whole.length);
  if (isEmpty === '/') return { element: { name, attributes, children: [] }, rest };
  return readContent({ name, attributes }, rest);
}

function readContent(start: Pick<XmlElement, 'name' | 'attributes'>, text: string): Read {
  const endTag = `</${start.name}>`;
  const children: XmlElement[] = [];
  let rest = text;
  while (!rest.trimStart().startsWith('</') && rest.trimStart().startsWith('<')) {
    const child = readElement(rest.trimStart());
    children.push(child.element);
    rest = child.rest;
  }
  const end = rest.indexOf('<');
  const said = rest.slice(0, end);
  if (!rest.startsWith(endTag, end)) throw new Error(`${start.name} is not closed: ${rest.slice(0, 60)}`);
  if (children.length > 0 && said.trim() !== '') throw new Error(`text among elements: ${said}`);
  const content = children.length > 0 || said === '' ? {} : { text: decoded(said) };
  return { element: { ...start, ...content, children }, rest: rest.slice(end + endTag.length) };
}

/** As a parser does it: line ends become one newline, and in attributes white space a space; what a reference says stays. */
function decoded(text: string): string {
  return text.replace(/\r\n?/g, '\n').replace(/&([^;&]*);|&|>/g, (whole, name: string | undefined) => {
    const said = name?.startsWith('#') ? String.fromCodePoint(Number(name.slice(1))) : named[name ?? ''];
    if (said === undefined) throw new Error(`not a reference: ${whole}`);
    return said;
  });
}
