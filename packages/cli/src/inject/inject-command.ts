import { parseTemplate, type InjectionSettings, type Template } from '@podlag/injector';
import { Command, Option } from 'commander';
import { examples } from '../frame/examples';
import type { CommandContext } from '../frame/command-context';
import { readDocuments } from '../objects/read-documents';
import { yamlOf } from '../output/print';
import { injectedDocuments, type Judged } from './injected-documents';
import { shippedTemplate } from './shipped-template';

interface Flags {
  readonly filename: string;
  readonly template?: string;
  readonly namespace: string;
  readonly mode: InjectionSettings['sidecarMode'];
  readonly podSecurity: 'skip' | 'inject';
}

/** `podlag inject`: what the webhook would do to the pods of a file, without a cluster. */
export function injectCommand(context: CommandContext): Command {
  return new Command('inject')
    .description(
      'Print objects with the sidecar in their pods, by the webhook’s own code; no cluster is asked. Why a pod is left as it is, is said on stderr.',
    )
    .requiredOption('-f, --filename <file>', 'YAML with one document or more, or - for standard input')
    .option(
      '--template <file>',
      'the sidecar template (sidecarconfig.yaml); default: the one of this release',
    )
    .option('-n, --namespace <name>', 'of documents that name none', 'default')
    .addOption(
      new Option('--mode <mode>', 'native wants Kubernetes 1.29 or later')
        .choices(['native', 'plain'])
        .default('native'),
    )
    .addOption(
      new Option('--pod-security <answer>', 'where the namespace’s PodSecurity level forbids the sidecar')
        .choices(['skip', 'inject'])
        .default('skip'),
    )
    .addHelpText('after', examples(context, ['inject -f tidb-cluster.yaml | kubectl apply -f -']))
    .action((flags: Flags) => inject(context, flags));
}

async function inject(context: CommandContext, flags: Flags): Promise<void> {
  const documents = await readDocuments(context, flags.filename);
  const settings: InjectionSettings = {
    sidecarMode: flags.mode,
    onPodSecurity: flags.podSecurity,
    ownNamespace: 'podlag-system',
  };
  const template = await templateOf(context, flags.template);
  const result = injectedDocuments(documents, { template, settings, namespace: flags.namespace });
  context.stdout(result.documents.map(yamlOf).join('---\n'));
  for (const one of result.judged) context.stderr(told(one));
  if (result.judged.length === 0) context.stderr(`${flags.filename}: no pod and no pod template in it\n`);
}

async function templateOf(context: CommandContext, file: string | undefined): Promise<Template> {
  if (file === undefined) return parseTemplate({ name: 'sidecarconfig.yaml', text: shippedTemplate });
  return parseTemplate({ name: file, text: await context.readFile(file) });
}

function told({ title, decision }: Judged): string {
  return decision.warnings.map((line) => `${title}: ${line.replace(/^podlag: /, '')}\n`).join('');
}
