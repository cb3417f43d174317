/**
 * Stand-ins for texts that only the pod decides: an expression of CEL between two marks, which passes through code that
 * moves strings about and is recognised when the result is printed (see celLiteral).
 */
export class Blanks {
  /** Occurs nowhere in the document. */
  readonly mark: string;

  constructor(document: unknown) {
    const text = JSON.stringify(document);
    // Of the private use area: it means nothing to anybody, and JSON does not escape it.
    let mark = '\ue000';
    while (text.includes(mark)) mark += '\ue000';
    this.mark = mark;
  }

  /** `expression` has to be without quotes and backslashes, since it may end up in a string of JSON. */
  for(expression: string): string {
    return `${this.mark}${expression}${this.mark}`;
  }
}
