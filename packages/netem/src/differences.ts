import type {
  Observed,
  ObservedChance,
  ObservedFilter,
  ObservedLoss,
  ObservedNetem,
  ObservedQdisc,
} from './observed';
import type { LossModel, Profile, ProfileChance } from './profile';
import { everybodyPref, exemptions, handles, matchAll, ownersMark, type QdiscTree } from './qdisc-tree';
import { queueLimit } from './queue-limit';

/** One thing that the kernel has otherwise than asked, for people and machines. */
export interface Difference {
  readonly what: string;
  readonly asked: string;
  readonly observed: string;
}

/** tc's JSON prints six significant digits, and times by the microsecond. */
const relativeTolerance = 1e-5;
const timeToleranceSeconds = 1.5e-6;
const chanceTolerance = 1e-5;

/** Everything in which the kernel is not as asked. Empty: what was asked is in force. */
export function differences(tree: QdiscTree, observed: Observed): readonly Difference[] {
  const ours = isOurs(rootOf(observed));
  const filters = ours ? observed.filters : [];
  const shaping = filters.some(({ pref }) => pref === everybodyPref);
  if (tree.profile === undefined) {
    return shaping ? [{ what: 'shaping', asked: 'none', observed: `filter pref ${everybodyPref}` }] : [];
  }
  if (!ours) return [{ what: 'root', asked: `htb ${handles.root}`, observed: describeRoot(observed) }];
  return [
    ...leafDifferences(tree.profile, qdiscAt(observed, handles.shapedClass)),
    ...filterDifferences(tree.agentPort, filters),
  ];
}

function leafDifferences(profile: Profile, leaf: ObservedQdisc | undefined): readonly Difference[] {
  const netem = leaf?.netem;
  if (!netem) return [{ what: 'leaf', asked: 'netem', observed: leaf?.kind ?? 'none' }];
  return netemFields(profile, netem).flatMap(([what, asked, seen, same]) =>
    same ? [] : [{ what, asked: String(asked), observed: String(seen) }],
  );
}

export function isNetemLeafAsAsked(profile: Profile, netem: ObservedNetem): boolean {
  return netemFields(profile, netem).every(([, , , same]) => same);
}

type Field = readonly [what: string, asked: unknown, observed: unknown, same: boolean];

function netemFields(profile: Profile, netem: ObservedNetem): readonly Field[] {
  const { delay, loss, duplicate, corrupt, reorder, rate } = profile;
  const time = delay.time.nanoseconds / 1e9;
  const jitter = delay.jitter.nanoseconds / 1e9;
  const bytes = Math.floor((rate?.bitsPerSecond ?? 1e12) / 8);
  return [
    ['delay.time', delay.time, `${netem.delaySeconds}s`, sameTime(time, netem.delaySeconds)],
    ['delay.jitter', delay.jitter, `${netem.jitterSeconds}s`, sameTime(jitter, netem.jitterSeconds)],
    [
      'delay.correlation',
      delay.correlation,
      netem.delayCorrelation,
      !delay.shape || sameChance(delay.correlation.fraction, netem.delayCorrelation),
    ],
    ['loss', printLoss(loss), JSON.stringify(netem.loss ?? 'none'), sameLoss(loss, netem.loss)],
    ['duplicate', duplicate.ratio, printChance(netem.duplicate), sameChances(duplicate, netem.duplicate)],
    ['corrupt', corrupt.ratio, printChance(netem.corrupt), sameChances(corrupt, netem.corrupt)],
    ['reorder', reorder.ratio, printChance(netem.reorder), sameChances(reorder, netem.reorder)],
    ['reorder.gap', reorder.gap, netem.gap, reorder.ratio.isZero || reorder.gap === netem.gap],
    [
      'rate',
      rate ?? 'line rate',
      `${netem.rateBytesPerSecond * 8}bit`,
      close(bytes, netem.rateBytesPerSecond),
    ],
    ['limit', queueLimit(profile), netem.limit, queueLimit(profile) === netem.limit],
  ];
}

function filterDifferences(agentPort: number, filters: readonly ObservedFilter[]): readonly Difference[] {
  const asked = [
    ...exemptions(agentPort).map((exemption) => ({ ...exemption, flowid: handles.passClass })),
    { pref: everybodyPref, protocol: 'all', matches: matchAll, flowid: handles.shapedClass },
  ];
  const missing = asked.flatMap((filter) => {
    const there = filters.filter(({ pref }) => pref === filter.pref);
    if (there.length === 1 && there.every((one) => filterAsAsked(one, filter))) return [];
    return [
      {
        what: `filter pref ${filter.pref}`,
        asked: printFilter(filter),
        observed: there.map(printFilter).join(', ') || 'none',
      },
    ];
  });
  const strangers = filters.filter(({ pref }) => !asked.some((filter) => filter.pref === pref));
  return [
    ...missing,
    ...strangers.map((filter) => ({
      what: `filter pref ${filter.pref}`,
      asked: 'none',
      observed: printFilter(filter),
    })),
  ];
}

type AskedFilter = Pick<ObservedFilter, 'protocol' | 'flowid' | 'matches'>;

export function filterAsAsked(one: ObservedFilter, { protocol, flowid, matches }: AskedFilter): boolean {
  const sameMatches = [...one.matches].sort().join() === [...matches].sort().join();
  return one.protocol === protocol && one.flowid === flowid && sameMatches;
}

function printFilter({ protocol, flowid, matches }: AskedFilter): string {
  return `${protocol} ${matches.join(' ')} -> ${flowid}`;
}

export function rootOf(observed: Pick<Observed, 'qdiscs'>): ObservedQdisc | undefined {
  return observed.qdiscs.find(({ parent }) => parent === 'root');
}

export function isOurs(root: ObservedQdisc | undefined): boolean {
  return root?.kind === 'htb' && root.handle === handles.root && root.directQueueLength === ownersMark;
}

export function qdiscAt(observed: Observed, classid: string): ObservedQdisc | undefined {
  return observed.qdiscs.find(({ parent }) => parent === classid);
}

function describeRoot(observed: Observed): string {
  const root = rootOf(observed);
  return root === undefined ? 'none' : `${root.kind} ${root.handle}`;
}

function sameLoss(loss: LossModel, observed: ObservedLoss | undefined): boolean {
  if (loss.kind === 'random') {
    if (observed === undefined) return loss.ratio.isZero;
    return observed.kind === 'random' && sameChances(loss, observed);
  }
  if (observed === undefined || observed.kind === 'random' || observed.kind !== loss.kind) return false;
  const { chances } = observed;
  return lossChances(loss).every((chance, index) => sameChance(chance, chances[index] ?? NaN));
}

/** In the order in which tc shows them: what is lost (1-h, 1-k), where a fault says what gets through. */
function lossChances(loss: LossModel): readonly number[] {
  switch (loss.kind) {
    case 'random':
      return [loss.ratio.fraction];
    case 'gemodel':
      return [loss.p.fraction, loss.r.fraction, 1 - loss.h.fraction, 1 - loss.k.fraction];
    case 'state':
      return [loss.p13, loss.p31, loss.p32, loss.p23, loss.p14].map((ratio) => ratio.fraction);
  }
}

function printLoss(loss: LossModel): string {
  return `${loss.kind} ${lossChances(loss).join(' ')}`;
}

function sameChances(asked: ProfileChance, observed: ObservedChance | undefined): boolean {
  if (asked.ratio.isZero) return (observed?.ratio ?? 0) === 0;
  return (
    observed !== undefined &&
    sameChance(asked.ratio.fraction, observed.ratio) &&
    sameChance(asked.correlation.fraction, observed.correlation)
  );
}

function sameChance(one: number, other: number): boolean {
  return Math.abs(one - other) <= chanceTolerance;
}

function printChance(chance: ObservedChance | undefined): string {
  return chance === undefined ? '0%' : `${chance.ratio * 100}%`;
}

function sameTime(one: number, other: number): boolean {
  return Math.abs(one - other) <= timeToleranceSeconds || close(one, other);
}

function close(one: number, other: number): boolean {
  return Math.abs(one - other) <= relativeTolerance * Math.max(Math.abs(one), Math.abs(other));
}
