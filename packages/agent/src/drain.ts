import { stages, type QdiscTree } from '@podlag/netem';
import { agentErrors } from './agent-errors';
import type { Stage } from './staged-change';

/** What a change asks for; as in `ChangeOptions`. */
type Asked = boolean | undefined;

/** After how many times its own length a drain gives way: each change that comes between puts its end off. */
const longestPutOff = 3;

/**
 * The drained change that is under way, and those that go on from it: their packets follow its packets, so they keep
 * the order too.
 */
export class Drain {
  #first: QdiscTree | undefined;
  #keepUntil = 0;
  #over = overLater();

  /** Resolves when it is over, whoever has gone on from it; undefined when none is under way. @throws PodlagError `stopping` */
  get ended(): Promise<undefined> | undefined {
    return this.#first && this.#over.promise;
  }

  /**
   * How a change from what is in force goes on to `to`. In its second stage a class says less than what its packets
   * still wait: so it is the first that is gone on from, with the delays by which they were sent. `now`: milliseconds
   * since the epoch.
   */
  stagesBetween(from: QdiscTree, to: QdiscTree, asked: Asked, now: number): readonly Stage[] {
    const keepsOrder = asked ?? (this.#first !== undefined && now < this.#keepUntil);
    return keepsOrder ? stages(this.#first ?? from, to) : [{ tree: to, holdMs: 0 }];
  }

  /** The first of these stages is in force. */
  entered(steps: readonly Stage[], asked: Asked, now: number): void {
    const [first, ...later] = steps;
    if (first === undefined || later.length === 0) {
      this.end();
      return;
    }
    const lengthMs = steps.reduce((sum, { holdMs }) => sum + holdMs, 0);
    if (this.#first === undefined || asked === true) this.#keepUntil = now + longestPutOff * lengthMs;
    this.#first = first.tree;
  }

  /** What was asked for last is in force. */
  end(): void {
    this.#first = undefined;
    this.#over.resolve(undefined);
    this.#over = overLater();
  }

  /** It will not be over while this agent lives. */
  stop(): void {
    this.#over.reject(
      agentErrors.error('stopping', 'the agent ended before the last stage of a drained change'),
    );
  }
}

function overLater(): PromiseWithResolvers<undefined> {
  const over = Promise.withResolvers<undefined>();
  // Nobody waits for it where no other change came between.
  over.promise.catch(() => undefined);
  return over;
}
