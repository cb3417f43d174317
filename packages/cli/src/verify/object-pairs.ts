import {
  latencyMatrices,
  matches,
  networkFaults,
  plannedName,
  plannedSides,
  type LabelSelector,
  type PlannedSide,
} from '@podlag/api';
import { isPodlagError, quote } from '@podlag/core';
import type { KubeApi, ObjectRef } from '@podlag/kube';
import { cliErrors } from '../frame/cli-errors';
import type { CommandContext } from '../frame/command-context';
import { statusOf } from '../objects/object-kinds';
import { askedOf } from './asked';
import { atMost } from '../agents/at-most';
import type { End, Pair } from './end';
import { explainPair, type ProbeSettings } from './measure-pair';
import { portOf } from './object-port';
import { only, sampled } from './pairs';

/** The object that is to be verified, as far as it says what to look at. */
export interface VerifiedObject {
  /** `networkfault/slow-pd`. */
  readonly name: string;
  readonly phase: string;
  /** Of the pods that are selected; of the others some are peers. */
  readonly selector: LabelSelector;
  /** The first port that its targets name, or that of the pods behind the first Service. */
  readonly port: number | undefined;
  /** Whether a fault that an agent names belongs to it. */
  readonly isOwn: (faultName: string) => boolean;
}

const pattern = /^(networkfaults?|nf|latencymatri(?:x|ces)|lm)\/([^/]+)$/;

/**
 * Reads the object that is named as `networkfault/NAME`, `nf/NAME`, `latencymatrix/NAME` or `lm/NAME`.
 *
 * @throws PodlagError `usage`, `no-such-object`
 */
export async function readVerifiedObject(
  api: KubeApi,
  namespace: string,
  given: string,
): Promise<VerifiedObject> {
  const [, kind, name] = pattern.exec(given) ?? [];
  if (kind === undefined || name === undefined) {
    throw cliErrors.error('usage', `${quote(given)} is neither networkfault/NAME nor latencymatrix/NAME`, {
      hint: 'Name one of them; -l chooses pods, --to the peer.',
    });
  }
  const ref = { namespace, name };
  const found = kind.startsWith('n') ? await readFault(api, ref) : await readMatrix(api, ref);
  if (found === undefined) throw cliErrors.error('no-such-object', `no ${given} in ${namespace}`);
  return found;
}

async function readFault(
  api: KubeApi,
  ref: ObjectRef & { readonly namespace: string },
): Promise<VerifiedObject | undefined> {
  const object = await api.get(networkFaults, ref);
  if (object === undefined) return undefined;
  const { selector, to = [] } = object.spec;
  return {
    name: `networkfault/${ref.name}`,
    phase: statusOf(object).phase,
    selector,
    port: await portOf(api, ref.namespace, to),
    isOwn: plannedAs('networkfault', [ref.name]),
  };
}

async function readMatrix(api: KubeApi, ref: ObjectRef): Promise<VerifiedObject | undefined> {
  const object = await api.get(latencyMatrices, ref);
  if (object === undefined) return undefined;
  const { selector = {}, regions } = object.spec;
  const rows = regions.map(({ name }) => [ref.name, name]);
  return {
    name: `latencymatrix/${ref.name}`,
    phase: statusOf(object).phase,
    selector,
    port: undefined,
    isOwn: plannedAs('latencymatrix', ...rows),
  };
}

/** An agent names a planned fault with its plan; the controller calls it so on each side. */
function plannedAs(kind: string, ...parents: readonly (readonly string[])[]): VerifiedObject['isOwn'] {
  const sides = Object.keys(plannedSides) as PlannedSide[];
  const names = parents.flatMap((parts) =>
    sides.map((side) => `controller/${plannedName(kind, parts, side)}`),
  );
  return (faultName) => names.includes(faultName);
}

/** Four questions to two agents each: so many are asked in seconds. */
const mostAsked = 1_000;
const atOnce = 32;

/**
 * Those pairs whose packets meet the object's faults, by what the agents say, in the same rounds.
 *
 * @throws PodlagError `not-effective` when there is none
 */
export async function concernedPairs(
  context: CommandContext,
  object: VerifiedObject,
  rounds: readonly (readonly Pair[])[],
  settings: ProbeSettings,
): Promise<readonly (readonly Pair[])[]> {
  const isSelected = ({ agent }: End): boolean =>
    agent?.pod !== undefined && matches(object.selector, agent.pod.metadata.labels);
  const possible = only(rounds, ({ from, to }) => isSelected(from) || isSelected(to));
  const candidates = sampled(possible, mostAsked);
  if (candidates.flat().length < possible.flat().length) {
    context.stderr(`Of ${possible.flat().length} pairs of its pods ${mostAsked} are looked at.\n`);
  }
  const met = await atMost(atOnce, candidates.flat(), (pair) => meets(object, pair, settings));
  const concerned = new Set(candidates.flat().filter((_, index) => met[index]));
  if (concerned.size > 0) return only(candidates, (pair) => concerned.has(pair));
  throw cliErrors.error(
    'not-effective',
    `no connection to port ${settings.port} between pods meets ${object.name}`,
    {
      hint: `It is ${object.phase}: see "${context.name} status". Give --port where it is for some ports, --to for a peer that is no pod with an agent.`,
    },
  );
}

/** An agent that does not answer may well have it: that shows when it is measured. */
async function meets({ isOwn }: VerifiedObject, pair: Pair, settings: ProbeSettings): Promise<boolean> {
  try {
    return askedOf(await explainPair(pair, settings)).faults.some(isOwn);
  } catch (error) {
    if (!isPodlagError(error)) throw error;
    return true;
  }
}
