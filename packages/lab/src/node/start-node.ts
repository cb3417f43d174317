import { open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runInKernel } from '../kernel/boot';
import { cniConfig, containerdConfig, kubeletConfig, madeFiles, networkCommands } from './node-files';
import { nodeScript, scriptEnvironment } from './node-script';
import type { NodeSpec } from './node-spec';
import { requireSeen } from './seen-path';

/** A node's kernel that runs. */
export interface RunningNode {
  /**
   * Answers the script's exit code when the kernel has ended: 143 after SIGTERM. Rejects with `boot-failed` or
   * `kernel-died`, see runInKernel.
   */
  readonly ended: Promise<number>;
  /** Ends kubelet, containerd, all containers and the kernel. Answers when it is gone, however it ended. */
  stop(): Promise<void>;
}

/** From the script's SIGTERM to the kernel's SIGKILL. On a busy machine it takes the script about 2 s. */
const graceMs = 10_000;

/**
 * Boots a node. It registers itself with the API server that its kubeconfig names; whether it is Ready is to be asked there.
 * The caller is in the network namespace that has the tap device. When the caller ends, the node does.
 *
 * @throws PodlagError `hostfs-unreadable` when a path of the spec is one that the node has of its own
 */
export async function startNode(spec: NodeSpec, signal: AbortSignal): Promise<RunningNode> {
  const { files, logs, disk, tap, mac, kernel, memoryMb, memoryFolder } = spec;
  requireSeen([files, logs, spec.root.folder, spec.kubelet]);
  await writeNodeFiles(spec);
  const stopping = new AbortController();
  const console = await open(join(logs, 'console.log'), 'a');
  const output = console.createWriteStream();
  const ended = runInKernel(kernel, {
    argv: ['/bin/bash', join(files, madeFiles.script)],
    // The root, which becomes another when the script changes it. Any other folder would keep the host's in use.
    cwd: '/',
    env: scriptEnvironment(
      { kind: 'run', name: spec.name, address: spec.address, kubelet: spec.kubelet },
      { tree: spec.root.folder, kernel: kernel.folder, files, logs },
    ),
    stdio: { kind: 'streams', stdout: output, stderr: output },
    ...{ memoryMb, memoryFolder, graceMs, devices: { disk, network: { tap, mac } } },
    signal: AbortSignal.any([signal, stopping.signal]),
  }).finally(() => output.end());
  return {
    ended,
    stop: async () => {
      stopping.abort();
      await Promise.allSettled([ended]);
    },
  };
}

async function writeNodeFiles(spec: NodeSpec): Promise<void> {
  const contents: Readonly<Record<keyof typeof madeFiles, string>> = {
    script: nodeScript,
    containerd: containerdConfig,
    cni: cniConfig(spec.podRange),
    kubelet: kubeletConfig(spec),
    network: networkCommands(spec),
  };
  for (const [name, text] of Object.entries(contents)) {
    await writeFile(join(spec.files, madeFiles[name as keyof typeof madeFiles]), text);
  }
}
