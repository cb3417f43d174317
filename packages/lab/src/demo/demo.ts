import { startLab, type Lab, type LabOptions, type LabProgress } from '../cluster';
import { delaysTable } from './delays-table';
import { demoErrors } from './demo-errors';
import { measureAll, pingsPerPod } from './measure-all';
import { Screen } from './screen';
import { session, setLatency } from './session';
import { openShell } from './shell';
import { shellGuide } from './shell-startup';
import { requireAsAsked, toleranceMs, type Verdict } from './verdict';

export interface DemoOptions extends Omit<LabOptions, 'path'> {
  readonly progress: LabProgress;
  readonly out: NodeJS.WriteStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Leave the lab open, with a prompt in it. */
  readonly shell: boolean;
  /** Whether a person types. */
  readonly terminal: boolean;
  /** Ends the demonstration; everything is cleaned up. */
  readonly signal: AbortSignal;
  /** When the user started it, in milliseconds since the epoch. */
  readonly startedAt: number;
}

/**
 * The demonstration, on a kernel that has netem: pods come up with a sidecar, one is made slower by hand, then all of them
 * at the same time, asked against measured.
 *
 * @throws PodlagError `delay-off` when a measured delay is off by more than a millisecond; others when something fails
 */
export async function demo(options: DemoOptions): Promise<void> {
  const { env, signal } = options;
  const lab = await startLab({ ...options, path: env.PATH ?? '' });
  try {
    await Promise.race([show(lab, options), interruption(signal)]);
  } finally {
    await lab.close();
  }
}

async function show(lab: Lab, options: DemoOptions): Promise<void> {
  const { out, env, shell, terminal, startedAt } = options;
  const screen = new Screen(out, env);
  await session(lab, screen);
  screen.say('Every pod at the same time: asked against measured');
  const verdicts = await measureAll(lab, options.progress);
  screen.write(`\n${coloured(delaysTable(verdicts, pingsPerPod), screen)}`);
  screen.write(`\n${summary(verdicts, (Date.now() - startedAt) / 1000)}\n`);
  if (shell) {
    for (const { ip } of lab.pods.filter(hasSidecar)) await setLatency(lab, ip, '0ms');
    screen.write(shellGuide('basic-pd-0', 'basic-tikv-0'));
    await openShell(lab, env, terminal);
  }
  requireAsAsked(verdicts);
}

const hasSidecar = ({ sidecars }: Lab['pods'][number]): boolean => sidecars.length > 0;

function summary(verdicts: readonly Verdict[], seconds: number): string {
  const held = verdicts.filter(({ holds }) => holds).length;
  return `${held} of ${verdicts.length} pods as asked, within ${toleranceMs} ms; ${seconds.toFixed(0)} s in all.`;
}

function coloured(table: string, screen: Screen): string {
  return table
    .replace(/\bok\b/g, (word) => screen.style('green', word))
    .replace(/\bOFF$/gm, (word) => screen.style('red', word));
}

function interruption(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const stop = (): void => reject(demoErrors.error('interrupted', 'interrupted'));
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
  });
}
