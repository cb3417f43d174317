import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { CleanUp } from '../cluster/clean-up';
import { makeBedFolder, sweepDeadBeds } from './bed-folder';
import { bedNetwork } from './bed-network';
import type { Users } from './credentials';
import { freePorts } from './free-port';
import type { Kubernetes } from './kubernetes';
import type { ControlPlaneLayout } from './server-flags';
import { startControlPlane, type ControlPlane } from './start-control-plane';

const bedUsers = {
  /** Of every node at once: more than the Node authorizer would let one kubelet do. */
  kubelet: { name: 'podlag-stand-in-kubelet', groups: ['system:masters'] },
} as const satisfies Users<string>;

export type BedControlPlane = ControlPlane<keyof typeof bedUsers>;

/**
 * Starts the control plane of a bed, in a folder of its own, which goes when it stops. The caller is in the bed's network,
 * see bed-network.ts.
 *
 * @throws PodlagError `server-failed`, with the end of the server's log; nothing is left behind then
 */
export async function startBedControlPlane({ programs }: Kubernetes): Promise<BedControlPlane> {
  const cleanUp = new CleanUp();
  try {
    await sweepDeadBeds(tmpdir());
    const folder = await makeBedFolder(tmpdir());
    cleanUp.add(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }));
    const plane = await startControlPlane({
      ...{ programs, folder, users: bedUsers, name: 'podlag-bed' },
      layout: await freeLayout(),
      // The bed's nodes send no heartbeats: they are as long as the bed is.
      extraFlags: { 'kube-controller-manager': ['--node-monitor-grace-period=24h'] },
    });
    cleanUp.add(() => plane.stop());
    return { ...plane, stop: () => cleanUp.run() };
  } catch (error) {
    await cleanUp.run();
    throw error;
  }
}

async function freeLayout(): Promise<ControlPlaneLayout> {
  const { nodeIp, serviceRange } = bedNetwork;
  const [etcd = 0, etcdPeer = 0] = await freePorts('127.0.0.1', 2);
  const [apiServer = 0] = await freePorts(nodeIp, 1);
  return { address: nodeIp, serviceRange, ports: { etcd, etcdPeer, apiServer } };
}
