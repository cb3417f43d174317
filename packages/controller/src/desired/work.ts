import type { PlannedFault } from '@podlag/core';
import type { Scene } from './fault-paths';
import type { TemplateBook } from './template-book';

/** What the objects of one computation are worked out against. */
export interface Work {
  readonly scene: Scene;
  readonly templates: TemplateBook;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** What all objects ask of each agent, by pod key; added to. */
  readonly plans: Map<string, PlannedFault[]>;
}
