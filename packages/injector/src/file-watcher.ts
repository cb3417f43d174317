import { watch, type FSWatcher } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/** The contents of the watched files, in the order in which they were named. */
export type Contents = readonly Buffer[];

export interface FileListener {
  /** Something is different from what was last told. Files that belong together come together. */
  changed(contents: Contents): void;
  /** A file cannot be read. Told once, until the files can be read again. */
  unreadable(error: Error): void;
}

export interface FileWatcherOptions {
  /** How often to look without being told, in milliseconds; for file systems that tell nothing. Default 10 s. */
  readonly pollIntervalMs?: number;
  /** How long to wait after a sign of change, so that files written one after the other are read together. Default 50 ms. */
  readonly settleMs?: number;
}

/**
 * Watches a few files by their contents, whichever way they change: written in place, renamed over, or, as the kubelet
 * does it for ConfigMaps and Secrets, reached through a `..data` symlink that is swapped for another. The
 * directories are watched rather than the files, since a watch on a file follows the old one when it is replaced.
 */
export class FileWatcher {
  private readonly watchers: FSWatcher[];
  private readonly poll: NodeJS.Timeout;
  private readonly settleMs: number;
  private settle: NodeJS.Timeout | undefined;
  private reading = Promise.resolve();
  private readable = true;
  private closed = false;

  private constructor(
    private readonly paths: readonly string[],
    private last: Contents,
    private readonly listener: FileListener,
    options: FileWatcherOptions,
  ) {
    this.settleMs = options.settleMs ?? 50;
    this.watchers = [...new Set(paths.map((path) => dirname(path)))].flatMap((dir) =>
      this.watchDirectory(dir),
    );
    this.poll = setInterval(() => this.checkSoon(), options.pollIntervalMs ?? 10_000).unref();
  }

  /** Starts from `last`, what the caller has read: a change between that reading and this call is noticed too. */
  static start(
    paths: readonly string[],
    last: Contents,
    listener: FileListener,
    options: FileWatcherOptions = {},
  ): FileWatcher {
    const watcher = new FileWatcher(paths, last, listener, options);
    watcher.checkSoon();
    return watcher;
  }

  /** After this nothing is told any more. */
  close(): void {
    this.closed = true;
    clearInterval(this.poll);
    clearTimeout(this.settle);
    for (const watcher of this.watchers) watcher.close();
  }

  private watchDirectory(directory: string): FSWatcher[] {
    try {
      const watcher = watch(directory, { persistent: false }, () => this.checkSoon());
      // The directory has gone, or the kernel's limit of watches is reached: the poll goes on.
      watcher.on('error', () => watcher.close());
      return [watcher];
    } catch {
      // No watches to be had here (some network file systems, fs.inotify.max_user_watches): the poll does it alone.
      return [];
    }
  }

  private checkSoon(): void {
    clearTimeout(this.settle);
    this.settle = setTimeout(() => {
      this.reading = this.reading.then(() => this.check());
    }, this.settleMs).unref();
  }

  private async check(): Promise<void> {
    let contents: Contents;
    try {
      contents = await readFiles(this.paths);
    } catch (error) {
      if (this.readable && !this.closed) this.listener.unreadable(error as Error);
      this.readable = false;
      return;
    }
    const same = this.readable && contents.every((content, index) => this.last[index]?.equals(content));
    this.readable = true;
    if (same || this.closed) return;
    this.last = contents;
    this.listener.changed(contents);
  }
}

export function readFiles(paths: readonly string[]): Promise<Contents> {
  return Promise.all(paths.map((path) => readFile(path)));
}
