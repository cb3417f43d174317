import { isPodlagError, type PodlagError } from '@podlag/core';
import type * as z from 'zod';
import { problemOf } from './agent-problem';
import type { AgentAnswer, AgentCall, AgentTransport } from './agent-transport';
import { cutWord } from './answers/word';
import { clientErrors } from './client-errors';

/** Where the token of a call that changes something comes from; undefined: the call goes without one. */
export type Authorize = () => Promise<string | undefined>;

/** Sends calls to one agent and reads what it answers. */
export class AgentCalls {
  constructor(
    private readonly transport: AgentTransport,
    private readonly authorize: Authorize | undefined,
  ) {}

  /** Reading is free in either mode. */
  async read<T>(schema: z.ZodType<T>, call: AgentCall, asWell: readonly number[] = []): Promise<T> {
    return this.#parse(schema, call, await this.transport.send(call), asWell);
  }

  /** With a token where there is one. */
  async change<T>(schema: z.ZodType<T>, call: AgentCall): Promise<T> {
    const token = await this.#token();
    const answer = await this.transport.send(call, token.value);
    // An agent in open mode asks for no token, so that none could be had is no matter until it does.
    if (answer.status === 401 && token.failure !== undefined) throw token.failure;
    return this.#parse(schema, call, answer, []);
  }

  async #token(): Promise<{ readonly value?: string | undefined; readonly failure?: PodlagError }> {
    try {
      return { value: await this.authorize?.() };
    } catch (failure) {
      if (isPodlagError(failure)) return { failure };
      throw failure;
    }
  }

  #parse<T>(schema: z.ZodType<T>, call: AgentCall, answer: AgentAnswer, asWell: readonly number[]): T {
    if (answer.status !== 200 && !asWell.includes(answer.status)) throw refusal(call, answer);
    const read = schema.safeParse(answer.body);
    if (read.success) return read.data;
    const [issue] = read.error.issues;
    const at = issue?.path.join('.');
    throw notOfAnAgent(
      call,
      `${at === undefined || at === '' ? 'answer' : at}: ${issue?.message ?? 'unexpected'}`,
    );
  }
}

function refusal(call: AgentCall, answer: AgentAnswer): PodlagError {
  return problemOf(answer) ?? notOfAnAgent(call, `status ${answer.status} without a problem of an agent's`);
}

function notOfAnAgent({ method, path }: AgentCall, why: string): PodlagError {
  return clientErrors.error('agent-answer', `${method} ${path}: ${cutWord(why)}`);
}
