import { createHash } from 'node:crypto';
import { cellKey } from './cell-key';
import type { PlacedRound } from './placed-rounds';
import type { Cell, Trial } from './trial';

/** A round before it has its place in the run. */
export interface PlannedRound {
  readonly purpose: Trial['purpose'];
  readonly block: number;
  /** Which time these cells are measured for this purpose, from 0. */
  readonly time: number;
  readonly cells: readonly Cell[];
}

/** What is measured at once when a use and a condition meet the pairs of a round. */
export function cellsOf(
  { path, placement, pairs }: PlacedRound,
  use: string,
  condition: string,
): readonly Cell[] {
  return pairs.map(([client, server]) => ({
    use,
    path,
    placement,
    condition,
    client: client.name,
    server: server.name,
  }));
}

/** @param round within the whole run, from 0 */
export function trialsOf({ purpose, block, time, cells }: PlannedRound, round: number): readonly Trial[] {
  return cells.map((cell) => ({ ...cell, id: `${purpose}-${time}-${digest(cell)}`, purpose, block, round }));
}

/** Of the cell itself and not of its number, so that a run is resumed rightly by a podlag that counts in another order. */
function digest(cell: Cell): string {
  return createHash('sha256').update(cellKey(cell)).digest('hex').slice(0, 16);
}
