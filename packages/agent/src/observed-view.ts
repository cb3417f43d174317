import { Duration } from '@podlag/core';
import { handles, type Counters, type Observed } from '@podlag/netem';

/** What the kernel delays every packet by; 0 when no filter sends packets to the leaf. */
export function observedDelay(observed: Observed): Duration {
  const shaping = observed.filters.some(({ flowid }) => flowid === handles.shapedClass);
  const leaf = observed.qdiscs.find(({ parent }) => parent === handles.shapedClass);
  return durationOfSeconds(shaping ? (leaf?.netem?.delaySeconds ?? 0) : 0);
}

const nothing: Counters = { bytes: 0, packets: 0, drops: 0, backlogPackets: 0 };

/** What has gone through the leaf of a class. */
export function countersAt(observed: Observed, classid: string): Counters {
  return observed.qdiscs.find(({ parent }) => parent === classid)?.counters ?? nothing;
}

/** The device's qdiscs in the kernel's words, with times that people read. */
export function observedBody({ device, qdiscs, classes, filters }: Observed): unknown {
  return {
    device,
    classes,
    filters,
    qdiscs: qdiscs.map(({ kind, handle, parent, netem }) => ({
      kind,
      handle,
      parent,
      ...(netem && { netem: inWords(netem) }),
    })),
  };
}

function inWords({
  delaySeconds,
  jitterSeconds,
  ...rest
}: NonNullable<Observed['qdiscs'][number]['netem']>): unknown {
  return {
    delay: durationOfSeconds(delaySeconds).toString(),
    jitter: durationOfSeconds(jitterSeconds).toString(),
    ...rest,
  };
}

function durationOfSeconds(seconds: number): Duration {
  return Duration.ofNanoseconds(Math.round(seconds * 1e9));
}
