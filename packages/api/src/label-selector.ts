import * as z from 'zod';

/** How a requirement looks at a label's value. */
export const operators = ['In', 'NotIn', 'Exists', 'DoesNotExist'] as const;

/** One requirement of a selector, as in metav1.LabelSelectorRequirement. */
export interface LabelRequirement {
  readonly key: string;
  readonly operator: (typeof operators)[number];
  /** At least one for In and NotIn, none for the others. */
  readonly values?: readonly string[] | undefined;
}

/** Which objects are meant, by their labels; as in metav1.LabelSelector. An empty one means all. */
export interface LabelSelector {
  readonly matchLabels?: Readonly<Record<string, string>> | undefined;
  readonly matchExpressions?: readonly LabelRequirement[] | undefined;
}

type Labels = Readonly<Record<string, string>>;

/** True when all that the selector requires is so. As in Kubernetes, NotIn is true too where the label is missing. */
export function matches(
  { matchLabels = {}, matchExpressions = [] }: LabelSelector,
  labels: Labels = {},
): boolean {
  return (
    Object.entries(matchLabels).every(([key, value]) => valueOf(labels, key) === value) &&
    matchExpressions.every((requirement) => holds(requirement, valueOf(labels, requirement.key)))
  );
}

function holds({ operator, values = [] }: LabelRequirement, value: string | undefined): boolean {
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
  }
}

// A label may be called "constructor".
function valueOf(labels: Labels, key: string): string | undefined {
  return Object.hasOwn(labels, key) ? labels[key] : undefined;
}

/** What the definitions for the API server say, too: a bound is needed there for each list, for the cost of its rules. */
export const selectorLimits = { matchLabels: 64, matchExpressions: 16, values: 32 } as const;

/** A prefix that is a DNS name, then at most 63 characters. */
export const labelKeyPattern =
  '^([a-z0-9]([-a-z0-9.]*[a-z0-9])?/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$';
export const longestLabelKey = 317;
export const labelValuePattern = '^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$';
export const longestLabelValue = 63;

const key = z
  .string()
  .max(longestLabelKey)
  .regex(new RegExp(labelKeyPattern), 'must be the key of a label, as in podlag.io/side or app');

const value = z
  .string('must be a string: quote numbers, and true and false')
  .max(longestLabelValue, 'must be the value of a label, at most 63 characters')
  .regex(new RegExp(labelValuePattern), 'must be the value of a label, at most 63 characters');

const requirement = z
  .strictObject({
    key,
    operator: z.enum(operators),
    values: z.array(value).max(selectorLimits.values).optional(),
  })
  .refine(({ operator, values = [] }) => (operator === 'In' || operator === 'NotIn') === values.length > 0, {
    path: ['values'],
    message: 'In and NotIn take at least one value, Exists and DoesNotExist none',
  });

/** A selector as an object has it. */
export const labelSelector: z.ZodType<LabelSelector> = z.strictObject({
  matchLabels: z
    .record(z.string(), value)
    .refine((labels) => Object.keys(labels).length <= selectorLimits.matchLabels, {
      message: `must be at most ${selectorLimits.matchLabels}`,
    })
    .optional(),
  matchExpressions: z.array(requirement).max(selectorLimits.matchExpressions).optional(),
});
