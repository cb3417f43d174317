import { EVENT_ID, getScalarValue, parseEvents, type Event, type ScalarEvent } from 'js-yaml';
import type { Path } from './field-path';

/** A collection that is being read, and where in it we are. */
interface Open {
  readonly kind: 'document' | 'mapping' | 'sequence';
  readonly path: Path;
  /** The key whose value comes next; undefined when a key comes next. */
  key: string | undefined;
  index: number;
}

/** Finds the lines of a YAML document's fields, so that an error about a value can name the place. */
export class YamlPositions {
  private readonly offsets = new Map<string, number>();

  /** @throws YAMLException when `text` is not YAML */
  constructor(private readonly text: string) {
    const open: Open[] = [];
    for (const event of parseEvents(text, {})) this.read(event, open);
  }

  /** The line, from 1, of the field at `path`, or of the nearest thing around it that is there. */
  lineOf(path: Path): number {
    for (let length = path.length; length > 0; length--) {
      const offset = this.offsets.get(keyOf(path.slice(0, length)));
      if (offset !== undefined) return this.text.slice(0, offset).split('\n').length;
    }
    return 1;
  }

  private read(event: Event, open: Open[]): void {
    const parent = open.at(-1);
    switch (event.type) {
      case EVENT_ID.POP:
        open.pop();
        return;
      case EVENT_ID.DOCUMENT:
        open.push({ kind: 'document', path: [], key: undefined, index: 0 });
        return;
      case EVENT_ID.MAPPING:
      case EVENT_ID.SEQUENCE: {
        const kind = event.type === EVENT_ID.MAPPING ? 'mapping' : 'sequence';
        open.push({ kind, path: this.place(parent, event.start), key: undefined, index: 0 });
        return;
      }
      case EVENT_ID.SCALAR:
        this.readScalar(event, parent);
        return;
      case EVENT_ID.ALIAS:
        this.place(parent, event.anchorStart);
    }
  }

  private readScalar(event: ScalarEvent, parent: Open | undefined): void {
    if (parent?.kind !== 'mapping' || parent.key !== undefined) {
      this.place(parent, event.valueStart);
      return;
    }
    parent.key = getScalarValue(this.text, event);
    // A field is found by its key, which is there even when the value is empty or on the next line.
    this.note([...parent.path, parent.key], event.valueStart);
  }

  /** Notes where the next value of `parent` stands, moves on in it, and tells that value's path. */
  private place(parent: Open | undefined, offset: number): Path {
    if (parent === undefined || parent.kind === 'document') return [];
    const path = [...parent.path, parent.kind === 'sequence' ? parent.index : (parent.key ?? '')];
    this.note(path, offset);
    parent.index++;
    parent.key = undefined;
    return path;
  }

  /** The first place counts; an empty scalar has none (-1). */
  private note(path: Path, offset: number): void {
    const name = keyOf(path);
    if (offset >= 0 && !this.offsets.has(name)) this.offsets.set(name, offset);
  }
}

function keyOf(path: Path): string {
  return JSON.stringify(path.map(String));
}
