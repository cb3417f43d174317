import type { Clock, Logger, PlannedFault } from '@podlag/core';
import type { AgentClient, Authorize } from '@podlag/client';
import { AgentLink, type LinkParts, type SendOutcome } from './agent-link';
import { pending, type AgentProblem, type FaultReport } from './agent-report';
import { generationsPerTerm } from './generations';
import { PatientSlots } from './patient-slots';
import { Slots } from './slots';

/** An agent, as far as requests to it go. */
export interface AgentPlace {
  /** `namespace/name` of its pod. */
  readonly key: string;
  readonly namespace: string;
  readonly name: string;
  readonly address: string;
  readonly port: number;
  /** Another one is another agent, of which nothing is known: the pod's uid. */
  readonly uid: string;
  /** Changes when the agent may have lost what it had, or can be reached again: restarts, readiness. */
  readonly mark: string;
}

/** The clients for one agent, and their end. */
export interface AgentConnection {
  readonly client: AgentClient;
  /** One that has its tokens from elsewhere. */
  readonly clientWith: (authorize: Authorize) => AgentClient;
  close(): void;
}

/** An agent, for whoever brings it keys. */
export interface AgentHolder extends Omit<AgentConnection, 'close'> {
  /** Another one is another agent, of which nothing is known: the pod's uid and its restarts. */
  readonly id: string;
  readonly namespace: string;
  readonly name: string;
}

/** What a Dispatcher needs. */
export interface DispatcherParts {
  readonly connect: (place: AgentPlace) => AgentConnection;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Requests at the same time, but for those that are late. */
  readonly maxConcurrent: number;
  /** After so many milliseconds without an answer an agent counts as unreachable. */
  readonly silentMs: number;
  /** False while nobody can tell who leads, for the API server is out of reach: agents are asked for nothing new then. */
  readonly isLeading: () => boolean;
  /** Asks the API server whether the Lease is still ours. False when it does not answer. */
  readonly isStillLeader: () => Promise<boolean>;
  /** Something is known of an agent that was not known before. */
  readonly onReport: () => void;
  readonly onSent?: (outcome: SendOutcome, seconds: number) => void;
  /** What is known better of an agent that refuses, by its id as in `keyHolders`. */
  readonly explained?: (agentId: string, problem: AgentProblem) => AgentProblem;
}

interface Entry {
  readonly link: AgentLink;
  readonly connection: AgentConnection;
  place: AgentPlace;
}

/** Who has not answered after so many milliseconds keeps nobody waiting: agents of a node that is gone, all at once. */
const lateMs = 1_000;
/** So many times the requests at the same time may be late and still under way. */
const mostLateShare = 16;

/** Brings every agent to what is wanted of it, while this controller leads. */
export class Dispatcher {
  readonly #entries = new Map<string, Entry>();
  readonly #slots: LinkParts['slots'];
  #generation = 0;
  /** Whether it was told what to do: pods that come later have nothing of an earlier leader. */
  #hasBegun = false;

  constructor(private readonly parts: DispatcherParts) {
    const { clock, maxConcurrent } = parts;
    this.#slots = {
      sound: new PatientSlots({
        clock,
        most: maxConcurrent,
        lateMs,
        mostLate: mostLateShare * maxConcurrent,
      }),
      doubtful: new Slots(Math.max(1, Math.floor(maxConcurrent / 4))),
    };
  }

  /** The term in which this controller leads: its leases' transitions. */
  startTerm(term: number): void {
    this.#generation = Math.max(this.#generation, term * generationsPerTerm);
  }

  /**
   * All agents that there are, and what each is to have in force: those that are not in `wanted`, nothing. In namespaces that
   * are `unlearnt` what an earlier leader has left is renewed as it is.
   */
  want(
    places: readonly AgentPlace[],
    wanted: ReadonlyMap<string, readonly PlannedFault[]>,
    unlearnt: ReadonlySet<string> = new Set(),
  ): void {
    const present = new Set(places.map(({ key }) => key));
    for (const key of this.#entries.keys()) if (!present.has(key)) this.#forget(key);
    for (const place of places) {
      const { entry, isNudged } = this.#entryOf(place);
      entry.link.want(wanted.get(place.key) ?? [], { isOnHold: unlearnt.has(place.namespace) });
      if (isNudged) entry.link.nudge();
    }
    this.#hasBegun = true;
  }

  reportOf(podKey: string, faultName: string): FaultReport {
    const entry = this.#entries.get(podKey);
    const report = entry?.link.reportOf(faultName) ?? pending;
    if (entry === undefined || report.kind !== 'failed') return report;
    const { problem } = report;
    return { kind: 'failed', problem: this.parts.explained?.(idOf(entry.place), problem) ?? problem };
  }

  /** What agents have and nobody wants any more: names of faults by pod key. */
  get leftovers(): ReadonlyMap<string, readonly string[]> {
    const all = [...this.#entries].map(([key, { link }]) => [key, link.leftovers] as const);
    return new Map(all.filter(([, names]) => names.length > 0));
  }

  /** Keys of the pods whose agents may still have what an earlier leader has asked of them. */
  get inherited(): ReadonlySet<string> {
    return new Set([...this.#entries].flatMap(([key, { link }]) => (link.isInherited ? [key] : [])));
  }

  skewMsOf(podKey: string): number | undefined {
    return this.#entries.get(podKey)?.link.skewMs;
  }

  /** The client of an agent, for other questions than those about plans. */
  clientOf(podKey: string): AgentClient | undefined {
    return this.#entries.get(podKey)?.connection.client;
  }

  /** All agents, for whoever brings them keys. */
  get keyHolders(): readonly AgentHolder[] {
    return [...this.#entries.values()].map(({ place, connection: { client, clientWith } }) => ({
      ...{ id: idOf(place), namespace: place.namespace, name: place.name, client, clientWith },
    }));
  }

  /** How many agents are in which state. */
  counts(): Readonly<Record<AgentLink['state'], number>> {
    const counts = { empty: 0, settled: 0, pending: 0, failed: 0 };
    for (const { link } of this.#entries.values()) counts[link.state]++;
    return counts;
  }

  /** Whether no agent has a request under way or to come before its next renewal or try. */
  get isIdle(): boolean {
    return [...this.#entries.values()].every(({ link }) => link.isIdle);
  }

  /** Asks nothing more of anybody. What agents hold stays, until its ttl. */
  close(): void {
    for (const key of this.#entries.keys()) this.#forget(key);
  }

  #entryOf(place: AgentPlace): { readonly entry: Entry; readonly isNudged: boolean } {
    const present = this.#entries.get(place.key);
    if (present !== undefined && isSameAgent(present.place, place)) {
      const isNudged = present.place.mark !== place.mark;
      present.place = place;
      return { entry: present, isNudged };
    }
    this.#forget(place.key);
    const entry = this.#opened(place);
    this.#entries.set(place.key, entry);
    return { entry, isNudged: false };
  }

  #opened(place: AgentPlace): Entry {
    const {
      connect,
      clock,
      logger,
      silentMs,
      isLeading,
      isStillLeader,
      onReport,
      onSent = () => undefined,
    } = this.parts;
    const connection = connect(place);
    const link = new AgentLink({
      ...{ client: connection.client, clock, silentMs, onReport, onSent, slots: this.#slots },
      logger: logger.child({ pod: place.key }),
      isInherited: !this.#hasBegun,
      nextGeneration: () => ++this.#generation,
      ...{ mayChange: isLeading, mayOvertake: isStillLeader },
    });
    return { link, connection, place };
  }

  #forget(key: string): void {
    const entry = this.#entries.get(key);
    entry?.link.close();
    entry?.connection.close();
    this.#entries.delete(key);
  }
}

function idOf({ uid, mark }: AgentPlace): string {
  return `${uid} ${mark}`;
}

function isSameAgent(one: AgentPlace, other: AgentPlace): boolean {
  return one.uid === other.uid && one.address === other.address && one.port === other.port;
}
