import { PodlagError, type Problem } from '@podlag/core';
import { podlagNamespace, tokenSecret } from '@podlag/access';
import * as z from 'zod';
import type { AgentAnswer } from './agent-transport';
import { word } from './answers/word';

const problem: z.ZodType<Omit<Problem, 'type'>> = z.object({
  title: word,
  status: z.number(),
  detail: word,
  code: word,
  hint: word,
  field: word.optional(),
});

const howToGetAToken =
  `The agent is in token mode. \`kubectl podlag\` signs a token by itself for whoever may read the Secret ` +
  `${podlagNamespace}/${tokenSecret.name}; another program sends one in the header "Authorization: Bearer TOKEN".`;

/** The agent's refusal as it would be thrown there; undefined when the answer is none (RFC 9457). */
export function problemOf({ body }: AgentAnswer): PodlagError | undefined {
  const read = problem.safeParse(body);
  if (!read.success) return undefined;
  const { code, status, title, detail, hint, field } = read.data;
  return new PodlagError(code, { status, title, hint }, detail, {
    ...(code === 'token-missing' && { hint: howToGetAToken }),
    ...(field !== undefined && { field }),
  });
}
