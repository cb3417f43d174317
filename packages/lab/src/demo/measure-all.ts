import { setTimeout as sleep } from 'node:timers/promises';
import type { Lab, LabPod, LabProgress } from '../cluster';
import { setLatency } from './session';
import { verdictOf, type Measurement, type Verdict } from './verdict';

/** What each pod in turn is asked for, in milliseconds. The first is left alone: a neighbour's delay must not reach it. */
const askedMs = [0, 0.25, 0.5, 1, 5, 10, 20, 50, 100];

/** For a median that one bad moment of the machine does not move. */
export const pingsPerPod = 15;

/** How often a pod is measured that is off: a busy moment of the machine passes, a wrong delay does not. */
const mostTries = 4;

interface Asked {
  readonly pod: LabPod;
  readonly askedMs: number;
}

/**
 * Gives every pod a delay of its own, all in force at the same time, and measures them one after the other; those that are
 * off once more, up to three times, each after a rest (in milliseconds), in which a busy machine may calm down.
 */
export async function measureAll(
  lab: Lab,
  progress: LabProgress,
  restMs = 5_000,
): Promise<readonly Verdict[]> {
  const all = lab.pods
    .filter(({ sidecars }) => sidecars.length > 0)
    .map((pod, index) => ({ pod, askedMs: askedMs[index % askedMs.length] ?? 0 }));
  const latest = new Map<string, Verdict>();
  for (let tries = 1; tries <= mostTries; tries++) {
    const left = all.filter(({ pod }) => latest.get(pod.name)?.holds !== true);
    if (left.length === 0) break;
    if (tries > 1) await progress.step(`${left.length} off, once more after a rest`, () => sleep(restMs));
    for (const measured of await measure(lab, progress, left)) {
      latest.set(measured.pod, verdictOf(measured, tries));
    }
  }
  return [...latest.values()];
}

/** The round trips of these pods without their delays and with them; no other pod's delay is touched. */
async function measure(
  lab: Lab,
  progress: LabProgress,
  asked: readonly Asked[],
): Promise<readonly Measurement[]> {
  const pods = asked.map(({ pod }) => pod);
  for (const { ip } of pods) await setLatency(lab, ip, '0ms');
  const idle = await progress.step(`${pingsPerPod} pings to each, idle`, () => pingEach(lab, pods));
  for (const { pod, askedMs } of asked) await setLatency(lab, pod.ip, `${askedMs}ms`);
  const delayed = await progress.step(`${pingsPerPod} pings to each, delayed`, () => pingEach(lab, pods));
  return asked.map(({ pod, askedMs }, index) => ({
    pod: pod.name,
    askedMs,
    idleMs: idle[index] ?? [],
    withDelayMs: delayed[index] ?? [],
  }));
}

/** One pod at a time, so that no ping waits for another's. */
async function pingEach(
  lab: Lab,
  pods: readonly LabPod[],
): Promise<readonly (readonly (number | undefined)[])[]> {
  const times: (readonly (number | undefined)[])[] = [];
  for (const { ip } of pods) times.push((await lab.ping('node', ip, pingsPerPod)).timesMs);
  return times;
}
