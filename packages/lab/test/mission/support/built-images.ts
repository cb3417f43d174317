import { homedir } from 'node:os';
import { join } from 'node:path';
import { podlagCache } from '../../../src/kernel/kernel-cache';
import { runProgram } from '../../../src/kernel/run-program';
import { clusterFiles } from '../../../src/kubernetes-cluster/cluster-folder';
import { readClusterState } from '../../../src/kubernetes-cluster/cluster-state';

interface Index {
  readonly manifests: readonly {
    readonly digest: string;
    readonly annotations: Readonly<Record<string, string>>;
  }[];
}

/**
 * The id (the digest of the configuration) of an image in the archive that the nodes of our own cluster were made with,
 * which is what `./scripts/cluster up` has built. containerd has no other id for an image that came without a registry.
 */
export async function builtImageId(image: string): Promise<string> {
  const state = await readClusterState(clusterFiles().state);
  if (state === undefined) throw new Error('no cluster of ours is up: run ./scripts/cluster up');
  const { env } = process;
  const archive = join(podlagCache(env.XDG_CACHE_HOME, homedir()), 'images/cluster', state.images);
  const { manifests } = await member<Index>(archive, 'index.json');
  const fullName = image.includes('/') ? image : `docker.io/library/${image}`;
  const named = manifests.find(
    ({ annotations }) => annotations['org.opencontainers.image.ref.name'] === fullName,
  );
  if (named === undefined) throw new Error(`${archive} has no image ${fullName}`);
  const manifest = await member<{ config: { digest: string } }>(
    archive,
    `blobs/${named.digest.replace(':', '/')}`,
  );
  return manifest.config.digest;
}

async function member<T>(archive: string, name: string): Promise<T> {
  const { code, stdout, stderr } = await runProgram('tar', ['-xOf', archive, `./${name}`]);
  if (code !== 0) throw new Error(`tar -xOf ${archive} ./${name}: exit code ${String(code)}\n${stderr}`);
  return JSON.parse(stdout) as T;
}
