import type { Parameters } from '../benchmark/benchmark';
import type { BenchmarkUse } from './bench-scenario';

/** What a benchmark is told of its use: the same, in seconds and bytes. */
export function parametersOf({ duration, warmUp, streams, size, rate }: BenchmarkUse): Parameters {
  return {
    seconds: duration.milliseconds / 1000,
    warmUpSeconds: warmUp.milliseconds / 1000,
    streams,
    size,
    rate,
  };
}
