import type { LaunchProgress, RunStatus } from '@podlag/bench';
import type { CommandContext } from '../frame/command-context';
import { newsOf, sentenceOf, standingOf, troublesOf } from './launch-words';

type Surroundings = Pick<CommandContext, 'stderr' | 'stderrColumns'>;

/**
 * Shows how a run goes, on stderr: on a terminal one line that is drawn anew, below the sentences that stay; else, for a log,
 * a line for each thing that happens.
 */
export class ShownProgress {
  #status: RunStatus | undefined;
  /** The passing line: on a terminal it stands there now, without its end. */
  #line = '';

  constructor(private readonly context: Surroundings) {}

  /** Something that stays. */
  tell(sentence: string): void {
    const line = this.#line;
    this.#wipe();
    this.context.stderr(`${sentence}\n`);
    if (this.#isDrawn) this.#draw(line);
  }

  moved(progress: LaunchProgress): void {
    const sentence = sentenceOf(progress);
    if (sentence !== undefined) this.tell(sentence);
    if (progress.kind === 'waiting') this.#pass(`waiting: ${progress.lines.join('; ')}`);
    if (progress.kind === 'status') this.#stands(progress.status);
  }

  /** Takes the passing line away. */
  close(): void {
    this.#wipe();
  }

  get #isDrawn(): boolean {
    return this.context.stderrColumns() !== undefined;
  }

  #stands(status: RunStatus): void {
    const news = this.#isDrawn ? troublesOf(status, this.#status) : newsOf(status, this.#status);
    this.#status = status;
    for (const sentence of news) this.tell(sentence);
    if (this.#isDrawn) this.#draw(standingOf(status));
  }

  #pass(line: string): void {
    if (this.#isDrawn) this.#draw(line);
    else if (line !== this.#line) this.context.stderr(`${line}\n`);
    this.#line = line;
  }

  #draw(line: string): void {
    // A line that a terminal breaks cannot be drawn anew; EL erases what a longer one has left (ECMA-48).
    const width = Math.max(1, (this.context.stderrColumns() ?? 1) - 1);
    this.context.stderr(`\r${line.slice(0, width)}\u001b[K`);
    this.#line = line;
  }

  #wipe(): void {
    if (this.#isDrawn && this.#line !== '') this.context.stderr('\r\u001b[K');
    this.#line = this.#isDrawn ? '' : this.#line;
  }
}
