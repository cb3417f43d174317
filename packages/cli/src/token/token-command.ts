import { signToken } from '@podlag/access';
import { Duration } from '@podlag/core';
import { Command } from 'commander';
import { readKeyRing } from '../agents/token-answer';
import { cliErrors } from '../frame/cli-errors';
import type { CommandContext } from '../frame/command-context';
import { examples } from '../frame/examples';
import { durationFlag, oneMore, withNamespaceFlags, type NamespaceFlags } from '../frame/global-flags';

interface Flags extends NamespaceFlags {
  readonly pod?: readonly string[];
  readonly for: Duration;
}

/** `podlag token`: for programs that call agents by themselves. */
export function tokenCommand(context: CommandContext): Command {
  return withNamespaceFlags(new Command('token'))
    .description(
      'Print a token for agents in token mode. podlag itself needs none: it signs its own, for whoever may read the key.',
    )
    .option('--pod <name>', 'good for this pod only; may be given several times', oneMore)
    .option('--for <duration>', 'how long it is valid', durationFlag, Duration.parse('5m'))
    .addHelpText(
      'after',
      `${examples(context, ['token -n tidb-cluster --for 1h'])}  curl -H "Authorization: Bearer $(${context.name} token)" http://10.244.1.7:2332/latency/20ms\n`,
    )
    .action((flags: Flags) => printToken(context, flags));
}

async function printToken(context: CommandContext, flags: Flags): Promise<void> {
  const lifeSeconds = Math.floor(flags.for.milliseconds / 1_000);
  if (lifeSeconds < 1) {
    throw cliErrors.error('usage', `--for ${flags.for.toString()}: a token lives at least 1s`, {
      hint: 'Give a duration, as in 5m.',
    });
  }
  const { api, namespace: own } = await context.connect(flags);
  const ring = await readKeyRing(api);
  const { pod: pods } = flags;
  const scope = { namespace: flags.namespace ?? own, ...(pods === undefined ? {} : { pods }) };
  const now = new Date(context.clock.now());
  context.stdout(`${await signToken(ring, scope, { now, lifeSeconds })}\n`);
  const end = new Date(now.getTime() + lifeSeconds * 1_000).toISOString();
  const whose = pods === undefined ? 'every pod' : pods.join(', ');
  context.stderr(`for ${whose} of ${scope.namespace}, until ${end}\n`);
}
