/** Whether an object with these labels is meant. */
export type LabelMatch = (labels: Readonly<Record<string, string>>) => boolean;

/** Key, operator and values of one requirement. */
type Shape = readonly [pattern: RegExp, match: (key: string, values: string) => LabelMatch];

const shapes: readonly Shape[] = [
  [/^(?<key>[\w./-]+)$/, (key) => (labels) => key in labels],
  [/^!\s*(?<key>[\w./-]+)$/, (key) => (labels) => !(key in labels)],
  [/^(?<key>[\w./-]+)\s*==?\s*(?<values>[\w.-]*)$/, (key, value) => (labels) => labels[key] === value],
  [/^(?<key>[\w./-]+)\s*!=\s*(?<values>[\w.-]*)$/, (key, value) => (labels) => labels[key] !== value],
  [
    /^(?<key>[\w./-]+)\s+in\s*\((?<values>[^()]*)\)$/,
    (key, values) => (labels) => key in labels && among(values, labels[key]),
  ],
  [
    /^(?<key>[\w./-]+)\s+notin\s*\((?<values>[^()]*)\)$/,
    (key, values) => (labels) => !(key in labels && among(values, labels[key])),
  ],
];

/**
 * Reads a label selector as the API server does: requirements with commas between, all of which are to hold. What is not
 * there is different from any value. Undefined where it is none.
 */
export function labelMatch(selector: string): LabelMatch | undefined {
  if (selector.trim() === '') return () => true;
  // A comma within parentheses is one between values.
  const matches = selector.split(/,(?![^(]*\))/).map((requirement) => requirementMatch(requirement.trim()));
  if (matches.includes(undefined)) return undefined;
  return (labels) => matches.every((match) => match?.(labels));
}

function requirementMatch(text: string): LabelMatch | undefined {
  for (const [pattern, match] of shapes) {
    const { key, values = '' } = pattern.exec(text)?.groups ?? {};
    if (key !== undefined) return match(key, values);
  }
  return undefined;
}

function among(values: string, value: string | undefined): boolean {
  return values.split(',').some((one) => one.trim() === value);
}
