import type { CommandContext } from '../frame/command-context';
import { changesBetween, drawTimeline, type Position } from './draw-timeline';
import type { Timeline } from './timeline';

/** How often a terminal is drawn anew, in milliseconds. */
const redrawMs = 250;
/** On a terminal that is narrower, changes are told line by line: a drawing would be cut to nothing. */
const leastColumns = 60;

/** Shows where a scenario is, for as long as it runs. */
export interface Progress {
  /** From now on it is there: the phase as the controller tells it, and how it goes on by itself. */
  moved(position: Position): void;
  /** Something to be read beside it. */
  said(text: string): void;
  /** Draws a last time, and no more. */
  close(): void;
}

/**
 * On stderr: on a terminal the timeline, drawn anew in its place; otherwise a line for each change. Time goes on by the clock between
 * two words of the controller, while the phase is Running.
 */
export function showProgress(context: Surroundings, timeline: Timeline): Progress {
  const canDraw = (context.stderrColumns() ?? 0) >= leastColumns;
  return canDraw ? new DrawnProgress(context, timeline) : new ToldProgress(context, timeline);
}

type Surroundings = Pick<CommandContext, 'stderr' | 'stderrColumns' | 'clock'>;

abstract class TickingProgress implements Progress {
  protected position: Position = { phase: 'Pending', elapsedMs: undefined };
  #movedAt: number;
  #callOff: () => void = () => undefined;

  constructor(
    protected readonly context: Surroundings,
    protected readonly timeline: Timeline,
  ) {
    this.#movedAt = context.clock.now();
  }

  moved(position: Position): void {
    this.position = position;
    this.#movedAt = this.context.clock.now();
    this.tick();
  }

  said(text: string): void {
    this.context.stderr(text);
  }

  close(): void {
    this.#callOff();
    this.show(this.now());
  }

  protected abstract show(position: Position): void;
  /** Milliseconds until there is something new to show; undefined: nothing more by itself. */
  protected abstract nextIn(position: Position): number | undefined;

  protected tick(): void {
    this.#callOff();
    const position = this.now();
    this.show(position);
    const delayMs = this.nextIn(position);
    if (delayMs !== undefined) this.#callOff = this.context.clock.after(delayMs, () => this.tick());
  }

  private now(): Position {
    const { phase, elapsedMs } = this.position;
    if (phase !== 'Running' || elapsedMs === undefined) return this.position;
    const elapsed = elapsedMs + this.context.clock.now() - this.#movedAt;
    return { phase, elapsedMs: this.timeline.ends ? Math.min(elapsed, this.timeline.lengthMs) : elapsed };
  }
}

class DrawnProgress extends TickingProgress {
  #drawn = 0;

  protected show(position: Position): void {
    const lines = drawTimeline(this.timeline, position, this.context.stderrColumns() ?? leastColumns);
    // Up to the first line drawn before, and away with all below (ECMA-48: CUU, ED).
    const back = this.#drawn === 0 ? '' : `\u001b[${this.#drawn}A\u001b[J`;
    this.context.stderr(`${back}${lines.map((line) => `${line}\n`).join('')}`);
    this.#drawn = lines.length;
  }

  override said(text: string): void {
    super.said(text);
    // What is drawn next stands below it.
    this.#drawn = 0;
  }

  protected nextIn({ phase }: Position): number | undefined {
    return phase === 'Running' ? redrawMs : undefined;
  }
}

class ToldProgress extends TickingProgress {
  #heading: string | undefined;
  #states = this.timeline.statesAt(-1);

  protected show({ phase, elapsedMs, problem }: Position): void {
    const heading = [this.timeline.name, phase, ...(problem === undefined ? [] : [problem])].join(': ');
    if (heading !== this.#heading) this.context.stderr(`${heading}\n`);
    this.#heading = heading;
    if (elapsedMs === undefined) return;
    const states = this.timeline.statesAt(elapsedMs);
    const lines = changesBetween(this.#states, states, elapsedMs);
    this.#states = states;
    this.context.stderr(lines.map((line) => `${line}\n`).join(''));
  }

  protected nextIn({ phase, elapsedMs }: Position): number | undefined {
    if (phase !== 'Running' || elapsedMs === undefined) return undefined;
    const changes = this.timeline.statesAt(elapsedMs).flatMap(({ changesAt }) => changesAt ?? []);
    return changes.length === 0 ? undefined : Math.max(1, Math.min(...changes) - elapsedMs);
  }
}
