import { Duration } from '@podlag/core';
import type {
  Counters,
  Observed,
  ObservedDevice,
  ObservedFilter,
  ObservedNetem,
  QdiscTree,
  Side,
} from '@podlag/netem';
import { passMinor } from '@podlag/netem';

/** The filter that catches what no other has. */
export const everybodyPref = 60_000;

/** What the kernel delays packets to nobody in particular by; 0 when no filter sends them to a leaf. */
export function observedDelay(observed: Observed | undefined): Duration {
  const everybody = observed?.filters.find(({ pref, parent }) => pref === everybodyPref && parent === '1:');
  const flowid = everybody?.u32?.flowid;
  const leaf = observed?.qdiscs.find(({ parent }) => flowid !== undefined && parent === flowid);
  return durationOfSeconds(leaf?.netem?.delaySeconds ?? 0);
}

/** What has gone through one class. `faults` is empty for the class that passes everything. */
export interface ClassCounters extends Counters {
  readonly classid: string;
  readonly faults: readonly string[];
}

const nothing: Counters = { bytes: 0, packets: 0, drops: 0, backlogPackets: 0 };

/** Each class of a direction, the one that passes everything first; none where nothing is shaped. */
export function countersOf(side: Side | undefined, observed: Observed | undefined): readonly ClassCounters[] {
  if (side === undefined || observed === undefined) return [];
  const classes = [{ minor: passMinor, faults: [] as readonly string[] }, ...side.classes];
  return classes.map(({ minor, faults }) => {
    const classid = `1:${minor.toString(16)}`;
    const leaf = observed.qdiscs.find(({ parent }) => parent === classid);
    return { classid, faults, ...(leaf?.counters ?? nothing) };
  });
}

/** Both directions. */
export function countersBody({ egress, ingress }: QdiscTree, observed: ObservedDevice | undefined): unknown {
  return {
    egress: countersOf(egress, observed?.egress),
    ingress: countersOf(ingress, observed?.ingress),
  };
}

/** The device in the kernel's words, with times that people read. Filters are counted: there may be 60,000. */
export function observedBody(observed: ObservedDevice | undefined): unknown {
  if (observed === undefined) return null;
  const { egress, hook, ingress } = observed;
  return {
    egress: sideBody(egress),
    ingress: ingress ? sideBody(ingress) : null,
    hook: { qdisc: hook.qdisc ?? null, filters: placesOf([...hook.filters, ...hook.egressFilters]) },
  };
}

function sideBody({ device, qdiscs, classes, filters, tables }: Observed): unknown {
  return {
    device,
    classes: classes.map(({ classid }) => classid),
    filters: filters.length,
    tables: tables.length,
    qdiscs: qdiscs.map(({ kind, handle, parent, netem }) => ({
      kind,
      handle,
      parent,
      ...(netem && { netem: inWords(netem) }),
    })),
  };
}

function placesOf(filters: readonly ObservedFilter[]): unknown {
  return filters.map(({ pref, protocol, kind }) => ({ pref, protocol, kind }));
}

function inWords({ delaySeconds, jitterSeconds, seed, ...rest }: ObservedNetem): unknown {
  return {
    delay: durationOfSeconds(delaySeconds).toString(),
    jitter: durationOfSeconds(jitterSeconds).toString(),
    ...rest,
    // JSON has no number as wide as the kernel's.
    ...(seed === undefined ? {} : { seed: seed.toString() }),
  };
}

function durationOfSeconds(seconds: number): Duration {
  return Duration.ofNanoseconds(Math.round(seconds * 1e9));
}
