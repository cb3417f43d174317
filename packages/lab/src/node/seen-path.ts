import { nodeErrors } from './node-errors';

/** What the kernel's init script mounts over the host's folders. */
const own = ['/proc', '/sys', '/dev', '/run'] as const;

/**
 * A node sees the host's files at their own paths, except below those where it has something of its own.
 *
 * @throws PodlagError `hostfs-unreadable` with the first path that it would not see
 */
export function requireSeen(paths: readonly string[]): void {
  for (const path of paths) {
    const hidden = own.find((folder) => path === folder || path.startsWith(`${folder}/`));
    if (hidden === undefined) continue;
    throw nodeErrors.error('hostfs-unreadable', `${path} is below ${hidden}, which a node has of its own.`);
  }
}
