import type { Sample } from '../record/sample';

/**
 * What measured at the same time, of the samples of one round. What could not run is no company, nor is what a resumed run
 * measured later.
 */
function companyOf(sample: Sample, round: readonly Sample[]): readonly Sample[] {
  return round.filter(
    (other) => other !== sample && other.status !== 'tool_error' && areAtOnce(sample, other),
  );
}

/** Good samples beside which not all the others of their round measured. */
export function withLessCompany(samples: readonly Sample[]): readonly Sample[] {
  return roundsOf(samples).flatMap((round) =>
    round.filter((sample) => sample.status === 'ok' && companyOf(sample, round).length < round.length - 1),
  );
}

/** Samples that measured beside at least one other of their round. */
export function withCompany(samples: readonly Sample[]): readonly Sample[] {
  return roundsOf(samples).flatMap((round) => round.filter((sample) => companyOf(sample, round).length > 0));
}

function roundsOf(samples: readonly Sample[]): readonly (readonly Sample[])[] {
  return [...Map.groupBy(samples, ({ round }) => round).values()];
}

/** RFC 3339 in UTC with milliseconds is in order as text. */
function areAtOnce(one: Sample, other: Sample): boolean {
  return one.startedAt <= other.endedAt && other.startedAt <= one.endedAt;
}
