import type { AgentClient } from '@podlag/client';
import { faultDocument, isPodlagError, parseFault, type Fault, type PodlagError } from '@podlag/core';
import type { AgentFlags } from '../agents/agent-flags';
import { reachAgents } from '../agents/agents';
import { answersOf, askEach, assertAllAnswered, assertAllDid } from '../agents/each-agent';
import { cliErrors } from '../frame/cli-errors';
import type { CommandContext } from '../frame/command-context';
import type { OutputFlags } from '../frame/global-flags';
import type { ApplyCommandFlags } from '../objects/apply-command';
import { readDocuments } from '../objects/read-documents';
import type { AgentFaults } from '../output/agent-faults-output';
import { print } from '../output/print';

type Flags = AgentFlags & OutputFlags;

/** Puts the faults of a file to each agent, one by one; what else is set there stays. */
export async function putAtAgents(context: CommandContext, flags: Flags & ApplyCommandFlags): Promise<void> {
  const faults = await readFaults(context, flags.filename);
  const dryRun = flags.dryRun !== undefined;
  const outcomes = await askEach(await reachAgents(context, flags), async ({ client }) => {
    const done: string[] = [];
    for (const fault of faults) {
      const { commands } = await client.putFault(fault.name, faultDocument(fault), { dryRun });
      done.push(...(dryRun ? commands : [`${fault.name} in force`]));
    }
    return done;
  });
  for (const { agent, answer } of answersOf(context, outcomes)) {
    context.stdout(answer.map((line) => `${agent.name}: ${line}\n`).join(''));
  }
  assertAllAnswered(outcomes);
}

async function readFaults(context: CommandContext, file: string): Promise<readonly Fault[]> {
  const documents = await readDocuments(context, file);
  const listed = documents.flatMap((document) => {
    const { faults } = document as { readonly faults?: unknown };
    return Array.isArray(faults) ? (faults as unknown[]) : [document];
  });
  if (listed.length === 0) throw cliErrors.error('bad-file', `${file}: no fault is in it`);
  const object = listed.find((document) => (document as { apiVersion?: unknown }).apiVersion !== undefined);
  if (object !== undefined) {
    throw cliErrors.error('bad-file', `${file}: an object needs a cluster, and --agent has none`, {
      hint: 'Give fault documents, as {"name":"slow","delay":{"time":"20ms"}}; or leave --agent out.',
    });
  }
  return listed.map((document) => parseFault(document));
}

/** Lists the faults that calls have set at each agent. */
export async function listAtAgents(context: CommandContext, flags: Flags): Promise<void> {
  const outcomes = await askEach(await reachAgents(context, flags), ({ client }) => client.faults());
  const agents = answersOf(context, outcomes).map(
    ({ agent, answer: { faults, expiresAt } }): AgentFaults => ({
      agent: agent.name,
      faults: faults.map((fault) => {
        const expires = expiresAt[fault.name];
        return { fault, ...(expires === undefined ? {} : { expiresAt: new Date(expires).toISOString() }) };
      }),
    }),
  );
  const rows = agents.flatMap(({ agent, faults }) => faults.map((held) => ({ agent, ...held })));
  print(context, flags.output, {
    document: { agents },
    rows,
    columns: [
      { heading: 'AGENT', text: ({ agent }) => agent },
      { heading: 'FAULT', text: ({ fault }) => fault.name },
      { heading: 'EXPIRES', text: ({ expiresAt = 'never' }) => expiresAt },
    ],
    wide: [{ heading: 'DOCUMENT', text: ({ fault }) => JSON.stringify(fault) }],
    name: ({ fault }) => fault.name,
    none: 'No call has set a fault there; plans are shown by "podlag status".',
  });
  assertAllAnswered(outcomes);
}

/** Deletes faults by name, or all that calls have set. One that an agent does not delete keeps no other in force. */
export async function deleteAtAgents(
  context: CommandContext,
  flags: Flags,
  names: readonly string[],
): Promise<void> {
  const outcomes = await askEach(await reachAgents(context, flags), async ({ client }) => {
    if (names.length > 0) return deleteByName(client, names);
    await client.deleteFaults();
    return { deleted: ['all faults'], errors: [] };
  });
  const answers = answersOf(context, outcomes);
  for (const { agent, answer } of answers) {
    const { deleted, errors } = answer;
    if (deleted.length > 0) context.stdout(`${agent.name}: ${deleted.join(', ')} deleted\n`);
    for (const error of errors) context.stderr(`${agent.name}: ${error.toText()}\n`);
  }
  const done = answers.filter(({ answer }) => answer.errors.length === 0);
  assertAllDid(done.length, outcomes.length);
}

interface Deletion {
  readonly deleted: readonly string[];
  readonly errors: readonly PodlagError[];
}

/** Each of them, whatever the agent says of the others. */
async function deleteByName(client: AgentClient, names: readonly string[]): Promise<Deletion> {
  const deleted: string[] = [];
  const errors: PodlagError[] = [];
  for (const name of names) {
    try {
      await client.deleteFault(name);
      deleted.push(name);
    } catch (error) {
      if (!isPodlagError(error)) throw error;
      errors.push(error);
      // It would only be waited for once more.
      if (error.code === 'agent-unreachable') break;
    }
  }
  return { deleted, errors };
}
