import { delimiter, join } from 'node:path';
import { CleanUp } from '../cluster/clean-up';
import type { GuestCommand } from '../kernel/boot-folder';
import type { Progress } from '../kernel/progress';
import { runAttended } from './attended-command';
import { startBedControlPlane, type BedControlPlane } from './bed-control-plane';
import { BedFile, bedVariable, type Bed } from './bed-file';
import { programFolders, type Kubernetes } from './kubernetes';
import { StandInKubelet, type ImageTable } from './kubelet';

export interface RunInBedOptions extends GuestCommand {
  readonly kubernetes: Kubernetes;
  readonly images: ImageTable;
  readonly progress: Progress;
  /** When it aborts, the command gets SIGTERM. */
  readonly signal: AbortSignal;
}

/**
 * Starts a control plane and nodes for it, and runs a command beside them, with the caller's streams. The caller is in the
 * bed's network already. All that was started is gone when this returns.
 *
 * @returns the command's exit code; 128 and the signal's number when a signal ended it
 * @throws PodlagError of control-plane-errors.ts
 */
export async function runInBed(options: RunInBedOptions): Promise<number> {
  const { kubernetes, images, progress } = options;
  const cleanUp = new CleanUp();
  try {
    const plane = await progress.step(`starting Kubernetes ${kubernetes.version}`, () =>
      startBedControlPlane(kubernetes),
    );
    cleanUp.add(() => plane.stop());
    const file = new BedFile(join(plane.folder, 'bed.json'));
    const kubelet = new StandInKubelet({
      access: plane.access('kubelet'),
      folder: plane.folder,
      images,
      changed: () => void file.write(bedOf(plane, kubernetes, kubelet)),
    });
    cleanUp.add(() => kubelet.stop());
    await progress.step('making its nodes ready', () => kubelet.start());
    for (const server of plane.servers) {
      server.keepAlive(() => void file.write(bedOf(plane, kubernetes, kubelet)));
    }
    await file.write(bedOf(plane, kubernetes, kubelet));
    // Also when we are killed: what the command could do afterwards, it would do to a bed that is gone.
    const argv = ['setpriv', '--pdeathsig', 'TERM', '--', ...options.argv];
    return await runAttended({ ...options, argv, env: commandEnv(options, plane, file) });
  } finally {
    await cleanUp.run();
  }
}

function bedOf(plane: BedControlPlane, kubernetes: Kubernetes, kubelet: StandInKubelet): Bed {
  const { url, auditLog } = plane;
  const { version, from } = kubernetes;
  const kubeconfig = plane.kubeconfig('admin');
  const servers = plane.servers.map(({ name, pid, logFile, restarts }) => ({
    name,
    pid,
    restarts,
    log: logFile,
  }));
  return { url, kubeconfig, version, from, auditLog, servers, pods: kubelet.pods };
}

function commandEnv(
  { env, kubernetes }: RunInBedOptions,
  plane: BedControlPlane,
  file: BedFile,
): GuestCommand['env'] {
  return {
    // There is no way out of the bed: a proxy could not be reached, and kubectl would try.
    ...Object.fromEntries(Object.entries(env).filter(([name]) => !/^(https?|all)_proxy$/i.test(name))),
    KUBECONFIG: plane.kubeconfig('admin'),
    PATH: [...programFolders(kubernetes), env.PATH ?? ''].join(delimiter),
    [bedVariable]: file.path,
  };
}
