import type { Benchmark, Parameters } from '../benchmark/benchmark';
import type { BenchmarkUse, BenchScenario, Condition } from '../scenario/bench-scenario';
import { parametersOf } from '../scenario/use-parameters';
import type { Trial } from '../schedule/trial';
import type { ExpectedWorker } from './expected-worker';

/** A trial with all that its names stand for. */
export interface TrialWork {
  readonly trial: Trial;
  readonly benchmark: Benchmark;
  readonly parameters: Parameters;
  readonly condition: Condition;
  readonly client: ExpectedWorker;
  readonly server: ExpectedWorker;
  /** Until the client must have ended. */
  readonly timeoutMs: number;
}

/** Where the names of trials are looked up. */
export interface TrialNames {
  readonly scenario: BenchScenario;
  readonly workers: readonly ExpectedWorker[];
  readonly benchmarks: readonly Benchmark[];
}

/** For a tool to start, to connect, and to print what it measured, beside the time that it measures. */
const slackMs = 15_000;
/** Tools exchange some messages before and after; under a long delay each takes its time. */
const roundTripsOfSlack = 20;
/** The last word of a tool waits behind what it has sent: as much as a socket's buffer and a queue hold. */
const queuedBits = 8 * 4_000_000;
/** What is slower than that is not worth the wait. */
const mostQueueMs = 600_000;
/** A first or last packet that is lost is sent again after 1 s, 2 s, 4 s and 8 s (RFC 6298). */
const lossMs = 15_000;

/** @throws Error for a name that is in a schedule of another scenario; which cannot be */
export function trialWork(trial: Trial, { scenario, workers, benchmarks }: TrialNames): TrialWork {
  const use = named(scenario.benchmarks, trial.use);
  const condition = named(scenario.conditions, trial.condition);
  return {
    trial,
    benchmark: named(benchmarks, use.benchmark),
    parameters: parametersOf(use),
    condition,
    client: named(workers, trial.client),
    server: named(workers, trial.server),
    timeoutMs: timeoutMs(use, condition),
  };
}

/** What a trial of the scenario may take at most, milliseconds. */
export function longestTrialMs({
  benchmarks,
  conditions,
}: Pick<BenchScenario, 'benchmarks' | 'conditions'>): number {
  return Math.max(...benchmarks.flatMap((use) => conditions.map((condition) => timeoutMs(use, condition))));
}

/** A line for people: `big pod other-node slow: a -> b`. */
export function describeTrial({ use, path, placement, condition, client, server }: Trial): string {
  return `${use} ${path} ${placement} ${condition}: ${client} -> ${server}`;
}

function timeoutMs({ duration, warmUp }: BenchmarkUse, condition: Condition): number {
  const measuredMs = duration.milliseconds + warmUp.milliseconds;
  const delayMs = roundTripsOfSlack * longestDelayMs(condition);
  return measuredMs + slackMs + delayMs + queueMs(condition) + repeatsMs(condition);
}

/** An upper bound of what a round trip takes longer: each delay and its jitter both ways, at both ends. */
function longestDelayMs({ faults }: Condition): number {
  const delays = faults.flatMap(({ delay }) => [delay?.time ?? delay?.rtt, delay?.jitter]);
  return 4 * delays.reduce((sum, one) => sum + (one?.milliseconds ?? 0), 0);
}

/** Until what is queued behind the narrowest rate has left. */
function queueMs({ faults }: Condition): number {
  const rates = faults.flatMap(({ rate }) => (rate === undefined ? [] : [rate.bitsPerSecond]));
  return Math.min(mostQueueMs, (1_000 * queuedBits) / Math.min(...rates));
}

function repeatsMs({ faults }: Condition): number {
  return faults.some(({ loss }) => loss !== undefined) ? lossMs : 0;
}

function named<T extends { readonly name: string }>(all: readonly T[], name: string): T {
  const found = all.find((one) => one.name === name);
  if (found === undefined) throw new Error(`${name} is not in the scenario`);
  return found;
}
