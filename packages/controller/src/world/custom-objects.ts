import {
  parseLatencyMatrix,
  parseNetworkFault,
  parseScenario,
  type CustomObject,
  type LatencyMatrix,
  type NetworkFault,
  type ParsedLatencyMatrix,
  type ParsedNetworkFault,
  type ParsedScenario,
  type Scenario,
  type ScenarioState,
} from '@podlag/api';
import type { DesiredObjects } from '../desired/desired';
import { objectKey, type ObjectKind } from '../desired/object-key';
import { problemOf } from '../dispatch/problem-of';
import type { AgentProblem } from '../dispatch/agent-report';

/** Any of podlag's objects, as the API has it. */
export type AnyObject = NetworkFault | LatencyMatrix | Scenario;

/** One of podlag's objects, read as far as it can be. */
export type SeenObject =
  | (Seen<'networkfault', NetworkFault> & Read<ParsedNetworkFault>)
  | (Seen<'latencymatrix', LatencyMatrix> & Read<ParsedLatencyMatrix>)
  | (Seen<'scenario', Scenario> & Read<ParsedScenario>);

interface Seen<Kind extends ObjectKind, T extends AnyObject> {
  readonly kind: Kind;
  readonly key: string;
  readonly object: T;
}

type Read<P> =
  | { readonly parsed: P; readonly problem?: undefined }
  | { readonly parsed?: undefined; readonly problem: AgentProblem };

/**
 * Reads each object once in a generation: status changes a hundred times as often as spec does, and what is the same value
 * need not be looked at again.
 */
export class ObjectReader {
  #known: ReadonlyMap<
    string,
    { readonly uid: string; readonly generation: number; readonly read: Read<unknown> }
  > = new Map();

  /**
   * All of them, by object key. Sorted by it. Not those that have been deleted and that somebody's finalizer keeps: for who
   * has deleted them they are gone.
   */
  read(
    networkFaults: Iterable<NetworkFault>,
    latencyMatrices: Iterable<LatencyMatrix>,
    scenarios: Iterable<Scenario>,
  ): ReadonlyMap<string, SeenObject> {
    const all = [
      ...[...networkFaults].map((object) => this.#seen('networkfault', object, parseNetworkFault)),
      ...[...latencyMatrices].map((object) => this.#seen('latencymatrix', object, parseLatencyMatrix)),
      ...[...scenarios].map((object) => this.#seen('scenario', object, parseScenario)),
    ].filter(({ object }) => object.metadata.deletionTimestamp === undefined) as readonly SeenObject[];
    this.#known = new Map(
      all.map(({ key, object, parsed, problem }) => [
        key,
        {
          ...identityOf(object),
          read: problem === undefined ? { parsed } : { problem },
        },
      ]),
    );
    return new Map(
      all.map((seen) => [seen.key, seen] as const).sort(([one], [other]) => (one < other ? -1 : 1)),
    );
  }

  #seen(
    kind: ObjectKind,
    object: AnyObject,
    parse: (object: unknown) => unknown,
  ): Seen<ObjectKind, AnyObject> & Read<unknown> {
    const { namespace = '', name } = object.metadata;
    const key = objectKey(kind, { namespace, name });
    const known = this.#known.get(key);
    const { uid, generation } = identityOf(object);
    const isSame = known?.uid === uid && known.generation === generation;
    return { kind, key, object, ...lasting(object, isSame ? known.read : readBy(parse, object)) };
  }
}

/** A scenario that was aborted is over, whatever is asked of it since: what it has ended does not come back. */
function lasting(object: AnyObject, read: Read<unknown>): Read<unknown> {
  if (object.status?.phase !== 'Aborted' || read.problem !== undefined) return read;
  const state: ScenarioState = 'Aborted';
  return { parsed: { ...(read.parsed as ParsedScenario), state } };
}

function identityOf({ metadata }: CustomObject<unknown, unknown>): {
  readonly uid: string;
  readonly generation: number;
} {
  return { uid: metadata.uid ?? '', generation: metadata.generation ?? 0 };
}

function readBy(parse: (object: unknown) => unknown, object: AnyObject): Read<unknown> {
  try {
    return { parsed: parse(object) };
  } catch (error) {
    return { problem: problemOf(error) };
  }
}

/** Those that could be read. */
export function readableObjects(seen: Iterable<SeenObject>): DesiredObjects {
  const networkFaults: ParsedNetworkFault[] = [];
  const latencyMatrices: ParsedLatencyMatrix[] = [];
  const scenarios: ParsedScenario[] = [];
  for (const { kind, parsed } of seen) {
    if (parsed === undefined) continue;
    if (kind === 'networkfault') networkFaults.push(parsed);
    else if (kind === 'latencymatrix') latencyMatrices.push(parsed);
    else scenarios.push(parsed);
  }
  return { networkFaults, latencyMatrices, scenarios };
}
