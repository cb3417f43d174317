import { spawn, type ChildProcess } from 'node:child_process';
import { constants } from 'node:fs';
import { copyFile, mkdir, open, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { serverEnv } from '../control-plane/server-process';
import { clusterErrors } from './cluster-errors';
import type { ClusterFiles } from './cluster-folder';
import { printClusterState, stateFormat, type ClusterOptions, type ClusterState } from './cluster-state';
import { takeDown, takeDownButForLogs } from './down';
import { makeByDraft } from './draft-folder';
import { followStart } from './follow-start';
import { inNamespace, makeNetwork, type CommandLine } from './host-network';
import { ownIdentity } from './process-identity';
import { writeSupervisorSpec, type SupervisorSpec } from './supervisor-spec';

export interface UpOptions {
  readonly files: ClusterFiles;
  readonly options: ClusterOptions;
  /** Kubernetes' release, `v1.36.3`. */
  readonly version: string;
  /** Digest of the images on the nodes. */
  readonly images: string;
  readonly spec: SupervisorSpec;
  /** Programs for the user, copied: the cache may be in root's home, which nobody else enters. */
  readonly userPrograms: Readonly<Record<string, string>>;
  /** The command that calls supervise. */
  readonly supervisor: CommandLine;
  /** Hears of each step. */
  readonly tell: (line: string) => void;
  /** When it aborts, all is taken down again. */
  readonly signal: AbortSignal;
}

/**
 * Starts a cluster on a machine that has none, and answers when it is ready.
 *
 * @throws PodlagError `start-failed` with what failed: the logs are kept then, and nothing runs; `interrupted` when the
 *   signal aborted: nothing is left then; `another-cluster` when somebody was faster
 */
export async function startCluster(options: UpOptions): Promise<ClusterState> {
  const { files, signal } = options;
  await makeFolder(options);
  try {
    return await bringUpAndFollow(options);
  } catch (error) {
    if (signal.aborted) throw interrupted(await takeDown(files));
    await takeDownButForLogs(files);
    options.tell(
      `nothing of it runs any more; its logs are in ${files.logs} until the next \`up\` or \`down\``,
    );
    throw error;
  }
}

async function bringUpAndFollow(options: UpOptions): Promise<ClusterState> {
  const { files, spec, userPrograms, signal } = options;
  await writeSupervisorSpec(files.supervisorSpec, spec);
  for (const [name, file] of Object.entries(userPrograms)) {
    await copyFile(file, join(files.programs, name), constants.COPYFILE_FICLONE);
  }
  await makeNetwork(spec.plan);
  signal.throwIfAborted();
  const supervisor = await startSupervisor(options);
  try {
    return await followStart(files, supervisor.ended, options.tell, signal);
  } finally {
    supervisor.child.unref();
  }
}

function interrupted(removed: readonly string[]): Error {
  return clusterErrors.error('interrupted', ['Interrupted:', ...removed].join('\n  '));
}

async function makeFolder({ files, ...options }: UpOptions): Promise<void> {
  await mkdir(dirname(files.folder), { recursive: true });
  try {
    await makeByDraft(files, async (draft) => {
      await writeFile(draft.state, printClusterState(await firstState(options)));
      for (const folder of [draft.logs, draft.programs]) await mkdir(folder);
      for (const folder of [draft.data, draft.temporary, draft.controlPlane]) {
        await mkdir(folder, { mode: 0o700 });
      }
    });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw error;
    throw clusterErrors.error('another-cluster', `Another \`up\` has just begun, in ${files.folder}.`, {
      hint: 'Look at it by ./scripts/cluster status.',
    });
  }
}

async function firstState({
  options,
  images,
  version,
  spec,
}: Omit<UpOptions, 'files'>): Promise<ClusterState> {
  return {
    ...{ format: stateFormat, options, images, version },
    createdAt: new Date().toISOString(),
    starter: await ownIdentity(),
    phase: { kind: 'starting' },
    steps: [],
    nodes: spec.plan.nodes.map(({ name, address, podRange }) => ({
      ...{ name, address, podRange },
      kernel: { kind: 'waiting' },
    })),
    servers: [],
  };
}

interface StartedProcess {
  readonly child: ChildProcess;
  readonly ended: Promise<string>;
}

/** In a session of its own: it stays when this process ends, and Ctrl-C is not for it. */
async function startSupervisor({ files, supervisor }: UpOptions): Promise<StartedProcess> {
  const [program, ...args] = inNamespace(...supervisor);
  const log = await open(files.supervisorLog, 'a');
  try {
    const child = spawn(program, args, {
      detached: true,
      cwd: '/',
      env: { ...serverEnv, HOME: '/root', TMPDIR: files.temporary },
      stdio: ['ignore', log.fd, log.fd],
    });
    // At once: by the time that the log is closed it may have ended, or its start have failed.
    return { child, ended: endOf(child) };
  } finally {
    await log.close();
  }
}

/** How a process has ended, or why it did not begin. Never rejects. */
function endOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, killedBy) => resolve(killedBy ?? `exit status ${code ?? '?'}`));
  });
}
