import { createLogger, loadConfig, parseYaml, systemClock, type Logger } from '@podlag/core';
import { randomInt } from 'node:crypto';
import { access, readFile } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { benchmarks } from '../benchmark/benchmarks';
import { readChannelTls } from '../channel/channel-tls';
import { WorkerHub } from '../channel/worker-hub';
import { manifestFile } from '../record/run';
import { RunFolder } from '../record/run-folder';
import type { BenchScenario } from '../scenario/bench-scenario';
import { mostSeed, parseScenario } from '../scenario/scenario-document';
import { AgentFaults } from './agent-faults';
import { parseExpectedWorkers, type ExpectedWorker } from './expected-worker';
import { Orchestrator } from './orchestrator';
import { listen, orchestratorHttp } from './orchestrator-http';
import { orchestratorSettings, type OrchestratorSettings } from './orchestrator-settings';
import { newManifest } from './run-manifest';

/**
 * `podlag-bench orchestrator`: a run from its first trial, or from where a killed orchestrator has left it, until somebody
 * has fetched its results. Resolves then; how the run ended stands in its manifest.
 *
 * @param signal ends the run, with its faults taken away
 * @throws PodlagError `invalid-config`, `invalid-scenario`, `unknown-benchmark`, `invalid-run`, `cannot-listen`
 */
export async function mainOrchestrator(
  env: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
): Promise<void> {
  const settings = loadConfig(orchestratorSettings, { env });
  const log = createLogger('bench-orchestrator', settings.logLevel);
  const scenario = parseScenario(parseYaml(settings.scenario, await readFile(settings.scenario, 'utf8')));
  const workers = parseExpectedWorkers(parseYaml(settings.workers, await readFile(settings.workers, 'utf8')));
  const { hub, channelPort } = await startedHub(settings, workers);
  const orchestrator = await orchestratorOf(settings, { scenario, workers, hub, log });
  const token = (await readFile(settings.httpTokenFile, 'utf8')).trim();
  const server = orchestratorHttp({ orchestrator, token, log });
  const httpPort = await listen(server, settings.httpPort, settings.httpHost);
  log.info({ run: settings.run, channelPort, httpPort }, 'listening');
  const stop = (): void => orchestrator.abort(`stopped: ${String(signal.reason)}`);
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  try {
    const { phase } = await orchestrator.run();
    await hub.close(`the run is ${phase}`);
    await orchestrator.lingered(signal);
  } finally {
    signal.removeEventListener('abort', stop);
    server.close();
    server.closeAllConnections();
  }
}

async function startedHub(
  { tlsFolder, run, channelPort }: OrchestratorSettings,
  workers: readonly ExpectedWorker[],
): Promise<{ readonly hub: WorkerHub; readonly channelPort: number }> {
  const expected = workers.map(({ name }) => name);
  const hub = new WorkerHub({ tls: await readChannelTls(tlsFolder), expected, run, clock: systemClock });
  return { hub, channelPort: await hub.listen(channelPort, everyAddress()) };
}

interface MainParts {
  readonly scenario: BenchScenario;
  readonly workers: readonly ExpectedWorker[];
  readonly hub: WorkerHub;
  readonly log: Logger;
}

async function orchestratorOf(settings: OrchestratorSettings, parts: MainParts): Promise<Orchestrator> {
  const { run, linger, workersWithin, agentTokenFile } = settings;
  return new Orchestrator({
    ...{ ...parts, run, linger, workersWithinMs: workersWithin.milliseconds, clock: systemClock },
    faults: new AgentFaults({
      clock: systemClock,
      // Read for each call: what mounts it may renew it.
      ...(agentTokenFile !== undefined && {
        authorize: async () => (await readFile(agentTokenFile, 'utf8')).trim(),
      }),
    }),
    folder: await folderOf(settings, parts.scenario),
  });
}

/** That of a run whose orchestrator was killed, or a new one. */
async function folderOf(
  { results, run, kubernetes, seed: given }: OrchestratorSettings,
  scenario: BenchScenario,
): Promise<RunFolder> {
  const folder = join(results, run);
  if (await isThere(join(folder, manifestFile))) return RunFolder.reopen(folder);
  const seed = given ?? scenario.seed ?? randomInt(mostSeed + 1);
  const startedMs = systemClock.now();
  return RunFolder.create(results, newManifest({ run, scenario, benchmarks, seed, startedMs, kubernetes }));
}

async function isThere(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

/** `::` is IPv4 as well where the machine has IPv6, and cannot be listened at where it has not. */
function everyAddress(): string {
  const addresses = Object.values(networkInterfaces()).flatMap((device) => device ?? []);
  return addresses.some(({ family }) => family === 'IPv6') ? '::' : '0.0.0.0';
}
