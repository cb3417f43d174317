import type { Benchmark } from '../benchmark/benchmark';
import { askedOf } from '../observed/asked-round-trip';
import type { Manifest, UseRecord } from '../record/manifest';
import type { BenchScenario } from '../scenario/bench-scenario';
import { scenarioDocument } from '../scenario/scenario-document';

/** What is known of a run before anything has been measured. */
export interface NewRun {
  readonly run: string;
  readonly scenario: BenchScenario;
  readonly benchmarks: readonly Benchmark[];
  readonly seed: number;
  /** Milliseconds since the epoch. */
  readonly startedMs: number;
  readonly kubernetes?: string | undefined;
}

/** The manifest with which a run begins. */
export function newManifest({ run, scenario, benchmarks, seed, startedMs, kubernetes }: NewRun): Manifest {
  return {
    version: 1,
    run,
    startedAt: new Date(startedMs).toISOString(),
    phase: 'waiting',
    seed,
    scenario: scenarioDocument(scenario),
    uses: usesOf(scenario, benchmarks),
    workers: [],
    leftOut: [],
    planned: 0,
    samples: 0,
    failed: 0,
    asked: Object.fromEntries(scenario.conditions.map((condition) => [condition.name, askedOf(condition)])),
    ...(kubernetes !== undefined && { kubernetes }),
  };
}

function usesOf({ benchmarks: uses }: BenchScenario, benchmarks: readonly Benchmark[]): readonly UseRecord[] {
  return uses.map(({ name, benchmark }) => ({
    ...{ name, benchmark },
    metrics: (benchmarks.find((one) => one.name === benchmark)?.metrics ?? []).map((metric) => ({
      ...{ name: metric.name, unit: metric.unit, better: metric.better },
      ...(metric.roundTrips !== undefined && { roundTrips: metric.roundTrips }),
      ...(metric.statistic !== undefined && { statistic: metric.statistic }),
    })),
  }));
}
