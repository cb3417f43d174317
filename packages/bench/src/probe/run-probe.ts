import { lookup } from 'node:dns/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { isPodlagError } from '@podlag/core';
import { benchErrors } from '../bench-errors';
import { startSelfCheck } from '../worker/self-check';
import { probeLimits } from '../worker/self-check-limits';
import type { SelfCheck } from '../record/sample';
import type { ListenAt, Measured, Probe, ProbeLoad, ProbeName } from './probe';
import { probes } from './probe-benchmarks';
import { parseProbeCommand, type ProbeCommand } from './probe-command';
import { printProbeDocument, versionText } from './probe-document';

/** Where a program's words go. */
export interface ProbeOutput {
  readonly stdout: { write(text: string): unknown };
  /** Default: the process's. */
  readonly stderr?: { write(text: string): unknown };
  /** Ends a server; ends a client with an error. */
  readonly signal: AbortSignal;
}

/**
 * The program of all built-in probes: `NAME serve`, `NAME HOST --seconds 10 ...` or `--version`. A client prints one JSON
 * document; an error goes to stderr as a problem in JSON.
 *
 * @param argv what comes after `probe`
 * @returns the exit code: 0, or 1 after an error
 */
export async function runProbe(argv: readonly string[], output: ProbeOutput): Promise<number> {
  const { stdout, stderr = process.stderr, signal } = output;
  try {
    stdout.write(await answer(parseProbeCommand(argv), stdout, signal));
    return 0;
  } catch (error) {
    if (!isPodlagError(error)) throw error;
    stderr.write(`${JSON.stringify(error.toProblem())}\n`);
    return 1;
  }
}

async function answer(
  command: ProbeCommand,
  stdout: ProbeOutput['stdout'],
  signal: AbortSignal,
): Promise<string> {
  switch (command.kind) {
    case 'version':
      return versionText;
    case 'serve': {
      const probe = probeNamed(command.probe);
      await serve(probe, { port: command.port ?? probe.port, host: command.host }, { stdout, signal });
      return '';
    }
    case 'measure': {
      const probe = probeNamed(command.probe);
      const peer = { host: await addressOf(command.host), port: command.port ?? probe.port };
      const { measured, selfCheck } = await watched(probe, { ...command.parameters, peer, signal });
      return printProbeDocument(probe.name, measured, selfCheck);
    }
  }
}

function probeNamed(name: ProbeName): Probe {
  const probe = probes.find((known) => known.name === name);
  if (probe === undefined) throw new Error(`the table of probes lacks ${name}`);
  return probe;
}

async function serve(probe: Probe, at: ListenAt, { stdout, signal }: ProbeOutput): Promise<void> {
  const server = await probe.serve(at);
  stdout.write(`${JSON.stringify({ probe: probe.name, listening: server.port })}\n`);
  if (!signal.aborted)
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  await server.close();
}

/** Measures, and watches itself while what is measured counts: the start of a program is always a busy time. */
async function watched(
  probe: Probe,
  load: ProbeLoad,
): Promise<{ readonly measured: Measured; readonly selfCheck: SelfCheck }> {
  const failed = new AbortController();
  const warm = delay(1000 * load.warmUpSeconds, undefined, { signal: failed.signal });
  const check = warm.then(() => startSelfCheck({ limits: probeLimits }));
  try {
    const measured = await probe.measure(load);
    return { measured, selfCheck: await (await check).end() };
  } catch (error) {
    check.catch(() => undefined);
    failed.abort();
    throw error;
  }
}

async function addressOf(host: string): Promise<string> {
  try {
    return (await lookup(host)).address;
  } catch (error) {
    throw benchErrors.error('tool-failed', `${host} is not known: ${(error as Error).message}`, {
      hint: "See that the name is that of a worker's Service, and that the cluster's DNS answers.",
      cause: error,
    });
  }
}
