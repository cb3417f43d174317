import { didYouMean, isPodlagError } from '@podlag/core';
import { version } from './version';

const { argv, env, execPath, stdout, stderr } = process;
const [, script = '', role = '', ...rest] = argv;

/**
 * What this program is in a run. Each is loaded only when it is wanted: a probe is started for each measurement, and what it
 * does not need would take its CPU.
 */
const roles: Readonly<Record<string, (signal: AbortSignal) => Promise<unknown>>> = {
  async orchestrator(signal) {
    const { mainOrchestrator } = await import('./orchestrator/orchestrator-main');
    return mainOrchestrator(env, signal);
  },
  async worker(signal) {
    const { mainWorker } = await import('./worker/worker-main');
    return mainWorker(env, signal, [execPath, script, 'probe']);
  },
  async launcher(signal) {
    const { mainLauncher } = await import('./launcher/launcher-main');
    return mainLauncher(env, signal);
  },
  async probe(signal) {
    const { runProbe } = await import('./probe/run-probe');
    return runProbe(rest, { stdout, signal });
  },
  async certificates() {
    const { mainCertificates } = await import('./channel/certificates-main');
    return mainCertificates(rest, new Date());
  },
};

const usage = `Usage: podlag-bench ${Object.keys(roles).join(' | ')}

  orchestrator  has a run done, by workers that connect to it
  worker        measures, in a pod on a node
  launcher      makes the pods of a run, waits, fetches the results, cleans up
  probe NAME    one of the built-in benchmarks
  certificates  makes those of a run that no launcher starts: --folder DIR --host HOST --worker NAME [--worker NAME ...]

The first three are set by variables of the environment. docs/bench.md has the launcher's; it sets those of the other two.
`;

/** @returns the exit code: the role's, 0 where it tells none */
async function main(): Promise<number> {
  if (role === '--version') return say(`${version}\n`);
  if (role === '--help') return say(usage);
  const run = Object.hasOwn(roles, role) ? roles[role] : undefined;
  if (run === undefined) {
    const problem =
      role === '' ? '' : `podlag-bench: no role ${role}.${didYouMean(role, Object.keys(roles))}\n\n`;
    stderr.write(problem + usage);
    return 2;
  }
  const stop = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stop.abort(signal));
  const code = await run(stop.signal);
  return typeof code === 'number' ? code : 0;
}

function say(text: string): number {
  stdout.write(text);
  return 0;
}

main().then(
  // What is still open does not keep it; what is still to be written does.
  (code) => stdout.write('', () => process.exit(code)),
  (error: unknown) => {
    const text = isPodlagError(error) ? error.toText() : error instanceof Error ? error.stack : String(error);
    stderr.write(`podlag-bench: ${text ?? ''}\n`, () => process.exit(1));
  },
);
