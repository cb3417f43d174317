import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isPodlagError, type PodlagError } from '@podlag/core';
import type { Lab } from '../cluster';
import { RunningProgram } from '../cluster/running-program';
import { runProgram } from '../kernel/run-program';
import { benchLabErrors } from './bench-lab-errors';
import type { BenchPlace } from './bench-places';
import type { BenchPrograms } from './bench-programs';
import { OrchestratorCalls } from './orchestrator-calls';

/** What the programs of a run are started with. */
export interface BenchStart {
  readonly lab: Lab;
  readonly places: readonly BenchPlace[];
  readonly programs: BenchPrograms;
  /** PATH, with the tools. */
  readonly path: string;
  /** The run's name. */
  readonly run: string;
  /** Absolute. */
  readonly scenario: string;
  /** Folder in which the run's folder is, or will be. */
  readonly results: string;
  readonly tell: (line: string) => void;
}

const channelPort = 8443;
const httpPort = 8090;
const agentPort = 2332;
/** As the Job of a cluster has its backoffLimit. */
const mostRestarts = 3;
/** No run takes as long. */
const ageMs = 48 * 3_600_000;

/** The programs of one run: the orchestrator on the lab's node, a worker in each pod's network, with mutual TLS. */
export class BenchProcesses {
  readonly calls: OrchestratorCalls;
  readonly #running: RunningProgram[] = [];

  private constructor(
    private readonly start: BenchStart,
    private readonly folder: string,
    token: string,
  ) {
    this.calls = new OrchestratorCalls(`http://127.0.0.1:${httpPort}`, token);
  }

  /** Writes what they are told by files: certificates, who the workers are, the token. @throws PodlagError `bench-failed` */
  static async prepare(start: BenchStart): Promise<BenchProcesses> {
    const folder = join(start.lab.directory, start.run);
    const token = randomBytes(16).toString('hex');
    await mkdir(folder);
    await makeCertificates(start, join(folder, 'tls'));
    // JSON is YAML.
    await writeFile(join(folder, 'workers.json'), JSON.stringify(expectedWorkers(start)));
    await writeFile(join(folder, 'token'), token, { mode: 0o600 });
    return new BenchProcesses(start, folder, token);
  }

  /**
   * Starts all, and does `work` while the orchestrator runs. One that a signal has ended is started again, as a Job's pod is: it
   * goes on where the other was.
   *
   * @throws PodlagError `bench-failed` with the end of its log, and what `work` throws
   */
  async run<T>(work: () => Promise<T>): Promise<T> {
    let orchestrator = await this.#startOrchestrator();
    for (const place of this.start.places) this.#startWorker(place);
    const worked = work();
    // While an orchestrator starts again nobody waits for it.
    worked.catch(() => undefined);
    for (let restarts = 0; ; restarts += 1) {
      try {
        return await orchestrator.while(worked, orchestratorFailure, ageMs);
      } catch (error) {
        if (restarts === mostRestarts || !isEndBySignal(error)) throw error;
        this.start.tell('the orchestrator was killed; another one goes on');
        orchestrator = await this.#startOrchestrator();
      }
    }
  }

  /** Ends what still runs. */
  async stop(): Promise<void> {
    await Promise.all(this.#running.map((program) => program.stop()));
  }

  async #startOrchestrator(): Promise<RunningProgram> {
    const { programs, run, scenario, results, path } = this.start;
    const program = this.#launch([...outlivedByNone, programs.node, programs.bench, 'orchestrator'], {
      PATH: path,
      PODLAG_RUN: run,
      PODLAG_SCENARIO: scenario,
      PODLAG_WORKERS: join(this.folder, 'workers.json'),
      PODLAG_CHANNEL_PORT: String(channelPort),
      PODLAG_HTTP_PORT: String(httpPort),
      PODLAG_HTTP_HOST: '127.0.0.1',
      PODLAG_HTTP_TOKEN_FILE: join(this.folder, 'token'),
      PODLAG_TLS_FOLDER: join(this.folder, 'tls', 'orchestrator'),
      PODLAG_RESULTS: results,
    });
    await program.answer(saysListening, orchestratorFailure);
    return program;
  }

  #startWorker({ name, node, zone }: BenchPlace): void {
    const { lab, programs, path } = this.start;
    const pod = lab.pod(name);
    this.#launch(lab.command(name, [...inPidNamespace, programs.node, programs.bench, 'worker']), {
      PATH: path,
      PODLAG_ORCHESTRATOR: `${lab.nodeIp}:${channelPort}`,
      PODLAG_WORKER: name,
      PODLAG_NODE: node,
      ...(zone !== undefined && { PODLAG_ZONE: zone }),
      PODLAG_NETWORK: 'pod',
      PODLAG_TLS_FOLDER: join(this.folder, 'tls', 'workers', name),
      PODLAG_ADDRESSES: pod.ip,
      // Nobody starts it again.
      PODLAG_DEADLINE: `${ageMs / 3_600_000}h`,
    });
  }

  #launch(argv: readonly [string, ...string[]], env: Readonly<Record<string, string>>): RunningProgram {
    const program = new RunningProgram({ argv, env });
    this.#running.push(program);
    return program;
  }
}

/** Ends with this process, even when that is killed. */
const outlivedByNone = ['setpriv', '--pdeathsig', 'KILL', '--'] as const;

/** As in a container: a worker that is killed takes along the tools that it has started. */
const inPidNamespace = [
  ...outlivedByNone,
  ...['unshare', '--pid', '--fork', '--kill-child', '--mount-proc', '--'],
] as const;

function expectedWorkers({ lab, places }: BenchStart): readonly object[] {
  return places.map(({ name, node, zone }) => ({
    ...{ name, node, network: 'pod' },
    ...(zone !== undefined && { zone }),
    agent: { host: lab.pod(name).ip, port: agentPort },
  }));
}

async function makeCertificates({ programs, lab, places }: BenchStart, folder: string): Promise<void> {
  const workers = places.flatMap(({ name }) => ['--worker', name]);
  const args = ['certificates', '--folder', folder, '--host', lab.nodeIp, ...workers];
  const { code, stderr } = await runProgram(programs.node, [programs.bench, ...args]);
  if (code !== 0) throw benchLabErrors.error('bench-failed', stderr.trim());
}

/** Its log line when workers and we can call it. */
function saysListening(line: string): true | undefined {
  return line.includes('"msg":"listening"') || undefined;
}

function orchestratorFailure(reason: string): PodlagError {
  return benchLabErrors.error('bench-failed', `the orchestrator ${reason}`);
}

function isEndBySignal(error: unknown): boolean {
  return isPodlagError(error) && error.detail.startsWith('the orchestrator ended with SIG');
}
