import { X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mainCertificates } from './certificates-main';
import { readChannelTls } from './channel-tls';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'podlag-certificates-'));
});
afterEach(() => rm(folder, { recursive: true }));

test('each end of the channel gets a TLS folder, and a worker its name as the common name', async () => {
  const args = ['--folder', folder, '--host', '10.244.0.1', '--worker', 'a', '--worker', 'b'];
  await mainCertificates(args, new Date());
  const orchestrator = await readChannelTls(join(folder, 'orchestrator'));
  const worker = await readChannelTls(join(folder, 'workers', 'b'));
  const ca = new X509Certificate(orchestrator.ca);
  expect(worker.ca).toBe(orchestrator.ca);
  expect(new X509Certificate(worker.cert).subject).toBe('CN=b');
  expect(new X509Certificate(orchestrator.cert).checkIP('10.244.0.1')).toBe('10.244.0.1');
  for (const { cert } of [orchestrator, worker])
    expect(new X509Certificate(cert).verify(ca.publicKey)).toBe(true);
});

test('nobody else may read a key', async () => {
  await mainCertificates(['--folder', folder, '--host', 'o', '--worker', 'a'], new Date());
  const key = join(folder, 'workers', 'a', 'tls.key');
  expect((await stat(key)).mode & 0o077).toBe(0);
  expect(await readFile(key, 'utf8')).toMatch(/PRIVATE KEY/);
});

test.each([
  ['no worker', ['--folder', 'x', '--host', 'o'], /--worker are needed/],
  ['no host', ['--folder', 'x', '--worker', 'a'], /--host and --worker/],
  ['no folder', ['--host', 'o', '--worker', 'a'], /--folder, /],
  [
    'a name that leads elsewhere',
    ['--folder', 'x', '--host', 'o', '--worker', '../a'],
    /"\.\.\/a" is not a DNS label/,
  ],
  ['an option that there is not', ['--folders', 'x'], /--folders/],
])('%s is refused', async (_, args, complaint) => {
  await expect(mainCertificates(args, new Date())).rejects.toMatchObject({
    code: 'invalid-config',
    detail: expect.stringMatching(complaint),
  });
});
