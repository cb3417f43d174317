import { netemErrors } from '../netem-errors';
import type { QdiscTree } from '../tree/qdisc-tree';
import { handles, ingressDevice, ownersMark, passQueuePackets } from './handles';
import { askedOf, type AskedSide } from './asked-side';
import type { Observed, ObservedDevice } from './observed';
import type { Operation } from './operation';
import { planFilters } from './plan-filters';
import { planRedirect } from './plan-redirect';
import { planClass, planLeaves, qdisc, type LeafSettings } from './plan-leaves';
import { isOurs, qdiscAt, rootOf, treeOf } from './tree-root';

/** What the driver knows and the kernel does not show. */
export interface PlanSettings extends LeafSettings {
  /** Replace a root qdisc that somebody else made, instead of refusing. */
  readonly takeOverRoot: boolean;
}

export interface Plan {
  readonly operations: readonly Operation[];
  /** The one that makes the difference for packets: what a person wants to be shown. */
  readonly decisive: Operation | undefined;
}

/**
 * The operations that lead from what the kernel has to what is asked, in an order in which every packet at every
 * moment gets either its old or its new treatment. A tree that is already right needs none.
 *
 * @param known the tree that was seen to stand: of the filters only those are looked at in which `tree` differs from it
 * @throws PodlagError `foreign-qdisc`, `foreign-ifb`, `too-many-filters`
 */
export function plan(
  tree: QdiscTree,
  observed: ObservedDevice,
  settings: PlanSettings,
  known?: QdiscTree,
): Plan {
  const egress = planSide(askedOf(tree, 'egress', known), observed.egress, settings);
  const ingress = planIngress(askedOf(tree, 'ingress', known), tree.device, observed, settings);
  const operations = [...egress.operations, ...ingress.operations];
  return { operations, decisive: egress.decisive ?? ingress.decisive ?? operations.at(-1) };
}

/** The IFB and its tree first: what is led there before it stands would pass unshaped, or nowhere. */
function planIngress(
  asked: AskedSide,
  leadingDevice: string,
  observed: ObservedDevice,
  settings: PlanSettings,
): Plan {
  if (asked.side === undefined) {
    return observed.ingress
      ? planSide(asked, observed.ingress, settings)
      : { operations: [], decisive: undefined };
  }
  const device = ingressDevice(leadingDevice);
  assertOurIfb(device, observed);
  const side = planSide(asked, observed.ingress ?? nothingOn(device), settings);
  return {
    operations: [
      ...(observed.ingress ? [] : [{ kind: 'link', verb: 'add', device } as const]),
      ...side.operations,
      // What is led to a device that is down is lost.
      ...(observed.ingressLink?.up === false ? [{ kind: 'link', verb: 'up', device } as const] : []),
      ...planRedirect(leadingDevice, observed.hook),
    ],
    decisive: side.decisive,
  };
}

function assertOurIfb(device: string, { ingress, ingressLink }: ObservedDevice): void {
  const refuse = (sign: string): never => {
    const detail = `there is a device ${device} that podlag did not make: ${sign}`;
    throw netemErrors.error('foreign-ifb', detail);
  };
  if (ingressLink && ingressLink.kind !== 'ifb') refuse(`it is a ${ingressLink.kind || 'card'} and no ifb`);
  const root = ingress && rootOf(ingress);
  if (root && !isOurs(root) && root.handle !== '0:') refuse(`its root qdisc is ${root.kind} ${root.handle}`);
}

function nothingOn(device: string): Observed {
  return { device, qdiscs: [], classes: [], tables: [], filters: [] };
}

function planSide(asked: AskedSide, observed: Observed, settings: PlanSettings): Plan {
  if (asked.side === undefined) return planRelease(asked, observed);
  const seen = treeOf(observed);
  const filters = planFilters(observed.device, asked.layout, seen, asked.known);
  const leaves = planLeaves(asked.side.classes, seen, settings);
  return {
    operations: [
      ...planRoot(observed, settings),
      ...planPassClass(seen, settings),
      ...filters.first,
      ...leaves,
      ...filters.tables,
      ...filters.turns,
      ...filters.last,
    ],
    decisive: leaves.at(-1) ?? filters.turns.at(-1),
  };
}

/** The filters alone go: packets already in a leaf still arrive when they are due. */
function planRelease({ layout, known }: AskedSide, observed: Observed): Plan {
  const { first, turns } = planFilters(observed.device, layout, treeOf(observed), known);
  return { operations: [...first.filter(({ kind }) => kind === 'pref'), ...turns], decisive: turns[0] };
}

function planRoot(observed: Observed, { takeOverRoot }: PlanSettings): readonly Operation[] {
  const root = rootOf(observed);
  if (isOurs(root)) return [];
  const { device } = observed;
  const foreign = root !== undefined && root.handle !== '0:';
  if (foreign && !takeOverRoot) {
    throw netemErrors.error(
      'foreign-qdisc',
      `${device} has a root qdisc that podlag did not make: ${root.kind} ${root.handle}`,
    );
  }
  const spec = { kind: 'htb', defaultMinor: 1, directQueueLength: ownersMark } as const;
  return [
    ...(foreign ? [qdisc(device, 'delete', { parent: 'root', handle: undefined, spec: undefined })] : []),
    qdisc(device, 'add', { parent: 'root', handle: handles.root, spec }),
  ];
}

function planPassClass(observed: Observed, settings: PlanSettings): readonly Operation[] {
  const { device } = observed;
  const classes = planClass(observed, handles.passClass, settings);
  const present = qdiscAt(observed, handles.passClass);
  const spec = { kind: 'pfifo', limit: passQueuePackets } as const;
  const isOurQueue = present?.kind === 'pfifo' && present.handle === handles.passLeaf;
  if (isOurQueue && present.limit === spec.limit) return classes;
  return [
    ...classes,
    qdisc(device, 'replace', { parent: handles.passClass, handle: handles.passLeaf, spec }),
  ];
}
