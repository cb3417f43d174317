import { isPodlagError, type Logger } from '@podlag/core';
import { FileWatcher, readFiles, type Contents, type FileWatcherOptions } from './file-watcher';
import { injectorErrors } from './injector-errors';

export interface LiveFileOptions<T> extends FileWatcherOptions {
  /** What the files hold, in a word; for logs and metrics. */
  readonly label: string;
  readonly paths: readonly string[];
  /** Makes a value of the contents, or throws for people. */
  readonly parse: (contents: Contents) => T;
  readonly logger: Logger;
  /** Told of each change: whether the new contents are in force. */
  readonly onReload?: (outcome: 'reloaded' | 'failed') => void;
}

/** A value that is read from files and follows them. The last good one stays in force when a change is bad. */
export class LiveFile<T> {
  private currentProblem: string | undefined;
  private readonly listeners: ((value: T) => void)[] = [];
  private readonly watcher: FileWatcher;

  private constructor(
    private currentValue: T,
    first: Contents,
    private readonly options: LiveFileOptions<T>,
  ) {
    this.watcher = FileWatcher.start(
      options.paths,
      first,
      {
        changed: (contents) => this.reload(contents),
        unreadable: (error) => this.refuse(unreadable(options.label, error)),
      },
      options,
    );
  }

  /** @throws PodlagError when the first reading fails: nothing good is there to stay in force */
  static async open<T>(options: LiveFileOptions<T>): Promise<LiveFile<T>> {
    let contents: Contents;
    try {
      contents = await readFiles(options.paths);
    } catch (error) {
      throw unreadable(options.label, error as Error);
    }
    return new LiveFile(options.parse(contents), contents, options);
  }

  get label(): string {
    return this.options.label;
  }

  get value(): T {
    return this.currentValue;
  }

  /** Why what the files hold now is not in force; undefined when it is. */
  get problem(): string | undefined {
    return this.currentProblem;
  }

  /** Calls `listener` with each new value. One that throws refuses it: the last good one stays in force. */
  onChange(listener: (value: T) => void): void {
    this.listeners.push(listener);
  }

  close(): void {
    this.watcher.close();
  }

  private reload(contents: Contents): void {
    try {
      const value = this.options.parse(contents);
      for (const listener of this.listeners) listener(value);
      this.currentValue = value;
    } catch (error) {
      this.refuse(error);
      return;
    }
    this.currentProblem = undefined;
    this.options.logger.info({ file: this.label }, 'reloaded');
    this.options.onReload?.('reloaded');
  }

  private refuse(error: unknown): void {
    this.currentProblem = error instanceof Error ? error.message : String(error);
    const hint = isPodlagError(error) ? error.hint : undefined;
    const details = { file: this.label, problem: this.currentProblem, hint };
    this.options.logger.error(details, 'not reloaded; the last good one stays in force');
    this.options.onReload?.('failed');
  }
}

function unreadable(label: string, cause: Error): Error {
  return injectorErrors.error('unreadable-file', `${label}: ${cause.message}`, { cause });
}
