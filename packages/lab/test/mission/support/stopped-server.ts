import { readFile } from 'node:fs/promises';
import { clusterFiles } from '../../../src/kubernetes-cluster/cluster-folder';
import { readClusterState } from '../../../src/kubernetes-cluster/cluster-state';

/** Does that while the API server of our own cluster is stopped: connections to it are accepted, and never answered. */
export async function whileApiServerStops<T>(doing: () => Promise<T>): Promise<T> {
  const pid = await serverPid('kube-apiserver');
  process.kill(pid, 'SIGSTOP');
  try {
    return await doing();
  } finally {
    process.kill(pid, 'SIGCONT');
  }
}

/** @throws where that process is not the one that the cluster's supervisor has started */
async function serverPid(name: string): Promise<number> {
  const state = await readClusterState(clusterFiles().state);
  const pid = state?.servers.find((server) => server.name === name)?.pid;
  if (pid === undefined)
    throw new Error(`no cluster of ours is up that has ${name}: run ./scripts/cluster up`);
  // proc(5): the name in parentheses, which may itself have some, then the state and the parent.
  const [, comm, parent] = /^\d+ \((.*)\) \S (\d+)/s.exec(await readFile(`/proc/${pid}/stat`, 'utf8')) ?? [];
  if (!name.startsWith(comm ?? '-') || Number(parent) !== state?.supervisor?.pid) {
    throw new Error(`process ${pid} is ${String(comm)} of ${String(parent)}, and not the cluster's ${name}`);
  }
  return pid;
}
