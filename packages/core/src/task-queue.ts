/** Runs tasks one after another, in the order in which they came. A task that fails does not stop those behind it. */
export class TaskQueue {
  #last: Promise<unknown> = Promise.resolve();

  run<T>(task: () => Promise<T>): Promise<T> {
    const result = this.#last.then(task, task);
    this.#last = result.catch(() => undefined);
    return result;
  }

  /** When everything that was asked for until now is over. */
  async idle(): Promise<void> {
    await this.#last;
  }
}
