/** What is fixed about one kind of error. The detail, which names the value at fault, comes with each occurrence. */
export interface ErrorKind {
  /** HTTP status code that answers it (RFC 9110). */
  readonly status: number;
  /** One short sentence, the same for each occurrence (RFC 9457 `title`). */
  readonly title: string;
  /** What the reader can do next. */
  readonly hint: string;
}

/** What may differ from the table in one occurrence. */
export interface Occurrence {
  /** Replaces the table's hint where this occurrence has a better one. */
  readonly hint?: string;
  /** The field of a document or the name of a setting that is at fault. */
  readonly field?: string;
  readonly cause?: unknown;
}

/** The body of an HTTP answer that is an error, as RFC 9457 `application/problem+json` with podlag's `code` and `hint`. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: string;
  readonly hint: string;
  readonly field?: string;
}

/** Control characters but tab and newline, and those that turn the order of letters around. */
const commands = /[^\P{Cc}\t\n]|\p{Bidi_Control}/gu;

/** An error that a user meets. Match on `code`, which is stable; never on the message. */
export class PodlagError extends Error {
  override readonly name = 'PodlagError';
  readonly hint: string;
  readonly field: string | undefined;

  constructor(
    readonly code: string,
    readonly kind: ErrorKind,
    readonly detail: string,
    occurrence: Occurrence = {},
  ) {
    super(detail, occurrence.cause === undefined ? undefined : { cause: occurrence.cause });
    this.hint = occurrence.hint ?? kind.hint;
    this.field = occurrence.field;
  }

  toProblem(): Problem {
    return {
      type: `urn:podlag:error:${this.code}`,
      title: this.kind.title,
      status: this.kind.status,
      detail: this.detail,
      code: this.code,
      hint: this.hint,
      ...(this.field === undefined ? {} : { field: this.field }),
    };
  }

  /** For a terminal: what is wrong, then what to do. Nothing in it that a terminal would obey: values come from files and networks. */
  toText(): string {
    return `${this.detail}\n  hint: ${this.hint}`.replace(commands, ' ');
  }
}

/** A package's whole list of errors, and the one way to make them. */
export interface ErrorTable<Code extends string> {
  readonly kinds: Readonly<Record<Code, ErrorKind>>;
  error(code: Code, detail: string, occurrence?: Occurrence): PodlagError;
}

export function errorTable<Code extends string>(kinds: Readonly<Record<Code, ErrorKind>>): ErrorTable<Code> {
  return {
    kinds,
    error: (code, detail, occurrence) => new PodlagError(code, kinds[code], detail, occurrence),
  };
}

/** True when `error` is podlag's own and carries `code` (any code when left out). */
export function isPodlagError(error: unknown, code?: string): error is PodlagError {
  return error instanceof PodlagError && (code === undefined || error.code === code);
}
