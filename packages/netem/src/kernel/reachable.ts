import type { StandingFilter, StandingTable } from './standing-filters';

/** The tables that some packet can come to, from the filters of the prefs on. */
export function reachable(
  roots: Iterable<StandingFilter>,
  tables: ReadonlyMap<number, StandingTable>,
): ReadonlySet<number> {
  const reached = new Set<number>();
  const visit = ({ u32: { link } }: StandingFilter): void => {
    if (link === undefined || reached.has(link)) return;
    const table = tables.get(link);
    if (!table) return;
    reached.add(link);
    table.leading.forEach(visit);
  };
  for (const one of roots) visit(one);
  return reached;
}

/** A table can go only when nothing leads to it; its filters go with it. */
export function parentsFirst(tables: readonly StandingTable[]): readonly number[] {
  const byId = new Map(tables.map((table) => [table.id, table]));
  const done: number[] = [];
  const seen = new Set<number>();
  const visit = (id: number): void => {
    const table = byId.get(id);
    if (!table || seen.has(id)) return;
    seen.add(id);
    for (const { u32 } of table.leading) if (u32.link !== undefined) visit(u32.link);
    done.push(id);
  };
  for (const { id } of tables) visit(id);
  return done.reverse();
}
