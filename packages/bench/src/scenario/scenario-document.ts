import { Duration, parsed, Ratio } from '@podlag/core';
import * as z from 'zod';
import type { Benchmark } from '../benchmark/benchmark';
import { benchmarks } from '../benchmark/benchmarks';
import { paths, placements, type BenchScenario } from './bench-scenario';
import { conditionDocument, conditionSchema, withoutFaults } from './condition-document';
import { dnsLabel, needed } from './dns-label';
import { durationWithin } from './duration-within';
import { parsePushGateway } from './push-gateway';
import { invalidScenario } from './scenario-issues';
import { useDocument, useSchema } from './use-document';

/** Greatest seed: the random numbers have 32 bits to begin with. */
export const mostSeed = 2 ** 32 - 1;

/** A run's name begins with the scenario's, and what stands for it in a cluster begins with the run's, within 63 letters. */
const longestName = 36;

const enough = z.strictObject({
  halfWidth: parsed((value, field) => Ratio.parse(value, field)).refine(
    ({ isZero }) => !isZero,
    'must be more than 0',
  ),
  atLeast: z.int().min(4, 'must be 4 or more: fewer show nothing at 5 %').max(1000).default(5),
});

function scenarioSchema(known: readonly Benchmark[]): z.ZodType<BenchScenario> {
  return z
    .strictObject({
      name: dnsLabel(longestName),
      benchmarks: z.array(useSchema(known), needed).min(1).max(64).superRefine(eachOnce),
      paths: z.array(z.enum(paths)).min(1).superRefine(eachOnce).default(['pod']),
      placements: z.array(z.enum(placements)).min(1).superRefine(eachOnce).default(['other-node']),
      conditions: z.array(conditionSchema).max(64).superRefine(eachOnce).default([]),
      repeats: z.int().min(1).max(1000).default(5),
      enough: enough.optional(),
      bothWays: z.boolean().default(false),
      pairs: z.int().min(1).max(10_000).default(28),
      parallel: z.boolean().default(true),
      interference: z.boolean().default(true),
      coolDown: durationWithin('0s', '10m').default(Duration.parse('500ms')),
      budget: durationWithin('1s', '24h').default(Duration.parse('30m')),
      seed: z.int().min(0).max(mostSeed).optional(),
      pushGateway: parsed(parsePushGateway).optional(),
    })
    .refine((scenario) => (scenario.enough?.atLeast ?? 0) <= scenario.repeats, {
      path: ['enough', 'atLeast'],
      message: 'is more than repeats: nothing would ever end early',
    })
    .transform((scenario) => ({
      ...scenario,
      conditions: [withoutFaults, ...scenario.conditions],
      enough: scenario.enough,
      seed: scenario.seed,
      pushGateway: scenario.pushGateway,
    }));
}

/**
 * Reads a scenario file, as `parseYaml` gives it.
 *
 * @param field where the document stands, as errors shall say it; default: nothing before the file's own fields
 * @param known the benchmarks that it may use; default: all
 * @throws PodlagError `invalid-scenario` with each bad field by its path, `unknown-benchmark`
 */
export function parseScenario(
  document: unknown,
  field = '',
  known: readonly Benchmark[] = benchmarks,
): BenchScenario {
  const result = scenarioSchema(known).safeParse(document);
  if (!result.success) throw invalidScenario(result.error.issues, field);
  return result.data;
}

/** The scenario as the document that parses to it, with every default written out: what the manifest keeps. */
export function scenarioDocument(scenario: BenchScenario): Record<string, unknown> {
  const document = {
    ...scenario,
    benchmarks: scenario.benchmarks.map(useDocument),
    conditions: scenario.conditions.filter(({ name }) => name !== withoutFaults.name).map(conditionDocument),
  };
  return JSON.parse(JSON.stringify(document)) as Record<string, unknown>;
}

/** Of a list of words, or of things with names. */
function eachOnce(list: readonly (string | { readonly name: string })[], context: z.RefinementCtx): void {
  const names = list.map((entry) => (typeof entry === 'string' ? entry : entry.name));
  for (const [index, name] of names.entries()) {
    if (names.indexOf(name) === index) continue;
    const path = typeof list[index] === 'string' ? [index] : [index, 'name'];
    context.addIssue({ code: 'custom', path, message: `${name} is there twice: give each its own name` });
  }
}
