/** Whether what was asked for at the start is in force, and if not, why. */
export class Readiness {
  #reason: string | undefined = 'starting';

  get ready(): boolean {
    return this.#reason === undefined;
  }

  get reason(): string {
    return this.#reason ?? 'ready';
  }

  becomeReady(): void {
    this.#reason = undefined;
  }

  fail(reason: string): void {
    this.#reason = reason;
  }
}
