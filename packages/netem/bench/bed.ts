import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseFault, type Fault } from '@podlag/core';
import { makeTree, netlinkDriver, tcDriver, type QdiscDriver, type QdiscTree } from '@podlag/netem';

/** A wire between this namespace and one of its own. */
export interface Wire {
  readonly device: string;
  readonly peerAddress: string;
  readonly inPeer: readonly string[];
  remove(): void;
}

export function command(...[program = '', ...args]: readonly string[]): string {
  return execFileSync(program, args, { encoding: 'utf8' });
}

export function makeWire(index: number): Wire {
  const [device, peer] = [`bench${index}`, `podlag-bench-${index}-${process.pid}`];
  const [address, peerAddress] = [`10.99.${index}.1`, `10.99.${index}.2`];
  command('ip', 'netns', 'add', peer);
  command('ip', 'link', 'add', device, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', peer);
  command('ip', 'addr', 'add', `${address}/24`, 'dev', device);
  command('ip', 'link', 'set', device, 'up');
  command('ip', '-n', peer, 'addr', 'add', `${peerAddress}/24`, 'dev', 'eth0');
  command('ip', '-n', peer, 'link', 'set', 'eth0', 'up');
  return {
    device,
    peerAddress,
    inPeer: ['ip', 'netns', 'exec', peer],
    remove: () => {
      command('ip', 'link', 'del', device);
      command('ip', 'netns', 'del', peer);
    },
  };
}

export type DriverName = 'tc' | 'netlink';
export const driverNames: readonly DriverName[] = ['tc', 'netlink'];

export function makeDriver(name: DriverName): QdiscDriver {
  if (name === 'netlink') return netlinkDriver();
  return tcDriver({
    tableDirectory: mkdtempSync(join(tmpdir(), 'podlag-bench-')),
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
  });
}

/** As many as one fault may name. */
const targetsPerFault = 10_000;

/** Addresses that are nobody's here, two to a bucket of the look-up when there are more than 65,536. */
export function addresses(count: number): readonly string[] {
  return Array.from(
    { length: count },
    (_, index) => `11.${index >> 16}.${(index >> 8) & 255}.${index & 255}`,
  );
}

/** Faults that meet these addresses, each a delay of its own. */
export function faultsFor(targets: readonly string[]): readonly Fault[] {
  const faults: Fault[] = [];
  for (let start = 0; start < targets.length; start += targetsPerFault) {
    const to = targets.slice(start, start + targetsPerFault).map((cidr) => ({ cidr }));
    faults.push(parseFault({ delay: { time: `${faults.length + 1}ms` }, to }, `fault-${faults.length}`));
  }
  return faults;
}

export function treeOn({ device }: Wire, faults: readonly Fault[], previous?: QdiscTree): QdiscTree {
  return makeTree({ device, exemptions: [], faults, previous });
}

export async function clear(driver: QdiscDriver, wire: Wire): Promise<void> {
  await driver.apply(treeOn(wire, []));
  await driver.tidy(treeOn(wire, []), true);
}

export async function timedMs<T>(run: () => T): Promise<readonly [milliseconds: number, result: Awaited<T>]> {
  const start = performance.now();
  const result = await run();
  return [performance.now() - start, result];
}

export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN;
}

export const median = (values: readonly number[]): number => quantile(values, 0.5);

export function say(line: string): void {
  process.stderr.write(`    ${line}\n`);
}

/** A process of this bundle in another role, in the peer's namespace or here; resolves at its first line. */
export async function startRole(prefix: readonly string[], role: readonly string[]) {
  const [program = '', ...args] = [...prefix, process.execPath, process.argv[1] ?? '', ...role];
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  return child;
}
