/** What a strict reader of OpenMetrics 1.0 makes of a text, for tests: families by name. */
export function readOpenMetrics(text: string): ReadonlyMap<string, ReadFamily> {
  const lines = text.split('\n');
  if (lines.pop() !== '' || lines.pop() !== '# EOF') throw new Error('it does not end in # EOF');
  const families = new Map<string, ReadFamily>();
  for (const line of lines) {
    if (line.startsWith('#')) readComment(families, line);
    else readPoint(families, line);
  }
  return families;
}

export interface ReadFamily {
  readonly type: string;
  readonly unit: string | undefined;
  readonly help: string | undefined;
  readonly points: readonly ReadPoint[];
}

export interface ReadPoint {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const comment = /^# (TYPE|UNIT|HELP) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.*)$/;
const point = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/;
const label = /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\["\\n])*)"(,|$)/;
const types = ['gauge', 'info', 'summary'];
/** Behind the family's name, by its type. */
const suffixes: Readonly<Record<string, string>> = { gauge: '', info: '_info', summary: '' };

function readComment(families: Map<string, ReadFamily>, line: string): void {
  const [, kind, name = '', said = ''] = comment.exec(line) ?? [];
  if (kind === 'TYPE') families.set(name, newFamily(families, name, said));
  else families.set(name, described(familyWithoutPoints(families, name), `${kind ?? ''} ${name} ${said}`));
}

function newFamily(families: ReadonlyMap<string, ReadFamily>, name: string, type: string): ReadFamily {
  if (families.has(name) || !types.includes(type)) throw new Error(`twice, or of no type: ${name}`);
  return { type, unit: undefined, help: undefined, points: [] };
}

/** Metadata stand before the samples, family by family. */
function familyWithoutPoints(families: ReadonlyMap<string, ReadFamily>, name: string): ReadFamily {
  const family = families.get(name);
  if (family?.points.length !== 0 || lastOf(families) !== name) throw new Error(`out of its place: ${name}`);
  return family;
}

function described(family: ReadFamily, metadata: string): ReadFamily {
  const [kind, name = '', ...words] = metadata.split(' ');
  const said = words.join(' ');
  if (kind === 'UNIT' && name.endsWith(`_${said}`)) return { ...family, unit: said };
  if (kind === 'HELP') return { ...family, help: unescaped(said) };
  throw new Error(`not a line of metadata: ${metadata}`);
}

function readPoint(families: Map<string, ReadFamily>, line: string): void {
  const [, name = '', labelText, number = ''] = point.exec(line) ?? [];
  const of = lastOf(families);
  const family = families.get(of);
  if (family === undefined || name !== `${of}${suffixes[family.type] ?? ''}`) {
    throw new Error(`a sample of no family, or of another: ${line}`);
  }
  const labels = labelsOf(labelText);
  const same = JSON.stringify(Object.entries(labels).toSorted());
  if (family.points.some((other) => JSON.stringify(Object.entries(other.labels).toSorted()) === same)) {
    throw new Error(`the same labels twice: ${line}`);
  }
  if (!/^[-+]?\d+(\.\d+)?(e[-+]?\d+)?$/.test(number)) throw new Error(`not a number: ${line}`);
  families.set(of, { ...family, points: [...family.points, { name, labels, value: Number(number) }] });
}

/** Map keeps the order of first insertion, so that the last family is the one whose lines are read. */
function lastOf(families: ReadonlyMap<string, ReadFamily>): string {
  return [...families.keys()].at(-1) ?? '';
}

function labelsOf(text = ''): Readonly<Record<string, string>> {
  const labels: Record<string, string> = {};
  let rest = text;
  while (rest !== '') {
    const [whole, name = '', value = ''] = label.exec(rest) ?? [];
    if (whole === undefined || name in labels) throw new Error(`not a label, or twice: ${rest}`);
    labels[name] = unescaped(value);
    rest = rest.slice(whole.length);
  }
  return labels;
}

function unescaped(text: string): string {
  return text.replace(/\\(.)/g, (_, character: string) => (character === 'n' ? '\n' : character));
}
