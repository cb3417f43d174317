import { parseFault } from '@podlag/core';
import {
  addresses,
  clear,
  driverNames,
  faultsFor,
  makeDriver,
  median,
  say,
  timedMs,
  treeOn,
  type DriverName,
  type Wire,
} from './bed';

export interface ApplyRow {
  readonly driver: DriverName;
  readonly targets: number;
  /** From faults to a tree. */
  readonly treeMs: number;
  /** From the tree to a kernel that has confirmed it. */
  readonly applyMs: number;
}

export interface ChangeRow {
  readonly driver: DriverName;
  readonly targets: number;
  readonly treeMs: number;
  readonly applyMs: number;
  readonly changes: number;
}

const sizes = [1, 100, 1_000, 10_000];
const rounds = 3;
const changes = 20;

/** Each size by each driver, in turns, from a bare device; medians. */
export async function benchApply(wire: Wire): Promise<readonly ApplyRow[]> {
  const rows: ApplyRow[] = [];
  for (const targets of sizes) {
    const faults = faultsFor(addresses(targets));
    const times = { tc: [] as Timing[], netlink: [] as Timing[] };
    for (let round = 0; round < rounds; round += 1) {
      for (const name of driverNames) {
        const driver = makeDriver(name);
        await driver.capabilities();
        // Whatever the driver starts, it has started.
        await driver.read(treeOn(wire, []));
        const [treeMs, tree] = await timedMs(() => treeOn(wire, faults));
        const [applyMs] = await timedMs(() => driver.apply(tree));
        times[name].push({ treeMs, applyMs });
        await clear(driver, wire);
        driver.close();
      }
    }
    for (const driver of driverNames) {
      const row = { driver, targets, ...medians(times[driver]) };
      say(`${driver}: ${targets} targets in ${row.applyMs.toFixed(1)} ms`);
      rows.push(row);
    }
  }
  return rows;
}

/** One address of many goes from one fault to another. */
export async function benchChange(wire: Wire): Promise<readonly ChangeRow[]> {
  const targets = 10_000;
  const all = addresses(targets);
  const faults = (moved: number) => [
    parseFault({ delay: { time: '1ms' }, to: without(all, moved) }, 'near'),
    parseFault({ delay: { time: '2ms' }, to: [{ cidr: all[moved] }] }, 'far'),
  ];
  const sets = Array.from({ length: changes + 1 }, (_, index) => faults(index * 7));
  const rows: ChangeRow[] = [];
  for (const driver of driverNames) {
    const underTest = makeDriver(driver);
    let tree = treeOn(wire, sets[0] ?? []);
    await underTest.apply(tree);
    const times: Timing[] = [];
    for (const set of sets.slice(1)) {
      const before = tree;
      const [treeMs, next] = await timedMs(() => treeOn(wire, set, before));
      const [applyMs] = await timedMs(() => underTest.apply(next));
      tree = next;
      times.push({ treeMs, applyMs });
    }
    await clear(underTest, wire);
    underTest.close();
    const row = { driver, targets, changes, ...medians(times) };
    say(`${driver}: two of ${targets} targets changed in ${row.applyMs.toFixed(2)} ms`);
    rows.push(row);
  }
  return rows;
}

type Timing = Pick<ApplyRow, 'treeMs' | 'applyMs'>;

function medians(times: readonly Timing[]): Timing {
  return {
    treeMs: median(times.map(({ treeMs }) => treeMs)),
    applyMs: median(times.map(({ applyMs }) => applyMs)),
  };
}

function without(all: readonly string[], moved: number): readonly { readonly cidr: string }[] {
  return all.filter((_, index) => index !== moved).map((cidr) => ({ cidr }));
}
