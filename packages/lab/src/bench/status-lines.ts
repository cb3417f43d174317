import { isOver, statusLine, type RunStatus } from './run-status';

/** Where the lines go: standard error, as a rule. */
export interface StatusOutput {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** Of a run without a terminal, a line is written for each such part of it. */
const parts = 10;
const eraseLine = '\r\x1b[K';

/** Shows how a run goes: one line that changes on a terminal, a line for each tenth of the run elsewhere. */
export class StatusLines {
  #last = '';

  constructor(private readonly out: StatusOutput) {}

  show(status: RunStatus): void {
    if (this.out.isTTY === true) this.#rewrite(status);
    else this.#append(status);
  }

  #rewrite(status: RunStatus): void {
    const line = statusLine(status).slice(0, (this.out.columns ?? 80) - 1);
    if (line !== this.#last || isOver(status))
      this.out.write(`${eraseLine}${line}${isOver(status) ? '\n' : ''}`);
    this.#last = line;
  }

  #append(status: RunStatus): void {
    const { phase, planned, done, workers } = status;
    const step = planned === 0 ? 0 : Math.floor((parts * done) / planned);
    const here = workers.filter(({ state }) => state === 'here').length;
    const key = `${phase} ${phase === 'waiting' ? here : step}`;
    if (key !== this.#last) this.out.write(`${statusLine(status)}\n`);
    this.#last = key;
  }
}
