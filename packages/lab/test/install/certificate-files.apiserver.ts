import { spawnSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { helm, kubectl } from '../deploy/command';
import { until } from '../deploy/until';
import {
  certificatesIn,
  injectors,
  labelled,
  makeNamespace,
  namespace,
  podManifest,
  publishedBundle,
  read,
  removeDefinitions,
  removeNamespaces,
  rolledOut,
  servedBy,
  tryPod,
} from './installation';
import { repository } from './readme-lines';

// Most tests wait for something, each with a limit of its own below this.
jest.setTimeout(90_000);

const secret = 'podlag-files';

/** As somebody with a clone would make a certificate. */
function bootstrap(...args: readonly string[]): string {
  const command = ['scripts/bootstrap-certs.sh', '--secret', secret, ...args];
  const { status, stdout, stderr } = spawnSync('bash', command, { cwd: repository, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command.join(' ')}: exit status ${status}\n${stderr}${stdout}`);
  return stdout + stderr;
}

async function stored(): Promise<Readonly<Record<string, string>>> {
  const { data } = await read<{ data: Record<string, string> }>('secret', secret, '--namespace', namespace);
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, atob(value)]));
}

async function injects(): Promise<boolean> {
  return (await tryPod('by-files', podManifest('a'))).said.includes('injected');
}

beforeAll(async () => {
  // Helm takes over nothing that it has not made.
  // One after the other: a namespace whose kinds go meanwhile is looked at again after 5, 10, 20 and 40 s.
  await removeDefinitions();
  await removeNamespaces(namespace);
  await makeNamespace(namespace, {});
  await makeNamespace('by-files', labelled);
  bootstrap();
  const chart = ['podlag', `${repository}/deploy/helm/podlag`, '--namespace', namespace];
  const values = ['--set', 'certificates.source=files', '--set', `certificates.secretName=${secret}`];
  await helm(['install', ...chart, ...values]);
  await rolledOut();
}, 180_000);

afterAll(async () => {
  await helm(['uninstall', 'podlag', '--namespace', namespace, '--wait']);
  await removeNamespaces('by-files', namespace);
}, 180_000);

test('with a certificate from podlag-certs the chart works: run before for the Secret, and after for the caBundle', async () => {
  expect(await publishedBundle()).toBe('');
  expect(bootstrap('--dry-run')).toContain('patched (dry run)');
  expect(await publishedBundle()).toBe('');
  bootstrap();
  expect(await publishedBundle()).toBe((await stored())['ca.crt']);
  await until(injects);
}, 60_000);

test('a second run changes nothing', async () => {
  const before = [await stored(), await publishedBundle()];
  bootstrap();
  expect([await stored(), await publishedBundle()]).toEqual(before);
}, 60_000);

test('a renewed one is taken from its files without a restart, and the old CA is still trusted', async () => {
  const [oldCa] = certificatesIn(await publishedBundle());
  bootstrap('--renew', '--days', '7');
  const leaf = new X509Certificate((await stored())['tls.crt'] ?? '');
  await until(async () => {
    const shown = await Promise.all((await injectors()).map(({ status }) => servedBy(status.podIP ?? '')));
    return shown.length === 2 && shown.every(({ raw }) => raw.equals(leaf.raw));
  });
  expect(certificatesIn(await publishedBundle())).toContain(oldCa);
  await until(injects);
  const ofInjectors = ['--namespace', namespace, '--selector', 'app.kubernetes.io/name=podlag-injector'];
  const restarts = ['--output', 'jsonpath={.items[*].status.containerStatuses[*].restartCount}'];
  expect(await kubectl(['get', 'pods', ...ofInjectors, ...restarts])).toBe('0 0');
}, 60_000);
