import { parseCidr, printCidr, quote } from '@podlag/core';
import { pods } from '@podlag/kube';
import type { AgentFlags } from '../agents/agent-flags';
import { cliErrors } from '../frame/cli-errors';
import type { CommandContext } from '../frame/command-context';

/** A target as a fault document has it. */
export interface CidrTarget {
  readonly cidr: string;
}

/**
 * Reads the values of --to: blocks of addresses, and pods of the cluster, of which it takes the addresses that they have now.
 *
 * @throws PodlagError `usage`, `no-such-pod`
 */
export async function targetsOf(
  context: CommandContext,
  flags: AgentFlags,
  given: readonly string[],
): Promise<readonly CidrTarget[]> {
  const found = await Promise.all(
    given.map(async (text) => {
      const pod = /^pods?\/(.+)$/.exec(text)?.[1];
      return pod === undefined ? [block(text)] : addressesOf(context, flags, pod);
    }),
  );
  return found.flat();
}

function block(text: string): CidrTarget {
  try {
    return { cidr: printCidr(parseCidr(text)) };
  } catch (error) {
    throw cliErrors.error('usage', `--to: ${(error as Error).message}`, {
      hint: 'Give a block as 10.1.2.0/24, an address, or pod/NAME.',
    });
  }
}

async function addressesOf(
  context: CommandContext,
  flags: AgentFlags,
  name: string,
): Promise<readonly CidrTarget[]> {
  const { api, namespace: own } = await context.connect(flags);
  const namespace = flags.namespace ?? own;
  const pod = await api.get(pods, { namespace, name });
  const addresses = pod?.status?.podIPs?.map(({ ip }) => ip) ?? [];
  if (addresses.length === 0) {
    const what = pod === undefined ? 'there is no such pod' : 'it has no address yet';
    throw cliErrors.error('no-such-pod', `pod ${quote(name)} in ${namespace}: ${what}`);
  }
  return addresses.map(block);
}
