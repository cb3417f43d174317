import { createHash } from 'node:crypto';
import {
  chmod,
  lchown,
  mkdir,
  mkdtemp,
  readdir,
  readlink,
  rename,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { VolumeFile } from './volume-files';

/** Who may read a volume's files beside root. Undefined where the bed cannot give files to others. */
export interface VolumeOwner {
  /** The user of every container, if they have one in common: theirs are the tokens. */
  readonly tokenUser: number | undefined;
  readonly fsGroup: number | undefined;
}

const dataLink = '..data';

/**
 * A volume's folder whose files change all at once, as those of the kubelet do: the files that a program sees are links
 * through `..data`, which is a link to the folder with the real ones, and is swapped by a rename.
 */
export class AtomicVolume {
  #written: string | undefined;

  constructor(
    private readonly folder: string,
    private readonly owner: VolumeOwner,
  ) {}

  /** Answers whether there was something to write. */
  async write(files: readonly VolumeFile[]): Promise<boolean> {
    const digest = digestOf(files);
    if (digest === this.#written) return false;
    await mkdir(this.folder, { recursive: true });
    const before = await readlink(join(this.folder, dataLink)).catch(() => undefined);
    const next = await mkdtemp(join(this.folder, '..version-'));
    await chmod(next, 0o755);
    for (const file of files) await this.writeFile(next, file);
    const link = join(this.folder, '..data_tmp');
    await rm(link, { force: true });
    await symlink(basename(next), link);
    await rename(link, join(this.folder, dataLink));
    await this.link(new Set(files.map(({ path }) => path.split('/')[0] ?? path)));
    if (before !== undefined) await rm(join(this.folder, before), { recursive: true });
    this.#written = digest;
    return true;
  }

  private async writeFile(folder: string, { path, data, mode, isToken }: VolumeFile): Promise<void> {
    const target = join(folder, path);
    const { tokenUser, fsGroup } = this.owner;
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, data);
    const user = isToken ? tokenUser : undefined;
    if (user !== undefined || fsGroup !== undefined) await lchown(target, user ?? 0, fsGroup ?? 0);
    // Not by writeFile, whose mode the umask takes from.
    await chmod(target, fileMode({ mode, isToken }, this.owner));
  }

  /** The names that a program sees. */
  private async link(names: ReadonlySet<string>): Promise<void> {
    const seen = (await readdir(this.folder)).filter((name) => !name.startsWith('..'));
    for (const name of seen) if (!names.has(name)) await rm(join(this.folder, name));
    for (const name of names) {
      if (!seen.includes(name)) await symlink(join(dataLink, name), join(this.folder, name));
    }
  }
}

/** What the kubelet makes of a file's mode: a group that is to read it may; a token is for its user, if that is known. */
export function fileMode(
  { mode, isToken }: Pick<VolumeFile, 'mode' | 'isToken'>,
  { tokenUser, fsGroup }: VolumeOwner,
): number {
  const own = isToken && (tokenUser !== undefined || fsGroup !== undefined) ? 0o600 : mode;
  return fsGroup === undefined ? own : own | 0o440;
}

function digestOf(files: readonly VolumeFile[]): string {
  const hash = createHash('sha256');
  for (const { path, data, mode } of files) hash.update(`${path}\0${mode}\0${data.length}\0`).update(data);
  return hash.digest('hex');
}
