/** One thing that has to be right to serve. */
export interface Check {
  readonly name: string;
  /** Why no review can be answered now; undefined when one can. */
  readonly blocker?: () => string | undefined;
  /** What somebody should look at though reviews are answered, such as a bad edit that is not in force. */
  readonly caution?: () => string | undefined;
}

export interface Readiness {
  readonly ready: boolean;
  readonly blockers: readonly string[];
  readonly cautions: readonly string[];
}

/** Whether the process should get requests. That it runs at all is another question, /healthz. */
export class Health {
  private drainingSince: Date | undefined;

  constructor(private readonly checks: readonly Check[]) {}

  get draining(): boolean {
    return this.drainingSince !== undefined;
  }

  startDraining(): void {
    this.drainingSince ??= new Date();
  }

  readiness(): Readiness {
    const draining = this.drainingSince ? [`draining since ${this.drainingSince.toISOString()}`] : [];
    const blockers = [...draining, ...this.told(({ blocker }) => blocker?.())];
    return { ready: blockers.length === 0, blockers, cautions: this.told(({ caution }) => caution?.()) };
  }

  private told(ask: (check: Check) => string | undefined): string[] {
    return this.checks.flatMap((check) => {
      const answer = ask(check);
      return answer === undefined ? [] : [`${check.name}: ${answer}`];
    });
  }
}
