import type { KubeApi } from '@podlag/kube';
import { Command, InvalidArgumentError, Option } from 'commander';
import { writeCertificateFiles } from './certificate-files';
import { certifyCluster } from './cluster-certificate';

/** What the command needs of the process around it. */
export interface CertsSurroundings {
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
  /** @throws PodlagError `kube-config` */
  readonly connect: (kubeconfig: string | undefined, context: string | undefined) => Promise<KubeApi>;
  readonly now: () => Date;
}

interface Options {
  readonly out?: string;
  readonly host?: readonly string[];
  readonly service: string;
  readonly namespace: string;
  readonly secret: string;
  readonly webhook: string;
  readonly days: number;
  readonly dryRun?: true;
  readonly renew?: true;
  readonly kubeconfig?: string;
  readonly context?: string;
}

const dayMs = 24 * 3_600_000;

const description = `Certificates for the injector, in a cluster or in files.

${[
  'In a cluster: puts a certificate into a Secret, and the CA that signed it into the caBundle of the webhook',
  'configuration. It may be run again and again: a certificate that is right and has more than a third of its life left',
  'is kept, and only what is not right is written. CAs that are still in date stay in the bundle, so no call of a',
  "webhook fails meanwhile. The CA's key is thrown away.",
].join(' ')}`;

const examples = `
Examples:
  podlag-certs --dry-run
  podlag-certs --service podlag-injector --namespace podlag-system --secret podlag-injector-certs
  podlag-certs --out certs --host podlag-injector.podlag-system.svc

Exit status: 0 all is right (also when there is no webhook configuration yet, which is said); 1 it could not be done, for
the reason that is told; 2 a bad argument.`;

const clusterOnly = ['service', 'namespace', 'secret', 'webhook', 'dryRun', 'renew', 'kubeconfig', 'context'];

/** The command line of `podlag-certs`. Throws a CommanderError for a bad argument and after --help. */
export function certsCommand(surroundings: CertsSurroundings): Command {
  const { stdout, stderr } = surroundings;
  const command = new Command('podlag-certs')
    .description(description)
    .option('--service <name>', 'the Service by which the API server calls', 'podlag-injector')
    .option('--namespace <name>', 'where the Service and the Secret are', 'podlag-system')
    .option('--secret <name>', 'the Secret: ca.crt, tls.crt, tls.key', 'podlag-injector-certs')
    .option('--webhook <name>', 'the MutatingWebhookConfiguration', 'podlag-injector')
    .option('--days <n>', 'how long a new certificate is valid', wholeDays, 365)
    .option('--dry-run', 'say what would be done, and change nothing')
    .option('--renew', 'make a new certificate, however good the old one is')
    .option('--kubeconfig <file>', 'default: $KUBECONFIG, or ~/.kube/config')
    .option('--context <name>', 'default: the current context of the kubeconfig')
    .addOption(
      new Option(
        '--out <dir>',
        'write the files ca.crt, tls.crt and tls.key there, and leave the cluster alone',
      ).conflicts(clusterOnly),
    )
    .option('--host <name>', 'with --out: a DNS name or IP address; may be given several times', oneMoreHost)
    .addHelpText('after', examples)
    .showHelpAfterError('  hint: see podlag-certs --help')
    .configureOutput({ writeOut: stdout, writeErr: stderr })
    .exitOverride();
  return command.action((options: Options) => certify(command, options, surroundings));
}

async function certify(command: Command, options: Options, surroundings: CertsSurroundings): Promise<void> {
  const { out, host: hosts = [], days, dryRun = false, renew = false } = options;
  const { connect, now, stdout, stderr } = surroundings;
  const lifeMs = days * dayMs;
  if (out !== undefined) {
    if (hosts.length === 0) command.error('error: --out DIR wants --host NAME', { exitCode: 2 });
    const files = await writeCertificateFiles(out, { hosts, lifeMs, now: now() });
    stdout(files.map((file) => `${file}\n`).join(''));
    return;
  }
  if (hosts.length > 0) command.error('error: --host NAME goes with --out DIR', { exitCode: 2 });
  const api = await connect(options.kubeconfig, options.context);
  await certifyCluster(
    api,
    { ...options, dryRun, renew, lifeMs, now: now() },
    { line: (text) => stdout(`${text}\n`), note: (text) => stderr(`${text}\n`) },
  );
}

function wholeDays(text: string): number {
  if (!/^[1-9][0-9]{0,3}$/.test(text)) throw new InvalidArgumentError('A whole number from 1 to 9999.');
  return Number(text);
}

function oneMoreHost(name: string, hosts: readonly string[] = []): readonly string[] {
  if (!/^[A-Za-z0-9*._:-]+$/.test(name)) throw new InvalidArgumentError('It is no DNS name or IP address.');
  return [...hosts, name];
}
