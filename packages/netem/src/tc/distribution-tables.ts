import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { netemErrors } from '../netem-errors';
import { distributionFile, type Shape } from '../profile/shape';

/**
 * The files from which tc reads delay distributions. Only those of the commands that come next are kept: tc has read
 * the others into the kernel, and kept, they would fill a small volume one by one.
 */
export class DistributionTables {
  constructor(private readonly directory: string) {}

  /** @throws PodlagError `table-unwritable` */
  async provide(shapes: readonly Shape[]): Promise<void> {
    const wanted = new Map(shapes.map((shape) => [fileName(shape), distributionFile(shape)]));
    const missing: [name: string, text: string][] = [];
    for (const [name, text] of wanted) if ((await this.#content(name)) !== text) missing.push([name, text]);
    if (missing.length === 0) return;
    await this.#orThrow(async () => {
      await mkdir(this.directory, { recursive: true });
      await this.#removeAllBut(new Set(wanted.keys()));
    });
    for (const [name, text] of missing) await this.#write(name, text);
  }

  async #content(name: string): Promise<string> {
    return readFile(join(this.directory, name), 'utf8').catch(() => '');
  }

  async #removeAllBut(wanted: ReadonlySet<string>): Promise<void> {
    const tables = (await readdir(this.directory)).filter((name) => /\.dist(\.new)?$/.test(name));
    const stale = tables.filter((name) => !wanted.has(name));
    await Promise.all(stale.map((name) => rm(join(this.directory, name), { force: true })));
  }

  /** Under its final name only when whole; a table of the same name has the same content. */
  async #write(name: string, text: string): Promise<void> {
    const file = join(this.directory, name);
    try {
      await this.#orThrow(async () => {
        await writeFile(`${file}.new`, text);
        await rename(`${file}.new`, file);
      });
    } catch (error) {
      await rm(`${file}.new`, { force: true }).catch(() => undefined);
      throw error;
    }
  }

  async #orThrow(run: () => Promise<void>): Promise<void> {
    try {
      await run();
    } catch (cause) {
      throw netemErrors.error('table-unwritable', `${this.directory}: ${(cause as Error).message}`, {
        cause,
      });
    }
  }
}

function fileName({ name }: Shape): string {
  return `${name}.dist`;
}
