import { isPodlagError } from '@podlag/core';
import { deployments, type KubeApi } from '@podlag/kube';
import { Command } from 'commander';
import * as z from 'zod';
import { version as clientVersion } from '../../package.json';
import { withAgentFlags, type AgentFlags } from '../agents/agent-flags';
import { reachAgents } from '../agents/agents';
import { answersOf, askEach, type AgentOutcome } from '../agents/each-agent';
import type { CommandContext } from '../frame/command-context';
import { examples } from '../frame/examples';
import { ownNamespaceIn } from '../frame/own-namespace';
import { withOutput, type OutputFlags } from '../frame/global-flags';
import { yamlOf } from '../output/print';
import type { VersionOutput } from '../output/version-output';

const podSpec = z.object({ containers: z.array(z.object({ image: z.string() })) });

type Flags = AgentFlags & OutputFlags & { readonly client?: true };

/** `podlag version`: of this program, the agents, and what runs in podlag's namespace. */
export function versionCommand(context: CommandContext): Command {
  return withOutput(withAgentFlags(new Command('version')), ['json', 'yaml'])
    .description('Print the versions of this program, of the agents, and of the controller and the injector.')
    .option('--client', 'of this program only')
    .addHelpText('after', examples(context, ['version', 'version --client', 'version -A -o json']))
    .action((flags: Flags) => version(context, flags));
}

async function version(context: CommandContext, flags: Flags): Promise<void> {
  const seen: VersionOutput = {
    client: { version: clientVersion, node: process.version },
    images: {},
    agents: [],
    ...(flags.client === true ? {} : await othersOf(context, flags)),
  };
  if (flags.output === 'json') context.stdout(`${JSON.stringify(seen, undefined, 2)}\n`);
  else if (flags.output === 'yaml') context.stdout(yamlOf(seen));
  else context.stdout(lines(seen));
}

/** What cannot be asked is said, and is no failure: the program's own version is known all the same. */
async function othersOf(context: CommandContext, flags: Flags): Promise<Partial<VersionOutput>> {
  try {
    const agents = await askEach(await agentsOf(context, flags), ({ client }) => client.version());
    return {
      ...(flags.agent === undefined ? await clusterOf(context, flags) : {}),
      agents: counted(context, agents),
    };
  } catch (error) {
    if (!isPodlagError(error)) throw error;
    context.stderr(`${error.toText()}\n`);
    return {};
  }
}

async function agentsOf(context: CommandContext, flags: Flags): ReturnType<typeof reachAgents> {
  try {
    return await reachAgents(context, flags);
  } catch (error) {
    if (isPodlagError(error, 'no-agents')) return [];
    throw error;
  }
}

async function clusterOf(context: CommandContext, flags: Flags): Promise<Partial<VersionOutput>> {
  const { api } = await context.connect(flags);
  const { major, minor } = await api.serverVersion();
  return { kubernetes: `v${major}.${minor}`, images: await imagesOf(api) };
}

async function imagesOf(api: KubeApi): Promise<Readonly<Record<string, string>>> {
  const found = await api.list(deployments, { namespace: await ownNamespaceIn(api) });
  return Object.fromEntries(
    found.map(({ metadata, spec }) => {
      const read = podSpec.safeParse(spec?.template?.spec);
      const images = read.success ? read.data.containers.map(({ image }) => image) : [];
      return [metadata.name, images.join(', ')];
    }),
  );
}

function counted(
  context: CommandContext,
  outcomes: readonly AgentOutcome<{ readonly version: string }>[],
): VersionOutput['agents'] {
  const versions = answersOf(context, outcomes).map(({ answer }) => answer.version);
  return [...new Set(versions)]
    .toSorted()
    .map((one) => ({ version: one, count: versions.filter((other) => other === one).length }));
}

function lines({ client, kubernetes, images, agents }: VersionOutput): string {
  return [
    `podlag      ${client.version} (Node ${client.node})`,
    ...(kubernetes === undefined ? [] : [`Kubernetes  ${kubernetes}`]),
    ...Object.entries(images).map(([name, image]) => `${name}  ${image}`),
    ...agents.map(({ version: one, count }) => `agents      ${one} (${count})`),
  ]
    .map((line) => `${line}\n`)
    .join('');
}
