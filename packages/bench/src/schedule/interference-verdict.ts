import type { UseRecord } from '../record/manifest';
import type { Sample } from '../record/sample';
import { mannWhitney } from '../statistics/mann-whitney';
import { median } from '../statistics/median';
import { goodValue } from '../statistics/sample-groups';
import { hodgesLehmann } from '../statistics/shift';
import { withCompany } from './company';

/** What measuring several pairs at once does to one use. */
export interface InterferenceVerdict {
  readonly use: string;
  /** Of the use's first metric, on which it is judged. */
  readonly metric: string;
  readonly verdict: 'none seen' | 'company shows' | 'too few';
  /** How many of each were measured and are ok; in company only those beside which another pair measured in fact. */
  readonly alone: number;
  readonly company: number;
  /** By how much the figure is greater in company, as a share of what it is alone; negative where it is smaller. */
  readonly shiftRatio: number | undefined;
  /** Of the two-sided Mann-Whitney test. */
  readonly p: number | undefined;
  readonly why: string;
}

const least = 4;
const alpha = 0.05;
/** Less is of no concern, however sure it is: as between two runs. */
const leastShift = 0.05;

/** Of each use that was checked, in the order of `uses`: the pair that was measured alone, against the same in company. */
export function interferenceVerdict(
  samples: readonly Sample[],
  uses: readonly UseRecord[],
): readonly InterferenceVerdict[] {
  const accompanied = new Set(withCompany(samples));
  return uses.flatMap((use) => {
    const own = samples.filter((sample) => sample.use === use.name);
    const watched = own.find(({ purpose }) => purpose === 'alone');
    const metric = use.metrics[0]?.name;
    if (watched === undefined || metric === undefined) return [];
    const ofPair = own.filter(({ client, server }) => client === watched.client && server === watched.server);
    const valuesOf = (purpose: Sample['purpose'], among: readonly Sample[]): readonly number[] =>
      among
        .filter((sample) => sample.purpose === purpose)
        .flatMap((sample) => goodValue(sample, metric) ?? []);
    const inCompany = ofPair.filter((sample) => accompanied.has(sample));
    return [{ use: use.name, metric, ...judged(valuesOf('alone', ofPair), valuesOf('company', inCompany)) }];
  });
}

function judged(
  alone: readonly number[],
  company: readonly number[],
): Omit<InterferenceVerdict, 'use' | 'metric'> {
  const counts = { alone: alone.length, company: company.length };
  if (alone.length < least || company.length < least) {
    const why = `${alone.length} alone and ${company.length} in company; it takes ${least} of each`;
    return { ...counts, verdict: 'too few', shiftRatio: undefined, p: undefined, why };
  }
  const shift = hodgesLehmann(alone, company);
  const usual = Math.abs(median(alone));
  const shiftRatio = usual === 0 ? undefined : shift / usual;
  const { p } = mannWhitney(alone, company);
  const isLarge = shift !== 0 && Math.abs(shiftRatio ?? Infinity) >= leastShift;
  const shows = p < alpha && isLarge;
  const why = shows
    ? '`parallel: false` measures one after the other'
    : `change below ${leastShift * 100} % or p >= ${alpha}`;
  return { ...counts, verdict: shows ? 'company shows' : 'none seen', shiftRatio, p, why };
}
