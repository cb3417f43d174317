import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { PublicKeys } from '@podlag/access';
import { TaskQueue, type Logger } from '@podlag/core';
import * as z from 'zod';
import { agentErrors } from './agent-errors';

/** The keys that an agent has, and which edition of them. */
export interface KeysInForce {
  /** Of those that the pod was created with: 0. Counted up by who replaces them. */
  readonly generation: number;
  readonly keys: PublicKeys;
}

const generation = z.object({ generation: z.int().min(0) });

/**
 * The public keys by which tokens are verified. They can be replaced while the agent runs, and a restart of its container
 * finds the last ones: a key that was taken away does not come back with the environment of the pod, but where the file that
 * has them cannot be read. That is an error in the log, and no reason to lock everybody out for good.
 */
export class AgentKeys {
  #inForce: KeysInForce;
  readonly #changes = new TaskQueue();

  private constructor(
    readonly path: string,
    first: KeysInForce,
  ) {
    this.#inForce = first;
  }

  /** The keys in the file at `path`, or, when there is none, those that the pod was created with. */
  static async open(path: string, ofThePod: PublicKeys, logger: Logger): Promise<AgentKeys> {
    const first = { generation: 0, keys: ofThePod };
    try {
      return new AgentKeys(path, keysOf(JSON.parse(await readFile(path, 'utf8'))));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
        const problem = agentErrors.error('keys-unreadable', `${path}: ${(error as Error).message}`);
        logger.error({ path, code: problem.code }, problem.toText());
      }
      return new AgentKeys(path, first);
    }
  }

  get inForce(): KeysInForce {
    return this.#inForce;
  }

  /**
   * Puts the keys of a document `{"generation", "keys"}` in force, after they are kept.
   *
   * @throws PodlagError `invalid-keys`, `malformed-request`, `stale-generation`, `keys-not-kept`; nothing has changed
   */
  replace(document: unknown): Promise<KeysInForce> {
    const next = keysOf(document);
    return this.#changes.run(async () => {
      const held = this.#inForce.generation;
      if (next.generation < held) {
        const detail = `generation ${next.generation} is older than ${held}, which is in force`;
        throw agentErrors.error('stale-generation', detail, { field: 'generation' });
      }
      await this.#keep(next);
      this.#inForce = next;
      return next;
    });
  }

  /** Atomic, as the lease. Not kept is not done: the next start would bring the old keys back, unnoticed. */
  async #keep(next: KeysInForce): Promise<void> {
    try {
      await mkdir(dirname(this.path), { recursive: true });
      await writeFile(`${this.path}.new`, `${JSON.stringify(keysDocument(next))}\n`, { mode: 0o600 });
      await rename(`${this.path}.new`, this.path);
    } catch (cause) {
      throw agentErrors.error('keys-not-kept', `the keys cannot be kept: ${(cause as Error).message}`, {
        cause,
      });
    }
  }
}

/** What `PUT /v1/keys` takes and `GET /v1/keys` answers. */
export function keysDocument({ generation, keys }: KeysInForce): object {
  return { generation, ...keys.document() };
}

function keysOf(document: unknown): KeysInForce {
  const result = generation.safeParse(document);
  if (!result.success) {
    throw agentErrors.error('malformed-request', 'generation: a whole number from 0 is expected', {
      field: 'generation',
      hint: 'Send {"generation": N, "keys": [...]}, as GET /v1/keys answers it.',
    });
  }
  return { generation: result.data.generation, keys: PublicKeys.parse(document) };
}
