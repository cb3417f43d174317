import { changedRules } from '../tree/changed-rules';
import { everybodyEntry, type Entry, type Layout, type LinkedTable } from './layout';
import { entryKey, type StandingFilter, type StandingFilters } from './standing-filters';

/** What has to be looked at to get from the filters that stand to those of a layout. */
export interface LayoutChange {
  readonly exemptions: readonly Entry[];
  readonly tables: readonly LinkedTable[];
  readonly ladder: readonly Entry[];
  /** What stands and is not asked for any more; `asked` are the keys of what is. */
  gone(standing: StandingFilters, asked: ReadonlySet<string>): Iterable<StandingFilter>;
}

/**
 * From `before`, which stands as far as it is not asked for otherwise, to `after`: only where they differ. Without
 * `before` nothing is taken for granted, and all that stands is looked at.
 */
export function layoutChange(before: Layout | undefined, after: Layout): LayoutChange {
  if (before?.way !== after.way) {
    const { exemptions, tables, ladder } = after;
    const gone: LayoutChange['gone'] = (standing, asked) => standing.except(asked);
    return { exemptions, tables: [...tables.values()], ladder, gone };
  }
  const { asked, gone } = changedRules(before.rules, after.rules);
  const sameEverybody = before.rules.everybody === after.rules.everybody;
  const sameExemptions = before.exemptions === after.exemptions;
  const doomed = [
    ...(sameExemptions ? [] : before.exemptions),
    ...missingFrom(after, before).map(({ link }) => link),
    ...gone.map((rule) => before.entryOf(rule)),
    ...(sameEverybody ? [] : everybodyEntry(before.rules.everybody)),
  ];
  return {
    exemptions: sameExemptions ? [] : after.exemptions,
    tables: missingFrom(before, after),
    ladder: [
      ...asked.map((rule) => after.entryOf(rule)),
      ...(sameEverybody ? [] : everybodyEntry(after.rules.everybody)),
    ],
    gone: (standing, kept) => standingAmong(doomed, standing, kept),
  };
}

/** The tables of `whole` that `part` has not. */
function missingFrom(part: Layout, whole: Layout): readonly LinkedTable[] {
  if (part.tables === whole.tables) return [];
  return [...whole.tables.values()].filter(({ table }) => !part.tables.has(table));
}

function standingAmong(
  entries: readonly Entry[],
  standing: StandingFilters,
  kept: ReadonlySet<string>,
): readonly StandingFilter[] {
  const keys = new Set(entries.map(({ place, identity }) => entryKey(place.pref, place.table, identity)));
  return [...keys].flatMap((key) => (kept.has(key) ? [] : (standing.at(key) ?? [])));
}
