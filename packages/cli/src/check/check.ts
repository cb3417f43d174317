import type { CheckGroup } from '../output/check-output';
import type { Verdict } from './verdict';

/** One thing that `podlag check` looks at. */
export interface Check<Evidence> {
  /** Stable, in kebab case. docs/check.md has each. */
  readonly name: string;
  readonly group: CheckGroup;
  /** Pure. No verdict at all where there is nothing to look at. */
  readonly judge: (evidence: Evidence) => readonly Verdict[];
}
