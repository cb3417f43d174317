/** A column of `kubectl get`. */
export interface PrinterColumn {
  readonly name: string;
  readonly type: 'string' | 'date';
  readonly jsonPath: string;
  readonly description?: string;
  /** Above 0: with `-o wide` only. */
  readonly priority?: number;
}

type ColumnName = 'What' | 'Summary' | 'Phase' | 'Ready' | 'Position' | 'Skew' | 'Age';

const known: Readonly<Record<ColumnName, Omit<PrinterColumn, 'name'>>> = {
  What: { type: 'string', jsonPath: '.status.summary', description: 'What it does, in a few words.' },
  Summary: { type: 'string', jsonPath: '.status.summary', description: 'What it does, in a few words.' },
  Phase: { type: 'string', jsonPath: '.status.phase', description: 'Where it stands.' },
  Ready: {
    type: 'string',
    jsonPath: '.status.ready',
    description: 'Pods in which it is in force, of those that it selects.',
  },
  Position: { type: 'string', jsonPath: '.status.position', description: 'How far it had come when paused.' },
  Skew: {
    ...{ type: 'string', jsonPath: '.status.skew', priority: 1 },
    description: "The most that the clock of an agent may be off the controller's.",
  },
  Age: { type: 'date', jsonPath: '.metadata.creationTimestamp' },
};

/** The columns of a kind, in this order. */
export function columns(...names: readonly ColumnName[]): readonly PrinterColumn[] {
  return names.map((name) => ({ name, ...known[name] }));
}
