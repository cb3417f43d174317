import { labErrors } from './lab-errors';

type Mapping = Readonly<Record<string, unknown>>;

/** A place in a document that came from outside. Every wrong type is an error that names the place. */
export class Field {
  private constructor(
    readonly value: unknown,
    private readonly document: string,
    private readonly path: string,
  ) {}

  /** `document` is what the errors call it, as in `Pod basic-pd-0`. */
  static of(value: unknown, document: string): Field {
    return new Field(value, document, '');
  }

  at(key: string): Field {
    return this.inner(this.mapping()[key], this.path === '' ? key : `${this.path}.${key}`);
  }

  get isAbsent(): boolean {
    return this.value === undefined || this.value === null;
  }

  mapping(): Mapping {
    const { value } = this;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw this.wrong('a mapping');
    return value as Mapping;
  }

  /** Strings by name; none when absent. */
  strings(): Readonly<Record<string, string>> {
    if (this.isAbsent) return {};
    return Object.fromEntries(Object.keys(this.mapping()).map((key) => [key, this.at(key).string()]));
  }

  list(): readonly Field[] {
    if (!Array.isArray(this.value)) throw this.wrong('a list');
    return this.value.map((item, index) => this.inner(item, `${this.path}[${index}]`));
  }

  /** The items; none when absent. */
  optionalList(): readonly Field[] {
    return this.isAbsent ? [] : this.list();
  }

  string(): string {
    if (typeof this.value !== 'string') throw this.wrong('a string');
    return this.value;
  }

  optionalString(): string | undefined {
    return this.isAbsent ? undefined : this.string();
  }

  /** A whole number that is not negative, or `absent` where there is none. */
  count(absent: number): number {
    if (this.isAbsent) return absent;
    const { value } = this;
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0)
      throw this.wrong('a whole number');
    return value;
  }

  private inner(value: unknown, path: string): Field {
    return new Field(value, this.document, path);
  }

  private wrong(expected: string): Error {
    const place = [this.document, this.path].filter((part) => part !== '').join(': ');
    return labErrors.error('invalid-manifest', `${place} must be ${expected}`);
  }
}
