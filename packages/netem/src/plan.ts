import { filterAsAsked, isNetemLeafAsAsked, isOurs, qdiscAt, rootOf } from './differences';
import { netemArguments } from './netem-arguments';
import { netemErrors } from './netem-errors';
import type { Observed, ObservedQdisc } from './observed';
import type { Profile } from './profile';
import {
  everybodyPref,
  exemptions,
  handles,
  matchAll,
  ownersMark,
  type Exemption,
  type QdiscTree,
} from './qdisc-tree';
import { tcCommand, type TcCommand } from './tc-command';

/** What the driver knows and the kernel does not show. */
export interface PlanSettings {
  /** Replace a root qdisc that somebody else made, instead of refusing. */
  readonly takeOverRoot: boolean;
  /** The shape that the netem leaf was last given; netem never shows its table. */
  readonly loadedShape: string | undefined;
}

export interface Plan {
  readonly commands: readonly TcCommand[];
  /** The one that makes the difference for packets: what a person wants to be shown. */
  readonly decisive: TcCommand | undefined;
}

/** The pass class is never to be the bottleneck, and the quantum is said so that HTB does not derive an absurd one. */
const passEverything = 'htb rate 100gbit ceil 100gbit burst 1mb cburst 1mb quantum 60000';

/** Room for a burst of small packets on their way through, whatever txqueuelen the device was made with. */
const passQueuePackets = 10_000;

/**
 * The commands that lead from what the kernel has to what is asked, in an order in which no packet is ever shaped by
 * half: leaf and exemptions first, then the filter that sends packets there; the other way round when it goes. A tree
 * that is already right needs no command at all.
 *
 * @throws PodlagError `foreign-qdisc`
 */
export function plan(tree: QdiscTree, observed: Observed, settings: PlanSettings): Plan {
  if (tree.profile === undefined) return planRemoval(tree, observed);
  const leaf = planLeaf(tree, tree.profile, observed, settings);
  const ours = isOurs(rootOf(observed));
  const filters = ours ? observed.filters : [];
  const asked = exemptions(tree.agentPort);
  const turn = planFilter(tree, everybody, handles.shapedClass, filters);
  return {
    commands: [
      ...planRoot(tree, observed, settings),
      ...planPassClass(tree, observed),
      ...asked.flatMap((exemption) => planFilter(tree, exemption, handles.passClass, filters)),
      ...removeStrangeFilters(tree, [...asked, everybody], filters),
      ...leaf,
      ...turn,
    ],
    decisive: leaf.at(-1) ?? turn.at(-1),
  };
}

/** The tree is ours: a filter that somebody put into it would take packets from where they belong. */
function removeStrangeFilters(
  { device }: QdiscTree,
  asked: readonly { readonly pref: number }[],
  present: Observed['filters'],
): readonly TcCommand[] {
  const strangers = present.filter((one) => !asked.some(({ pref }) => pref === one.pref));
  const prefs = new Map(strangers.map((one) => [one.pref, one]));
  return [...prefs.values()].map((one) => deleteFilter(device, one));
}

/** The switch alone: packets already in the leaf still arrive when they are due. */
function planRemoval({ device }: QdiscTree, observed: Observed): Plan {
  const shaped = isOurs(rootOf(observed)) && observed.filters.some(({ pref }) => pref === everybodyPref);
  if (!shaped) return { commands: [], decisive: undefined };
  const decisive = deleteFilter(device, everybody);
  return { commands: [decisive], decisive };
}

/** Takes the whole tree away; the kernel puts the device's default qdisc back. For a tree that has drained. */
export function planClearance(device: string, observed: Observed): readonly TcCommand[] {
  return isOurs(rootOf(observed)) ? [command(`qdisc del dev ${device} root`)] : [];
}

const everybody: Pick<Exemption, 'pref' | 'matches'> & { protocol: 'all' } = {
  pref: everybodyPref,
  protocol: 'all',
  matches: matchAll,
};

function planRoot({ device }: QdiscTree, observed: Observed, settings: PlanSettings): readonly TcCommand[] {
  const root = rootOf(observed);
  if (isOurs(root)) return [];
  const foreign = root !== undefined && root.handle !== '0:';
  if (foreign && !settings.takeOverRoot) {
    throw netemErrors.error(
      'foreign-qdisc',
      `${device} has a root qdisc that podlag did not make: ${root.kind} ${root.handle}`,
    );
  }
  return [
    ...(foreign ? [command(`qdisc del dev ${device} root`)] : []),
    command(`qdisc add dev ${device} root handle ${handles.root} htb default 1 direct_qlen ${ownersMark}`),
  ];
}

function planPassClass({ device }: QdiscTree, observed: Observed): readonly TcCommand[] {
  const ready =
    hasClass(observed, handles.passClass) && qdiscAt(observed, handles.passClass)?.kind === 'pfifo';
  if (ready) return [];
  return [
    addClass(device, handles.passClass),
    command(
      `qdisc replace dev ${device} parent ${handles.passClass} handle ${handles.passLeaf} pfifo limit ${passQueuePackets}`,
    ),
  ];
}

function planLeaf(
  { device }: QdiscTree,
  profile: Profile,
  observed: Observed,
  { loadedShape }: PlanSettings,
): readonly TcCommand[] {
  const present = isOurs(rootOf(observed)) ? qdiscAt(observed, handles.shapedClass) : undefined;
  if (present?.netem && isNetemLeafAsAsked(profile, present.netem) && isLoaded(profile, loadedShape))
    return [];
  const verb = present?.netem ? 'change' : 'add';
  const place = `dev ${device} parent ${handles.shapedClass} handle ${handles.shapedLeaf}`;
  return [
    ...(hasClass(observed, handles.shapedClass) ? [] : [addClass(device, handles.shapedClass)]),
    ...removeStranger(device, present),
    command(`qdisc ${verb} ${place} netem ${netemArguments(profile, present?.netem).join(' ')}`),
  ];
}

function isLoaded({ delay }: Profile, loadedShape: string | undefined): boolean {
  return delay.shape === undefined || delay.shape.name === loadedShape;
}

/** Somebody put another qdisc where the netem leaf belongs. */
function removeStranger(device: string, present: ObservedQdisc | undefined): readonly TcCommand[] {
  if (present === undefined || present.netem) return [];
  return [command(`qdisc del dev ${device} parent ${handles.shapedClass} handle ${present.handle}`)];
}

function planFilter(
  { device }: QdiscTree,
  filter: Omit<Exemption, 'protocol'> & { readonly protocol: string },
  flowid: string,
  present: Observed['filters'],
): readonly TcCommand[] {
  const there = present.filter(({ pref }) => pref === filter.pref);
  if (there.length === 1 && there.every((one) => filterAsAsked(one, { ...filter, flowid }))) return [];
  const { pref, protocol, matches } = filter;
  const keys = matches.map(u32Key).join(' ');
  return [
    ...(there.length > 0 ? [deleteFilter(device, { pref, protocol: there[0]?.protocol ?? protocol })] : []),
    command(
      `filter add dev ${device} parent ${handles.root} protocol ${protocol} pref ${pref} u32 ${keys} flowid ${flowid}`,
    ),
  ];
}

/** `091c0000/ffff0000 at 20`, as tc shows it, to how tc reads it. */
function u32Key(match: string): string {
  const [key = '', , offset = ''] = match.split(' ');
  const [value = '', mask = ''] = key.split('/');
  return `match u32 0x${value} 0x${mask} at ${offset}`;
}

function deleteFilter(device: string, { pref, protocol }: { pref: number; protocol: string }): TcCommand {
  return command(`filter del dev ${device} parent ${handles.root} protocol ${protocol} pref ${pref}`);
}

/** `replace`, since a class without a leaf may be there: an agent that was killed between two commands leaves one. */
function addClass(device: string, classid: string): TcCommand {
  return command(`class replace dev ${device} parent ${handles.root} classid ${classid} ${passEverything}`);
}

function hasClass(observed: Observed, classid: string): boolean {
  return isOurs(rootOf(observed)) && observed.classes.includes(classid);
}

function command(line: string): TcCommand {
  return tcCommand(...line.split(' '));
}
