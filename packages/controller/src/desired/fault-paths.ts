import type { ParsedFaultSpec, PlannedSide } from '@podlag/api';
import type { Draft } from './draft';
import { ofSide, ramped, type TimedEffects } from './effects-of-side';
import type { Entry } from './entry';
import { planEgress } from './egress';
import { frontEntries, type Front, type Fronts } from './front';
import { planIngress } from './ingress';
import type { DesiredMemory } from './memory';
import { mould, type Mould, type Owner } from './mould';
import { picked } from './pick';
import { resolveTarget, type ResolvedTarget } from './resolve-target';
import type { Roster } from './roster';
import { mostTargets, targetList } from './target-list';
import type { World, WorldPod } from './world';

/** What is the same for all objects of one computation. */
export interface Scene {
  readonly world: World;
  readonly roster: Roster;
  readonly fronts: Fronts;
  readonly memory: DesiredMemory;
}

/** One fault on its way to the agents: who shapes, whom it meets, and how a planned fault of it is made. */
export interface FaultWork {
  readonly spec: ParsedFaultSpec;
  readonly namespace: string;
  /** The selected pods that can shape their own packets. */
  readonly shapers: readonly WorldPod[];
  /** With `toEntries` all of their entries in one list, and with `fronts` the Services that lead to them. */
  readonly to: readonly ResolvedTarget[];
  readonly toEntries: readonly Entry[];
  readonly fronts: readonly Front[];
  readonly except: readonly Entry[];
  readonly draft: Draft;
  readonly mouldOf: (side: PlannedSide) => Mould;
  /** Asks `pod` for a fault toward these, at least one. */
  readonly plan: (pod: WorldPod, made: Mould, to: readonly Entry[], except: readonly Entry[]) => void;
}

export interface Selected {
  readonly namespace: string;
  /** Of the object. */
  readonly uid: string;
}

/** The pods that a fault is for: of its own namespace, by selector and mode. */
export function chosenPods(
  { selector, mode }: ParsedFaultSpec,
  { namespace, uid }: Selected,
  roster: Roster,
  draft: Draft,
): readonly WorldPod[] {
  const found = roster.selected(namespace, selector);
  const able = found.filter(({ hostNetwork }) => hostNetwork !== true);
  // Where some are picked of many, one on its node's network is none of the many.
  if (mode.kind === 'all' || able.length === 0)
    for (const pod of found) if (pod.hostNetwork) draft.leaveAlone(pod);
  return picked(mode, uid, able);
}

/**
 * Plans a fault so that each packet that it means meets it once: what the chosen pods send at their own agents, what they
 * receive at the sender's agent where it can be asked, else at their own.
 *
 * @param pods those chosen
 */
export function planFault(
  spec: ParsedFaultSpec,
  owner: Owner,
  scene: Scene,
  task: { draft: Draft; pods: readonly WorldPod[] },
): void {
  const { draft, pods } = task;
  const shapers = draft.shapersAmong(pods);
  const resolution = { namespace: owner.namespace, ...scene, draft };
  const except = spec.except
    ?.map((target) => resolveTarget(target, resolution))
    .flatMap(({ entries, fronts = [] }) => [...entries, ...frontEntries(fronts)]);
  const to = (spec.to ?? [{ kind: 'everybody' }]).map((target) => resolveTarget(target, resolution));
  if (isHeldBack(spec, scene.world)) return;
  const work: FaultWork = {
    ...{ spec, namespace: owner.namespace, shapers, to, draft },
    toEntries: to.flatMap(({ entries }) => entries),
    fronts: to.flatMap(({ fronts = [] }) => fronts),
    except: except ?? [],
    mouldOf: (side) => mould(partsOf(spec, owner, side), scene.memory),
    plan: planner(draft, scene.memory),
  };
  if (spec.direction !== 'ingress') planEgress(work);
  if (spec.direction !== 'egress') planIngress(work);
}

/** A name that is to be spared and is not known yet would be met like the rest. */
function isHeldBack({ except = [] }: ParsedFaultSpec, world: World): boolean {
  return except.some(
    (target) => target.kind === 'hostname' && world.addressesOf(target.hostname) === undefined,
  );
}

function partsOf(spec: ParsedFaultSpec, owner: Owner, side: PlannedSide): Parameters<typeof mould>[0] {
  const whole: TimedEffects = ramped(spec.effects, owner.ramp);
  return {
    name: owner.nameOf(side),
    direction: side === 'received' ? 'ingress' : 'egress',
    what: ofSide(whole, spec.direction, side === 'own' ? 'egress' : 'ingress'),
    hours: owner,
  };
}

export function planner(draft: Draft, memory: DesiredMemory): FaultWork['plan'] {
  return (pod, made, to, except) => {
    const targets = targetList(to, memory);
    const exceptions = except.length === 0 ? undefined : targetList(except, memory);
    const count = Math.max(targets?.length ?? 0, exceptions?.length ?? 0);
    if (count <= mostTargets) {
      draft.plan(pod, made(targets, exceptions));
      return;
    }
    draft.problem({
      code: 'too-many-targets',
      detail: `the fault would have ${count} targets, and an agent takes ${mostTargets}`,
      hint: 'Name blocks of addresses instead of pods, or leave to out and name the few in except.',
    });
  };
}
