import { hash } from 'node:crypto';
import {
  plannedName,
  type ParsedFaultSpec,
  type ParsedScenario,
  type ParsedStep,
  type ParsedTarget,
} from '@podlag/api';
import {
  Duration,
  quote,
  type Fault,
  type Plan,
  type PlannedFault,
  type Ramp,
  type Target,
} from '@podlag/core';
import { cliErrors } from '../frame/cli-errors';
import { timelineOf } from './timeline';

/** RFC 1123: the longest label of a name. */
const longestLabel = 63;
const hashDigits = 16;

/**
 * The plan's name at the agents: beside `controller`, which is the cluster's. A DNS label: a scenario's name that is none, as
 * it has dots or is long, is shortened, and kept apart from others by a hash.
 */
export function planNameOf(scenario: string): string {
  const plain = `scenario-${scenario}`;
  if (!scenario.includes('.') && plain.length <= longestLabel) return plain;
  const words = plain.replaceAll('.', '-').slice(0, longestLabel - hashDigits - 1);
  return `${words}-${hash('sha256', scenario).slice(0, hashDigits)}`;
}

/**
 * A Scenario as the plan of one agent, without a cluster: every agent that it is sent to does all of it, whatever its
 * selectors say. Its hours end it, or `scenario abort`, or its lease when nobody renews that.
 *
 * @param start milliseconds since the epoch
 * @throws PodlagError `bad-file` for what only a cluster can tell: objects by name, pods, Services, hostnames
 */
export function compiledPlan(scenario: ParsedScenario, start: number, generation: number): Plan {
  return {
    name: planNameOf(scenario.name),
    generation,
    faults: scenario.steps.map((step) => plannedFault(step, scenario, start)),
  };
}

/** Where neither the scenario nor its hours say when it must be over. */
const openLease = Duration.parse('1h');

/** How long agents go on with it unheard; undefined: to its end. */
export function leaseOf(scenario: ParsedScenario): Duration | undefined {
  return scenario.ttl ?? (timelineOf(scenario).ends ? undefined : openLease);
}

function plannedFault(step: ParsedStep, scenario: ParsedScenario, start: number): PlannedFault {
  const { what } = step;
  if (what.kind !== 'fault') {
    throw needsCluster(step, `${what.kind} ${quote(what.name)} is an object of a cluster`);
  }
  const { name, duration } = scenario;
  const fault = {
    ...faultOf(plannedName('scenario', [name, step.name]), what.fault, step),
    ttl: leaseOf(scenario),
  };
  const { at, for: length, every } = step;
  return { fault, timing: { start, at, for: length, every, until: duration, ramp: rampOf(step) } };
}

function faultOf(name: string, { effects, direction, to, except }: ParsedFaultSpec, step: ParsedStep): Fault {
  const targets = (list: readonly ParsedTarget[] | undefined): readonly Target[] | undefined =>
    list?.map((target) => targetOf(target, step));
  return { name, ...effects, direction, to: targets(to), except: targets(except) };
}

function targetOf({ ports, protocol, ...whom }: ParsedTarget, step: ParsedStep): Target {
  if (whom.kind === 'cidr') return { cidr: whom.cidr, ports, protocol };
  if (whom.kind === 'everybody') return { ports, protocol };
  throw needsCluster(step, `a target by ${whom.kind} needs a cluster to look it up`);
}

function rampOf(step: ParsedStep): Ramp | undefined {
  const { ramp } = step;
  switch (ramp?.of) {
    case undefined:
      return undefined;
    case 'scale':
      throw needsCluster(step, 'a ramp of scale is for a LatencyMatrix');
    case 'delay':
    case 'rate':
      return ramp;
    case 'loss':
      return { ...ramp, of: 'loss' };
  }
}

function needsCluster({ name }: ParsedStep, detail: string): Error {
  return cliErrors.error('bad-file', `step ${name}: ${detail}, and --agent has none`, {
    hint: 'Write the fault into the step, with cidr targets; or leave --agent out.',
  });
}
