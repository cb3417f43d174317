import type { Lab, LabPod, LabProgress } from '../cluster';
import { setLatency } from './session';
import { verdictOf, type Verdict } from './verdict';

/** What each pod in turn is asked for, in milliseconds. The first is left alone: a neighbour's delay must not reach it. */
const askedMs = [0, 0.25, 0.5, 1, 5, 10, 20, 50, 100];

/** For a median that one bad moment of the machine does not move. */
export const pingsPerPod = 15;

/** Gives every pod a delay of its own, all in force at the same time, and measures them one after the other. */
export async function measureAll(lab: Lab, progress: LabProgress): Promise<readonly Verdict[]> {
  const pods = lab.pods.filter(({ sidecars }) => sidecars.length > 0);
  const asked = (index: number): number => askedMs[index % askedMs.length] ?? 0;
  const idle = await progress.step(`${pingsPerPod} pings to each, idle`, () => pingEach(lab, pods));
  for (const [index, { ip }] of pods.entries()) await setLatency(lab, ip, `${asked(index)}ms`);
  const delayed = await progress.step(`${pingsPerPod} pings to each, delayed`, () => pingEach(lab, pods));
  return pods.map(({ name }, index) =>
    verdictOf({
      pod: name,
      askedMs: asked(index),
      idleMs: idle[index] ?? [],
      withDelayMs: delayed[index] ?? [],
    }),
  );
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
