import { KeyRing, tokenSecret, type TokenScope } from '@podlag/access';
import { isPodlagError, TaskQueue, type Clock, type Logger } from '@podlag/core';
import { TokenSource } from '@podlag/client';
import { secrets, type KubeApi, type Secret, type Watch } from '@podlag/kube';
import { controllerErrors } from '../controller-errors';
import type { AgentProblem } from '../dispatch/agent-report';
import { problemOf } from '../dispatch/problem-of';
import { Slots } from '../dispatch/slots';
import { isNewerVersion } from '../world/resource-version';
import { bringKeys, type KeyHolder } from './bring-keys';
import { publish, ringIn, writeRing } from './key-secret';
import { rotated } from './rotation';

/** What a KeyKeeper needs. */
export interface KeyKeeperParts {
  readonly api: KubeApi;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly namespace: string;
  readonly keyLifeMs: number;
  /** All agents that can be asked now. */
  readonly agents: () => readonly KeyHolder[];
}

/** The keys, and the Secret that they were read from or written to. */
interface HeldRing {
  readonly ring: KeyRing;
  readonly secret: Secret | undefined;
}

/** How often agents that do not have the keys, and the age of the keys, are looked at, in milliseconds. */
const lookMs = 10_000;
const atOnce = 16;

/**
 * The keys that sign tokens: made when there are none, brought to the injector and to all agents, replaced when they are old.
 * Every controller follows the Secret and can sign; only the leader writes.
 */
export class KeyKeeper {
  readonly tokens: TokenSource;
  #secret: Secret | undefined;
  #ring: KeyRing | undefined;
  #isRead = false;
  #problem: string | undefined;
  /** Why the Secret is not read. */
  #silence: string | undefined;
  /** Why the keys could not be made, published or replaced the last time. */
  #unkept: string | undefined;
  #isLeading = false;
  /** Since when the first key is that, as far as it was seen. */
  #signingSince = 0;
  /** Agents that have all keys of the ring, or need none; by id. */
  readonly #holders = new Set<string>();
  /** Agents that know no key of the ring; by id. */
  readonly #lost = new Set<string>();
  readonly #queue = new TaskQueue();
  readonly #slots = new Slots(atOnce);
  readonly #watch: Watch;
  #cancel = (): void => undefined;

  constructor(private readonly parts: KeyKeeperParts) {
    const { api, clock, namespace } = parts;
    this.tokens = new TokenSource(() => Promise.resolve(this.#ring), clock);
    this.#watch = api.watch(
      secrets,
      { namespace, name: tokenSecret.name },
      {
        changed: (objects) => this.#changed([...objects.values()][0]),
        failed: (problem) => this.#unheard(problem),
      },
    );
  }

  /** Why no token can be signed; undefined when one can, and where the keys are to be made as soon as this controller leads. */
  get blocker(): string | undefined {
    if (this.#ring !== undefined) return undefined;
    if (!this.#isRead)
      return `Secret ${tokenSecret.name} is not read yet${this.#silence === undefined ? '' : `: ${this.#silence}`}`;
    if (this.#problem !== undefined) return this.#problem;
    // Were one that waits not ready, no rollout from open to token would end: the old leader, which makes none, is not
    // stopped before the new pods are ready.
    return this.#isLeading ? (this.#unkept ?? `Secret ${tokenSecret.name} has no keys yet`) : undefined;
  }

  /** Why an agent, by its id, takes no token of ours, where that is known better than by its own answer. */
  explained(id: string, problem: AgentProblem): AgentProblem {
    if (problem.code !== 'token-invalid' || !this.#lost.has(id)) return problem;
    const { code, detail, hint } = lostKeys();
    return { code, detail, hint };
  }

  tokenFor(scope: TokenScope): Promise<string | undefined> {
    return this.tokens.tokenFor(scope);
  }

  /** This controller leads: from now on it makes, publishes, brings and replaces. */
  lead(): void {
    this.#isLeading = true;
    this.#look();
  }

  follow(): void {
    this.#isLeading = false;
    this.#cancel();
  }

  close(): void {
    this.follow();
    this.#watch.close();
  }

  #changed(secret: Secret | undefined): void {
    this.#isRead = true;
    this.#silence = undefined;
    this.#secret = secret;
    try {
      this.#take(ringIn(secret));
      this.#problem = undefined;
    } catch (error) {
      const { code, detail, hint } = problemOf(error);
      // What was good goes on signing: agents know those keys still.
      this.#problem = detail;
      this.parts.logger.error({ code, hint }, `keys: ${detail}`);
    }
    if (this.#isLeading) this.#look();
  }

  #unheard({ message }: Error): void {
    // It is tried again and again, and says the same for as long as it lasts.
    if (message !== this.#silence)
      this.parts.logger.warn({ problem: message }, 'keys: nothing is heard of the Secret');
    this.#silence = message;
  }

  #take(ring: KeyRing | undefined): void {
    if (ring?.signing.kid !== this.#ring?.signing.kid) this.#signingSince = this.parts.clock.now();
    if (ring === undefined || kidsOf(ring) !== kidsOf(this.#ring)) {
      this.#holders.clear();
      this.#lost.clear();
      this.tokens.forget();
    }
    this.#ring = ring;
  }

  #look(): void {
    this.#cancel();
    void this.#queue.run(() => this.#lookOnce());
  }

  async #lookOnce(): Promise<void> {
    if (!this.#isLeading || !this.#isRead || this.#problem !== undefined) return;
    try {
      await this.#keep();
      this.#unkept = undefined;
    } catch (error) {
      // Of a conflict the watch brings what somebody else has written.
      if (!isPodlagError(error, 'kube-conflict')) this.#notKept(error);
    }
    this.#cancel();
    this.#cancel = this.parts.clock.after(lookMs, () => this.#look());
  }

  #notKept(error: unknown): void {
    const problem = problemOf(error);
    if (this.#unkept !== problem.detail) this.parts.logger.warn(problem, 'keys: not kept, tried again');
    this.#unkept = problem.detail;
  }

  async #keep(): Promise<void> {
    const { api, namespace } = this.parts;
    const { ring, secret } = await this.#held();
    await publish(api, namespace, ring);
    const isEverywhere = await this.#bring(ring);
    // Where somebody has emptied or restored the Secret meanwhile, the keys of now are looked at by themselves.
    if (!this.#isOfNow(ring)) return;
    const next = rotated(ring, {
      now: this.parts.clock.now(),
      keyLifeMs: this.parts.keyLifeMs,
      isEverywhere,
      signingSince: this.#signingSince,
    });
    if (next === undefined) return;
    await this.#write(next, secret);
    this.parts.logger.info({ keys: next.keys.length, signing: next.signing.kid }, 'keys: replaced');
    if (!this.#isOfNow(next)) return;
    await publish(api, namespace, next);
    await this.#bring(next);
  }

  async #held(): Promise<HeldRing> {
    const secret = this.#secret;
    if (this.#ring !== undefined) return { ring: this.#ring, secret };
    return this.#write(KeyRing.generate(new Date(this.parts.clock.now())), secret);
  }

  /** @param read what the ring was made from: over a Secret that somebody has changed since, nothing is written */
  async #write(ring: KeyRing, read: Secret | undefined): Promise<HeldRing> {
    const secret = await writeRing(this.parts.api, { read, ring });
    // The watch may have told of a later one, or that there is none, before this answer came.
    const heard = this.#secret?.metadata;
    if (heard && !isNewerVersion(heard.resourceVersion, secret.metadata.resourceVersion)) {
      this.#secret = secret;
      this.#take(ring);
    }
    return { ring, secret };
  }

  #isOfNow(ring: KeyRing): boolean {
    return kidsOf(ring) === kidsOf(this.#ring);
  }

  /** Whether all agents that answer have the keys now. */
  async #bring(ring: KeyRing): Promise<boolean> {
    const agents = this.parts.agents();
    const ids = new Set(agents.map(({ id }) => id));
    for (const known of [this.#holders, this.#lost])
      for (const id of known) if (!ids.has(id)) known.delete(id);
    const missing = agents.filter(({ id }) => !this.#holders.has(id) && !this.#lost.has(id));
    const brought = await Promise.all(
      missing.map((agent) => this.#slots.run(() => this.#bringTo(agent, ring))),
    );
    return brought.every(Boolean);
  }

  async #bringTo(agent: KeyHolder, ring: KeyRing): Promise<boolean> {
    const { id, namespace, name } = agent;
    const { logger, clock } = this.parts;
    const pod = `${namespace}/${name}`;
    try {
      const brought = await bringKeys(agent, ring, new Date(clock.now()));
      if (!this.#isOfNow(ring)) return false;
      (brought === 'lost' ? this.#lost : this.#holders).add(id);
      if (brought === 'lost')
        logger.warn({ pod, ...problemOf(lostKeys()) }, 'keys: an agent is out of reach');
      return true;
    } catch (error) {
      logger.debug({ pod, ...problemOf(error) }, 'keys: not brought to an agent');
      return false;
    }
  }
}

function lostKeys(): Error & AgentProblem {
  return controllerErrors.error(
    'keys-lost',
    `none of the keys that the agent knows is in the Secret ${tokenSecret.name}`,
  );
}

function kidsOf(ring: KeyRing | undefined): string {
  return ring?.keys.map(({ kid }) => kid).join(' ') ?? '';
}
