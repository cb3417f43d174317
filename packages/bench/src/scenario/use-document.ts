import { didYouMean, Duration, parsed, quote } from '@podlag/core';
import * as z from 'zod';
import type { Benchmark, Parameters } from '../benchmark/benchmark';
import type { BenchmarkUse } from './bench-scenario';
import { parseByteSize, printByteSize } from './byte-size';
import { dnsLabel, needed } from './dns-label';
import { durationWithin } from './duration-within';
import { parametersOf } from './use-parameters';

const longestRun = durationWithin('1s', '1h');
const longestWarmUp = durationWithin('0s', '10m');

const written = z.strictObject({
  name: dnsLabel().optional(),
  benchmark: z.string(needed),
  duration: longestRun.optional(),
  warmUp: longestWarmUp.optional(),
  streams: z.int().min(1).max(128).optional(),
  size: parsed(parseByteSize).optional(),
  rate: z.number().min(0.1).max(1_000_000).optional(),
});

/** Marks an issue that is one of the table, not of the file. */
export const unknownBenchmark = { unknownBenchmark: true };

/** One entry of `benchmarks`: a mapping, or just the benchmark's name. */
export function useSchema(known: readonly Benchmark[]): z.ZodType<BenchmarkUse> {
  return z
    .preprocess((entry) => (typeof entry === 'string' ? { benchmark: entry } : entry), written)
    .transform((given, context): BenchmarkUse => {
      const benchmark = known.find(({ name }) => name === given.benchmark);
      if (benchmark === undefined) {
        context.issues.push(notKnown(given.benchmark, known));
        return z.NEVER;
      }
      const use = withDefaults(given, benchmark);
      for (const [parameter, message] of misfits(use, benchmark)) {
        context.issues.push({ code: 'custom', path: [fieldOf[parameter]], message, input: given });
      }
      return use;
    });
}

/** The entry that parses to this use. */
export function useDocument(use: BenchmarkUse): Record<string, unknown> {
  return { ...use, size: use.size === undefined ? undefined : printByteSize(use.size) };
}

const fieldOf: Readonly<Record<keyof Parameters, keyof BenchmarkUse>> = {
  seconds: 'duration',
  warmUpSeconds: 'warmUp',
  streams: 'streams',
  size: 'size',
  rate: 'rate',
};

function withDefaults(given: z.output<typeof written>, benchmark: Benchmark): BenchmarkUse {
  // What a tool cannot leave out is not waited for either.
  const warmUp = benchmark.ignores.includes('warmUpSeconds') ? Duration.zero : Duration.parse('1s');
  return {
    name: given.name ?? benchmark.name,
    benchmark: benchmark.name,
    duration: given.duration ?? Duration.parse('10s'),
    warmUp: given.warmUp ?? warmUp,
    streams: given.streams ?? 1,
    size: given.size,
    rate: given.rate,
  };
}

/** What these parameters ask for and this benchmark would not do. */
function misfits(
  use: BenchmarkUse,
  benchmark: Benchmark,
): readonly (readonly [parameter: keyof Parameters, message: string])[] {
  const usual = parametersOf(withDefaults({ benchmark: benchmark.name }, benchmark));
  const asked = parametersOf(use);
  // To ignore them in silence would be a lie in the results.
  const unused = benchmark.ignores.filter((parameter) => asked[parameter] !== usual[parameter]);
  const wrong = benchmark.check?.(asked);
  return [
    ...unused.map((parameter) => [parameter, `is of no use to ${benchmark.name}: leave it out`] as const),
    ...(wrong === undefined ? [] : [[wrong.parameter, wrong.problem] as const]),
  ];
}

function notKnown(name: string, known: readonly Benchmark[]): z.core.$ZodRawIssue {
  const names = known.map((benchmark) => benchmark.name);
  const guess = didYouMean(name, names) || ` There are ${names.join(', ')}.`;
  const message = `${quote(name)} is no benchmark.${guess}`;
  return { code: 'custom', path: ['benchmark'], message, input: name, params: unknownBenchmark };
}
