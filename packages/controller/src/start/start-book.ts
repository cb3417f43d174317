import { Duration, parsed, type Clock, type Logger } from '@podlag/core';
import type { Outcome } from '../desired/outcome';
import { lengthOf } from '../desired/timeline';
import type { Started } from '../desired/world';
import { problemOf } from '../dispatch/problem-of';
import type { AnyStatus } from '../status/object-status';
import type { StatusPlace, StatusWriter } from '../status/status-writer';
import type { SeenObject } from '../world/custom-objects';
import { leadMsFor, startChange } from './scenario-start';

/** What a StartBook needs. */
export interface StartBookParts {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly statuses: StatusWriter;
  readonly placeOf: (seen: SeenObject) => StatusPlace;
  /** Called when a start has been written. */
  readonly onChange: () => void;
}

interface Entry {
  readonly uid: string;
  readonly started: Started | undefined;
  /** Whether this controller has decided it, while it leads. What it has read is as old as when it was read. */
  readonly isOwn: boolean;
}

/** After a start could not be written, in milliseconds. */
const againMs = 1_000;

/** When each object started. A scenario's start is in its status before any agent hears of it: whoever leads next goes by it. */
export class StartBook {
  readonly #entries = new Map<string, Entry>();
  readonly #writing = new Set<string>();

  constructor(private readonly parts: StartBookParts) {}

  /** The starts of all that have started. Those that are to start are written, where this controller leads. */
  update(
    objects: ReadonlyMap<string, SeenObject>,
    agents: number,
    isLeading: boolean,
  ): ReadonlyMap<string, Started> {
    for (const key of this.#entries.keys()) if (!objects.has(key)) this.#entries.delete(key);
    for (const seen of objects.values()) this.#updateOne(seen, agents, isLeading);
    return new Map(
      [...this.#entries].flatMap(([key, { started }]) =>
        started === undefined ? [] : [[key, started] as const],
      ),
    );
  }

  /**
   * Faults and matrices start when there is an agent that can be asked for them: before that their time does not run. For the
   * one who leads; those who follow go by the status.
   */
  begin(objects: ReadonlyMap<string, SeenObject>, outcomes: ReadonlyMap<string, Outcome>): void {
    const { clock, onChange } = this.parts;
    const begun = [...objects.values()].filter(
      (seen) => this.startedOf(seen.key) === undefined && canStart(seen, outcomes.get(seen.key)),
    );
    for (const { key, object } of begun) {
      const started = { startTime: clock.now() };
      this.#entries.set(key, { uid: object.metadata.uid ?? '', started, isOwn: true });
    }
    // Those that last until they are deleted are planned without a start.
    if (begun.some(({ key }) => outcomes.get(key)?.waitingFor === 'start')) onChange();
  }

  /** The start of one object, as it is known now. */
  startedOf(key: string): Started | undefined {
    return this.#entries.get(key)?.started;
  }

  #updateOne(seen: SeenObject, agents: number, isLeading: boolean): void {
    const { key, object } = seen;
    const uid = object.metadata.uid ?? '';
    const isSuspended = seen.kind !== 'scenario' && seen.parsed?.suspend === true;
    // One that was suspended starts anew.
    const entry: Entry = isSuspended
      ? { uid, started: undefined, isOwn: isLeading }
      : this.#known(seen, uid, isLeading);
    this.#entries.set(key, entry);
    if (seen.kind === 'scenario' && seen.parsed !== undefined && isLeading) {
      const now = this.parts.clock.now();
      const lengthMs = lengthOf(seen.parsed)?.milliseconds;
      const at = { now, leadMs: leadMsFor(agents), lengthMs };
      const change = startChange(seen.parsed.state, entry.started, at);
      if (change !== undefined) void this.#write(seen, uid, change.started);
    }
  }

  /** What a leader has decided itself is newer than what its watch has told; of others the status says it. */
  #known({ key, object }: SeenObject, uid: string, isLeading: boolean): Entry {
    const own = this.#entries.get(key);
    if (isLeading && own?.isOwn && own.uid === uid) return own;
    return { uid, started: startedIn(object.status), isOwn: false };
  }

  async #write(seen: SeenObject, uid: string, started: Started): Promise<void> {
    const { key } = seen;
    if (this.#writing.has(key)) return;
    this.#writing.add(key);
    const { statuses, placeOf, clock, logger, onChange } = this.parts;
    const place = placeOf(seen);
    try {
      const isWritten = await statuses.writeNow(place, {
        ...statuses.lastOf(place),
        ...statusOf(started),
      });
      if (isWritten) {
        this.#entries.set(key, { uid, started, isOwn: true });
        onChange();
      } else {
        // Perhaps another leads by now; its start counts.
        clock.after(againMs, onChange);
      }
    } catch (error) {
      logger.warn({ object: key, ...problemOf(error) }, 'start: not written, tried again');
      clock.after(againMs, onChange);
    } finally {
      this.#writing.delete(key);
    }
  }
}

function canStart({ kind, parsed }: SeenObject, outcome: Outcome | undefined): boolean {
  if (kind === 'scenario' || parsed === undefined || parsed.suspend || outcome === undefined) return false;
  return outcome.waitingFor === 'start' || outcome.plannedNames.size > 0;
}

const duration = parsed((value) => Duration.parse(value));

/** What cannot be read, somebody else has written: it is as if it were not there. */
function startedIn(status: AnyStatus | undefined): Started | undefined {
  const startTime = Date.parse(status?.startTime ?? '');
  if (Number.isNaN(startTime)) return undefined;
  const { data: position } = duration.safeParse(status?.position);
  return { startTime, ...(position === undefined ? {} : { position: position.milliseconds }) };
}

/** A position that is undefined is left out: that takes away one that was there. */
function statusOf({
  startTime,
  position,
}: Started): Pick<AnyStatus, 'startTime'> & { position: string | undefined } {
  return {
    startTime: new Date(startTime).toISOString(),
    position:
      position === undefined ? undefined : Duration.ofNanoseconds(Math.round(position * 1e6)).toString(),
  };
}
