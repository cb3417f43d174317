/** What has to be undone, the last thing first. */
export class CleanUp {
  readonly #tasks: (() => Promise<void>)[] = [];
  #running: Promise<void> | undefined;

  add(task: () => Promise<void>): void {
    this.#tasks.push(task);
  }

  /** Runs every task, once, also when one of them fails. Rejects with the first failure. */
  run(): Promise<void> {
    this.#running ??= this.undo();
    return this.#running;
  }

  private async undo(): Promise<void> {
    const failures: unknown[] = [];
    for (const task of this.#tasks.toReversed()) {
      await task().catch((error: unknown) => failures.push(error));
    }
    if (failures.length > 0) throw failures[0];
  }
}
