import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { SelfCheck } from '../record/sample';
import { cgroupScheduling, textsBelow } from './environment-cgroup';
import { judge, workerLimits, type CgroupScheduling, type SelfCheckLimits } from './self-check-limits';

const nanosecondsPerSecond = 1e9;
/**
 * Coarse on purpose: the percentile is one of ticks, not of time, and with ticks of 1 ms a loop that stands still for
 * half of each 200 ms would have 1 late tick in 101, which is no 99th percentile.
 */
const resolutionMs = 10;

export interface SelfCheckOptions {
  readonly limits?: SelfCheckLimits;
  /** Folder below which /proc and /sys are read. Default `/`. */
  readonly root?: string;
}

/** A check under way. */
export interface RunningSelfCheck {
  /** Ends it and says how the process did since it began. */
  end(): Promise<SelfCheck>;
}

/** Watches this process: how late its event loop is, and how often its cgroup's CPU limit stops it. */
export async function startSelfCheck(options: SelfCheckOptions = {}): Promise<RunningSelfCheck> {
  const { limits = workerLimits, root = '/' } = options;
  const read = textsBelow(root);
  const before = await cgroupScheduling(read);
  const delay = monitorEventLoopDelay({ resolution: resolutionMs });
  delay.enable();
  return {
    async end() {
      // A tick that is due now must have been counted: a loop that stood still until this call has not told of it yet.
      await new Promise((resolve) => setTimeout(resolve, 2 * resolutionMs));
      delay.disable();
      const scheduling = since(before, await cgroupScheduling(read));
      return judge(
        {
          eventLoopDelay: lateness(delay.percentile(99)),
          ...(scheduling === undefined ? {} : { scheduling }),
        },
        limits,
      );
    },
  };
}

/** Seconds of lateness out of what the monitor records: the time from tick to tick, which has the ticks' own distance in it. */
export function lateness(tickNanoseconds: number): number {
  return Math.max(0, tickNanoseconds / nanosecondsPerSecond - resolutionMs / 1000);
}

function since(before?: CgroupScheduling, after?: CgroupScheduling): CgroupScheduling | undefined {
  if (before === undefined || after === undefined) return undefined;
  return { periods: after.periods - before.periods, throttled: after.throttled - before.throttled };
}
