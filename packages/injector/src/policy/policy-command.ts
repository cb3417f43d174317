import { Command, Option } from 'commander';
import { dump } from 'js-yaml';
import { version } from '../../package.json';
import { agentAccessModes, type AgentAccess } from '../agent-access';
import { injectorErrors } from '../injector-errors';
import { sidecarModes, type SidecarMode } from '../sidecar';
import { parseTemplate, type Template } from '../template';
import { mutatingPolicy, withoutKeys } from './mutating-policy';

/** What the command needs of the process around it. */
export interface PolicySurroundings {
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
  readonly readFile: (path: string) => string;
}

interface Flags {
  readonly template: string;
  readonly mode: SidecarMode;
  readonly namespace: string;
  readonly agentAccess: AgentAccess['mode'];
}

const description = `The sidecar template as a MutatingAdmissionPolicy, by which the API server injects sidecars itself.

Needs Kubernetes 1.36 or later, and nothing of podlag in the cluster but this policy. What it does otherwise than the
webhook is in docs/policy.md.`;

const examples = `
Examples:
  podlag-policy | kubectl apply -f -
  podlag-policy --template deploy/base/sidecarconfig.yaml | kubectl diff -f -

Exit status: 0 printed; 1 the template is bad or cannot be read; 2 a bad argument.`;

/**
 * The command line of `podlag-policy`. Throws a CommanderError for a bad argument and after --help, and PodlagError
 * `unreadable-file`, `invalid-template` or `policy-without-keys`.
 */
export function policyCommand({ stdout, stderr, readFile }: PolicySurroundings): Command {
  return (
    new Command('podlag-policy')
      .description(description)
      .option('--template <file>', 'the sidecar template', '/etc/podlag/template/sidecarconfig.yaml')
      .addOption(
        new Option('--mode <mode>', 'how the sidecar runs').choices(sidecarModes).default(sidecarModes[0]),
      )
      .option(
        '--namespace <name>',
        'where podlag itself runs, if it does; nothing is injected there',
        'podlag-system',
      )
      // From the environment too: run in a pod of the injector it must not make what that injector was told not to.
      .addOption(
        new Option('--agent-access <access>', 'who may change agents; a policy can make only open ones')
          .choices(agentAccessModes)
          .default(agentAccessModes[0])
          .env('PODLAG_AGENT_ACCESS'),
      )
      .addHelpText('after', examples)
      .showHelpAfterError('  hint: see podlag-policy --help')
      .configureOutput({ writeOut: stdout, writeErr: stderr })
      .allowExcessArguments(false)
      .exitOverride()
      .action(({ template, mode, namespace, agentAccess }: Flags) => {
        if (agentAccess === 'token') throw withoutKeys('--agent-access token');
        const documents = mutatingPolicy(read(template, readFile), { mode, ownNamespace: namespace });
        stdout(
          `# Made by podlag-policy ${version} out of the sidecar template: change that, and make this anew.\n`,
        );
        stdout(documents.map((document) => dump(document, { lineWidth: -1, noRefs: true })).join('---\n'));
      })
  );
}

function read(path: string, readFile: PolicySurroundings['readFile']): Template {
  let text: string;
  try {
    text = readFile(path);
  } catch (cause) {
    const detail = `--template: ${cause instanceof Error ? cause.message : String(cause)}`;
    throw injectorErrors.error('unreadable-file', detail, { cause });
  }
  return parseTemplate({ name: path, text });
}
