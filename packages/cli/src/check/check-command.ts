import { Command } from 'commander';
import type { CommandContext } from '../frame/command-context';
import { examples } from '../frame/examples';
import { exitCodes } from '../frame/exit-code';
import { withNamespaceFlags, withOutput, type NamespaceFlags, type OutputFlags } from '../frame/global-flags';
import type { CheckOutput, Finding } from '../output/check-output';
import { print } from '../output/print';
import { checksBeforeInstall, checksOfInstall, findingsOf } from './check-table';
import { drawFindings } from './draw-findings';
import { counted } from './named';
import { readBeforeInstall, readEvidence } from './read-evidence';

type Flags = NamespaceFlags & OutputFlags & { readonly pre?: true };

/** `podlag check`: what is not as it should be, and what to do about it. Changes nothing. */
export function checkCommand(context: CommandContext): Command {
  return withOutput(withNamespaceFlags(new Command('check')), ['table', 'json', 'yaml'])
    .description(
      'Look at the install and at the pods of a namespace; name what is wrong, and the command that mends it.',
    )
    .option('--pre', 'before an install: whether the cluster, the namespace and your rights are fit for it')
    .addHelpText('after', examples(context, ['check', 'check -n shop', 'check --pre', 'check -o json']))
    .action((flags: Flags) => check(context, flags));
}

async function check(context: CommandContext, flags: Flags): Promise<void> {
  const { api, namespace: own } = await context.connect(flags);
  const cluster = { api, namespace: flags.namespace ?? own };
  const findings =
    flags.pre === true
      ? findingsOf(checksBeforeInstall, await readBeforeInstall(context, cluster))
      : findingsOf(checksOfInstall, await readEvidence(context, cluster));
  const document = documentOf(cluster.namespace, findings);
  if (flags.output === undefined || flags.output === 'table') context.stdout(drawFindings(findings));
  else print(context, flags.output, { document, rows: [], columns: [] });
  const { failed, warnings, ok } = document;
  context.stderr(`${failed} failed, ${counted(warnings, 'warning')}, ${ok} ok.\n`);
  if (failed > 0) context.exitWith(exitCodes.off);
}

function documentOf(namespace: string, findings: readonly Finding[]): CheckOutput {
  const count = (state: Finding['state']): number => findings.filter((one) => one.state === state).length;
  return {
    ...{ namespace, ok: count('ok'), warnings: count('warning'), failed: count('failed') },
    findings: [...findings],
  };
}
