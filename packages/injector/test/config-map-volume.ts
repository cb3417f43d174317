import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * A directory as the kubelet keeps one for a ConfigMap or Secret (kubernetes, pkg/volume/util/atomic_writer): each file
 * is a link through `..data`, which is itself a link to a dated directory, and a change makes another directory and
 * renames a new `..data` over the old.
 */
export class ConfigMapVolume {
  private generation = 0;

  constructor(
    readonly directory: string,
    files: Readonly<Record<string, string>>,
  ) {
    this.update(files);
    for (const name of Object.keys(files)) symlinkSync(join('..data', name), join(directory, name));
  }

  path(name: string): string {
    return join(this.directory, name);
  }

  update(files: Readonly<Record<string, string>>): void {
    const old = this.dated();
    this.generation++;
    const dated = this.dated();
    mkdirSync(this.path(dated));
    for (const [name, content] of Object.entries(files)) writeFileSync(join(this.path(dated), name), content);
    symlinkSync(dated, this.path('..data_tmp'));
    renameSync(this.path('..data_tmp'), this.path('..data'));
    rmSync(this.path(old), { recursive: true, force: true });
  }

  private dated(): string {
    return `..2026_11_20_${this.generation}`;
  }
}
