import { isDeepStrictEqual } from 'node:util';
import type { Profile } from '../profile/profile';
import { profilesEqual } from '../tree/make-tree';
import type { ShapedClass } from '../tree/qdisc-tree';
import { fallbackLeaf } from './fallback-leaf';
import { handles, classidOf, leafHandleOf } from './handles';
import { hasRate, leafFields } from './leaf-fields';
import type { Observed, ObservedQdisc } from './observed';
import type {
  BpfInstruction,
  BpfOperation,
  ClassOperation,
  Operation,
  QdiscOperation,
  QdiscSpec,
} from './operation';
import { qdiscAt } from './tree-root';

/** How leaves are made here, and what is known of those that stand. */
export interface LeafSettings {
  /** False: leaves are made of HTB and cls_bpf. */
  readonly netem: boolean;
  /** How far a time that was read may be from what was asked. */
  readonly timeToleranceSeconds: number;
  /** What this driver last gave a leaf and saw confirmed, by `leafName`: netem's table cannot be read. */
  readonly applied: ReadonlyMap<string, Profile>;
}

export function leafName(device: string, classid: string): string {
  return `${device} ${classid}`;
}

/** New classes with their leaves first, then the leaves that change in place. */
export function planLeaves(
  classes: readonly ShapedClass[],
  observed: Observed,
  settings: LeafSettings,
): readonly Operation[] {
  const made: Operation[] = [];
  const changed: Operation[] = [];
  for (const shaped of classes) {
    const present = qdiscAt(observed, classidOf(shaped.minor));
    const isKind = present?.kind === (settings.netem ? 'netem' : 'htb');
    (isKind ? changed : made).push(...planLeaf(shaped, observed, settings));
  }
  return [...made, ...changed];
}

function planLeaf(shaped: ShapedClass, observed: Observed, settings: LeafSettings): readonly Operation[] {
  const classid = classidOf(shaped.minor);
  return [
    ...planClass(observed, classid, settings),
    ...(settings.netem ? planNetem : planFallback)(shaped, observed, settings),
  ];
}

/** `replace`, since a class may be there without a leaf, or with a rate that somebody else has given it. */
export function planClass(
  observed: Observed,
  classid: string,
  settings: Pick<LeafSettings, 'timeToleranceSeconds'>,
): readonly ClassOperation[] {
  const { device } = observed;
  const asked: ClassOperation = {
    ...{ kind: 'class', verb: 'replace', device, parent: handles.root, classid },
    rate: undefined,
  };
  return isRate(asked, observed, settings) ? [] : [asked];
}

function planNetem(
  { minor, profile }: ShapedClass,
  observed: Observed,
  settings: LeafSettings,
): readonly Operation[] {
  const classid = classidOf(minor);
  const present = qdiscAt(observed, classid);
  const handle = leafHandleOf(minor);
  const mine = present?.netem && present.handle === handle ? present.netem : undefined;
  if (mine && isNetemAsAsked(profile, mine, { ...settings, name: leafName(observed.device, classid) }))
    return [];
  return [
    ...(mine ? [] : removeStranger(observed.device, present)),
    qdisc(observed.device, mine ? 'change' : 'add', {
      parent: classid,
      handle,
      spec: { kind: 'netem', profile, was: mine },
    }),
  ];
}

function isNetemAsAsked(
  profile: Profile,
  netem: NonNullable<ObservedQdisc['netem']>,
  { applied, timeToleranceSeconds, name }: LeafSettings & { readonly name: string },
): boolean {
  const last = applied.get(name);
  // Two profiles may look the same to a reader of six digits, and of a table there is nothing to see.
  if (last !== undefined && !profilesEqual(last, profile)) return false;
  if (last === undefined && hasHidden(profile, netem)) return false;
  return leafFields(profile, netem, timeToleranceSeconds).every(([, , , same]) => same);
}

function hasHidden({ delay, seed }: Profile, netem: NonNullable<ObservedQdisc['netem']>): boolean {
  return delay.shape !== undefined || (seed !== undefined && netem.seed === undefined);
}

function removeStranger(device: string, present: ObservedQdisc | undefined): readonly QdiscOperation[] {
  if (present === undefined) return [];
  return [
    {
      kind: 'qdisc',
      verb: 'delete',
      device,
      parent: present.parent,
      handle: present.handle,
      spec: undefined,
    },
  ];
}

/** An HTB of its own under the class: its one class has the rate, and its filter takes what is lost. */
function planFallback(
  { minor, profile }: ShapedClass,
  observed: Observed,
  settings: LeafSettings,
): readonly Operation[] {
  const { device } = observed;
  const classid = classidOf(minor);
  const handle = leafHandleOf(minor);
  const inner = `${handle}1`;
  const leaf = fallbackLeaf(profile);
  const present = qdiscAt(observed, classid);
  const mine = present?.kind === 'htb' && present.handle === handle;
  const seen = mine ? observed : { ...observed, qdiscs: [], classes: [], filters: [] };
  const spec: QdiscSpec = { kind: 'htb', defaultMinor: 1, directQueueLength: undefined };
  const root = [...removeStranger(device, present), qdisc(device, 'add', { parent: classid, handle, spec })];
  const last = settings.applied.get(leafName(device, classid));
  const rate: ClassOperation = {
    ...{ kind: 'class', verb: 'replace', device, parent: handle, classid: inner },
    rate: leaf.rate,
  };
  // Two rates may look the same to a reader of three digits.
  const isOtherRate = last !== undefined && last.rate?.bitsPerSecond !== leaf.rate?.bitsPerSecond;
  return [
    ...(mine ? [] : root),
    ...(isOtherRate || !isRate(rate, seen, settings) ? [rate] : []),
    ...planQueue(inner, leaf.limit, seen),
    ...planLoss(handle, leaf.program, seen),
  ];
}

function isRate(
  { classid, rate }: ClassOperation,
  { classes }: Observed,
  { timeToleranceSeconds }: Pick<LeafSettings, 'timeToleranceSeconds'>,
): boolean {
  const there = classes.find((one) => one.classid === classid);
  return there !== undefined && hasRate(there, rate, timeToleranceSeconds);
}

/** Changed in place, so that it keeps what it holds. */
function planQueue(parent: string, limit: number, observed: Observed): readonly QdiscOperation[] {
  const there = qdiscAt(observed, parent);
  const spec: QdiscSpec = { kind: 'pfifo', limit };
  if (there?.kind !== 'pfifo')
    return [qdisc(observed.device, 'replace', { parent, handle: undefined, spec })];
  if (there.limit === limit) return [];
  return [qdisc(observed.device, 'change', { parent, handle: there.handle, spec })];
}

function planLoss(
  parent: string,
  program: readonly BpfInstruction[] | undefined,
  { device, filters }: Observed,
): readonly Operation[] {
  const there = filters.filter((one) => one.parent === parent);
  const place = { device, parent, pref: 1, protocol: 'all' } as const;
  const bpf = (verb: BpfOperation['verb'], code: BpfOperation['program']): BpfOperation => ({
    ...place,
    kind: 'bpf',
    verb,
    handle: 1,
    program: code,
  });
  const mine = there.find(({ pref, bpf: one }) => pref === 1 && one?.handle === 1);
  const strangers = new Set(there.filter((one) => one !== mine && one.pref !== 1).map(({ pref }) => pref));
  const removed = [...strangers].map((pref) => ({ ...place, pref, kind: 'pref', verb: 'delete' }) as const);
  if (program === undefined) return [...removed, ...(mine ? [bpf('delete', undefined)] : [])];
  if (!mine) return [...removed, bpf('add', program)];
  return isDeepStrictEqual(mine.bpf?.program, program) ? removed : [...removed, bpf('replace', program)];
}

/** A qdisc operation on a device. */
export function qdisc(
  device: string,
  verb: QdiscOperation['verb'],
  rest: Pick<QdiscOperation, 'parent' | 'handle' | 'spec'>,
): QdiscOperation {
  return { kind: 'qdisc', verb, device, ...rest };
}
