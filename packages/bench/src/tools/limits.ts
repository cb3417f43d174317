import type { ParameterProblem, Parameters } from '../benchmark/benchmark';

/** What a tool can take. What it is not told at all needs no limit. */
export interface Limits {
  readonly seconds: { readonly wholeUpTo: number } | { readonly upTo: number };
  readonly warmUpSeconds?: { readonly wholeUpTo: number };
  /** Connections at most. */
  readonly streams?: number;
  /** Bytes, from 1 to so many. */
  readonly size?: number;
  /** Events a second at most. */
  readonly rate?: number;
}

/** The check of a benchmark whose tool has these limits. */
export function checkOf(
  tool: string,
  limits: Limits,
): (parameters: Parameters) => ParameterProblem | undefined {
  return (parameters) => {
    const problem = firstProblem(limits, parameters);
    return problem && { parameter: problem.parameter, problem: `${problem.problem}, by ${tool}` };
  };
}

function firstProblem(limits: Limits, { seconds, warmUpSeconds, streams, size, rate }: Parameters) {
  return (
    timeProblem('seconds', seconds, 1, limits.seconds) ??
    timeProblem('warmUpSeconds', warmUpSeconds, 0, limits.warmUpSeconds) ??
    problemOf('streams', streams, 1, limits.streams) ??
    problemOf('size', size, 1, limits.size) ??
    // Not even the slowest load is one without any event in a quarter of an hour.
    problemOf('rate', rate, 0.001, limits.rate)
  );
}

function timeProblem(
  parameter: 'seconds' | 'warmUpSeconds',
  value: number,
  least: number,
  limit: Limits['seconds'] | undefined,
): ParameterProblem | undefined {
  if (limit === undefined) return undefined;
  if ('upTo' in limit) return problemOf(parameter, value, 0.1, limit.upTo);
  if (Number.isInteger(value)) return problemOf(parameter, value, least, limit.wholeUpTo);
  return { parameter, problem: `is ${value}, and only whole seconds can be asked for` };
}

function problemOf(
  parameter: keyof Parameters,
  value: number | undefined,
  least: number,
  most: number | undefined,
): ParameterProblem | undefined {
  if (value === undefined || most === undefined || (value >= least && value <= most)) return undefined;
  return { parameter, problem: `is ${value}, and ${least} to ${most} can be asked for` };
}
