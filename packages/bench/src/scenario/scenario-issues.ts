import { didYouMean, type PodlagError } from '@podlag/core';
import type * as z from 'zod';
import { benchErrors } from '../bench-errors';
import { unknownBenchmark } from './use-document';

/** Of all levels: what is known one level up or down is a better guess than none. */
const knownKeys = [
  ...['name', 'benchmarks', 'paths', 'placements', 'conditions', 'repeats', 'enough', 'bothWays', 'pairs'],
  ...['parallel', 'interference', 'coolDown', 'budget', 'seed', 'pushGateway'],
  ...['benchmark', 'duration', 'warmUp', 'streams', 'size', 'rate'],
  ...['side', 'faults', 'halfWidth', 'atLeast'],
];

const mostTold = 10;

/** What zod found wrong, as one error. @param root where the document stands; may be empty */
export function invalidScenario(issues: readonly z.core.$ZodIssue[], root: string): PodlagError {
  const told = issues.map((issue) => described(issue, root));
  const detail = told
    .slice(0, mostTold)
    .map(([field, message]) => `${field}: ${message}`)
    .join('; ');
  const isUnknown = issues.every((issue) => issue.code === 'custom' && issue.params === unknownBenchmark);
  const code = isUnknown ? 'unknown-benchmark' : 'invalid-scenario';
  return benchErrors.error(code, detail, { field: told[0]?.[0] });
}

function described(issue: z.core.$ZodIssue, root: string): readonly [field: string, message: string] {
  const dotted = (path: readonly PropertyKey[]): string =>
    [...(root === '' ? [] : [root]), ...path].map(String).join('.') || 'scenario';
  if (issue.code !== 'unrecognized_keys') return [dotted(issue.path), issue.message];
  const key = issue.keys[0] ?? '';
  const message = knownKeys.includes(key)
    ? 'does not belong here'
    : `is not known.${didYouMean(key, knownKeys)}`;
  return [dotted([...issue.path, key]), message];
}
