import { quote } from '@podlag/core';
import type { Environment, Manifest, WorkerRecord } from '../record/manifest';
import type { Run } from '../record/run';
import type { Difference } from './comparison';

/** A list is compared whole, however much of it is shown. */
type Fact = string | readonly string[];
type Facts = ReadonlyMap<string, Fact>;

/** What is not the same around two runs: podlag, tools, machines, network, scenario, pairs; the seed last, which differs mostly. */
export function differences(a: Run, b: Run): readonly Difference[] {
  const [ofA, ofB] = [factsOf(a), factsOf(b)];
  return [...new Set([...ofA.keys(), ...ofB.keys()])].flatMap((what) => {
    const [one, other] = [ofA.get(what) ?? '-', ofB.get(what) ?? '-'];
    return isSame(one, other) ? [] : [{ what, ...apart(one, other) }];
  });
}

function isSame(one: Fact, other: Fact): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** Each as it is shown; of lists that look alike so, the first entry that differs. */
function apart(one: Fact, other: Fact): Omit<Difference, 'what'> {
  const [a, b] = [shown(one), shown(other)];
  if (a !== b || typeof one === 'string' || typeof other === 'string') return { a, b };
  const at = one.findIndex((entry, index) => entry !== other[index]);
  return { a: `entry ${at + 1}: ${one[at] ?? '-'}`, b: `entry ${at + 1}: ${other[at] ?? '-'}` };
}

function shown(fact: Fact): string {
  return typeof fact === 'string' ? fact : listed(fact);
}

/** At most so many names in one line. */
const mostListed = 6;

/** Names for one line; what is too much is counted. `-` for none. */
export function listed(names: readonly string[]): string {
  if (names.length === 0) return '-';
  const more = names.length - mostListed;
  return [...names.slice(0, mostListed), ...(more > 0 ? [`and ${more} more`] : [])].join(', ');
}

function factsOf({ manifest, samples }: Run): Facts {
  const pairs = new Set(samples.map(({ client, server }) => `${client} to ${server}`));
  return new Map<string, Fact>([
    ...environmentFacts(manifest.workers),
    ...toolFacts(manifest.workers),
    ...runFacts(manifest),
    ['pairs', [...pairs].sort()],
    ...scenarioFacts('scenario', manifest.scenario),
    ['seed', String(manifest.seed)],
  ]);
}

function runFacts({ kubernetes, phase, workers }: Manifest): Facts {
  const lost = workers.filter((worker) => worker.lost !== undefined).map(({ name }) => name);
  return new Map<string, Fact>([
    ['kubernetes', kubernetes ?? '-'],
    ['phase', phase],
    ['workers lost', lost],
  ]);
}

/** In the order in which they explain the most. */
const environmentWords: Readonly<Record<keyof Environment, string>> = {
  podlag: 'podlag',
  image: 'image',
  kernel: 'kernel',
  architecture: 'architecture',
  cpuModel: 'CPU model',
  cpus: 'CPUs',
  cpuLimit: 'CPU limit',
  memoryBytes: 'memory, bytes',
  instanceType: 'instance type',
  osImage: 'OS image',
  kubelet: 'kubelet',
  containerRuntime: 'container runtime',
  device: 'device',
  mtu: 'MTU',
  qdisc: 'qdisc',
  congestionControl: 'congestion control',
  node: 'node',
  zone: 'zone',
};

function environmentFacts(workers: readonly WorkerRecord[]): Facts {
  return new Map(
    Object.entries(environmentWords).map(([key, word]) => [
      word,
      ofWorkers(workers, ({ environment }) => environment[key as keyof Environment]),
    ]),
  );
}

function toolFacts(workers: readonly WorkerRecord[]): Facts {
  const benchmarks = new Set(workers.flatMap(({ tools }) => Object.keys(tools)));
  return new Map(
    [...benchmarks]
      .sort()
      .map((benchmark) => [
        `${benchmark} version`,
        ofWorkers(workers, ({ tools }) => tools[benchmark]?.version ?? tools[benchmark]?.problem),
      ]),
  );
}

/** One text where all workers say the same; else each with its name. */
function ofWorkers(
  workers: readonly WorkerRecord[],
  pick: (worker: WorkerRecord) => string | number | undefined,
): string {
  const texts = new Set(workers.map((worker) => String(pick(worker) ?? '-')));
  if (texts.size <= 1) return [...texts].join('') || '-';
  const named = [...workers].sort((one, other) => (one.name < other.name ? -1 : 1));
  return named.map((worker) => `${worker.name}: ${String(pick(worker) ?? '-')}`).join(', ');
}

/** Each leaf of the document by its path. Entries with a name go by it, so that one more at the front does not move the others. */
function scenarioFacts(path: string, value: unknown): Facts {
  if (typeof value !== 'object' || value === null) return new Map([[path, leafText(value)]]);
  if (Array.isArray(value) && value.every((entry) => typeof entry !== 'object'))
    return new Map<string, Fact>([[path, value.map(leafText)]]);
  const entries = Array.isArray(value)
    ? value.map((entry: unknown, index) => [nameOf(entry) ?? String(index), entry] as const)
    : Object.entries(value as Record<string, unknown>);
  return new Map(entries.flatMap(([key, entry]) => [...scenarioFacts(`${path}.${key}`, entry)]));
}

function nameOf(entry: unknown): string | undefined {
  const named = entry as { readonly name?: unknown } | null;
  return typeof named?.name === 'string' ? named.name : undefined;
}

function leafText(value: unknown): string {
  return typeof value === 'string' ? value : quote(value);
}
