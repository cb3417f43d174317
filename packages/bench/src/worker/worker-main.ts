import { createLogger, loadConfig, systemClock } from '@podlag/core';
import { benchErrors } from '../bench-errors';
import { benchmarks } from '../benchmark/benchmarks';
import { readChannelTls } from '../channel/channel-tls';
import type { ProbeProgram } from './task-command';
import { Worker } from './worker';
import { workerSettings } from './worker-settings';

/** Where programs are looked for when nobody says: as a shell does. */
const usualPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/**
 * `podlag-bench worker`: until the orchestrator lets it go.
 *
 * @param signal ends it, with the programs that it runs
 * @param probeProgram what runs podlag's own probes
 * @throws PodlagError `invalid-config`, `worker-refused`, `past-deadline`
 */
export async function mainWorker(
  env: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
  probeProgram: ProbeProgram,
): Promise<void> {
  const { worker: name, deadline, tlsFolder, logLevel, ...settings } = loadConfig(workerSettings, { env });
  const tls = await readChannelTls(tlsFolder);
  const past = new AbortController();
  const cancelTimer = systemClock.after(deadline.milliseconds, () => past.abort());
  const worker = new Worker({
    ...settings,
    ...{ name, tls, benchmarks, probeProgram, clock: systemClock },
    path: env.PATH ?? usualPath,
    log: createLogger('bench-worker', logLevel),
  });
  try {
    await worker.run(AbortSignal.any([signal, past.signal]));
  } finally {
    cancelTimer();
  }
  if (past.signal.aborted) {
    throw benchErrors.error('past-deadline', `worker ${name}: not let go within ${deadline.toString()}`);
  }
}
