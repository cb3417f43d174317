import { KeyRing, podlagNamespace, tokenSecret } from '@podlag/access';
import { newCertificate } from '@podlag/injector';
import { secrets } from '@podlag/kube';
import { CommandLine } from '../../test/command-line';

const base64 = (text: string): string => Buffer.from(text).toString('base64');

function withCertificate(): CommandLine {
  const line = new CommandLine();
  const now = new Date(line.clock.now());
  const { ca, cert, key } = newCertificate({ hosts: ['localhost'], lifeMs: 30 * 24 * 3_600_000, now });
  line.api.seed(secrets, {
    ...{ apiVersion: 'v1', kind: 'Secret' },
    metadata: { namespace: podlagNamespace, name: 'podlag-injector-certs' },
    data: { 'ca.crt': base64(ca), 'tls.crt': base64(cert), 'tls.key': base64(key) },
  });
  const ring = KeyRing.generate(now).withNext(now);
  line.api.seed(secrets, {
    ...{ apiVersion: 'v1', kind: 'Secret' },
    metadata: { namespace: podlagNamespace, name: tokenSecret.name },
    data: { [tokenSecret.key]: base64(JSON.stringify(ring.document())) },
  });
  return line;
}

test('the certificate is told with what is left of it, and the keys with what they do', async () => {
  const line = withCertificate();
  line.clock.advance(10 * 24 * 3_600_000);
  const { stdout } = await line.run('certs');
  expect(stdout).toMatch(/webhook certificate .* (19|20)d {2}valid/);
  expect(stdout).toMatch(/ signs\n.* next\n/);
  expect(await line.json('certs')).toMatchObject({ certificates: [{ state: 'valid' }, { what: 'CA' }] });
});

test('one that has expired says so', async () => {
  const line = withCertificate();
  line.clock.advance(31 * 24 * 3_600_000);
  expect((await line.run('certs')).stdout).toMatch(/webhook certificate .* - {2}expired/);
});

test('where there is neither, that is said, and no private key is ever shown', async () => {
  const { stdout, stderr, code } = await new CommandLine().run('certs');
  expect(stderr).toContain('No certificate is in the Secret podlag-system/podlag-injector-certs.');
  expect(stderr).toContain('No token keys');
  expect({ stdout, code }).toEqual({ stdout: '', code: 0 });
  expect(JSON.stringify(await withCertificate().json('certs'))).not.toMatch(/PRIVATE|"d"/);
});

test('a Secret that holds no ring is told, with what to do and nothing of what it holds', async () => {
  const line = withCertificate();
  line.api.edit(secrets, { namespace: podlagNamespace, name: tokenSecret.name }, (secret) => ({
    ...secret,
    data: { [tokenSecret.key]: base64('SECRET half a document') },
  }));
  const { stdout, stderr, code } = await line.run('certs');
  expect(stderr).toContain('keys.json: not JSON');
  expect(stderr).toContain('Emptied, the Secret podlag-token-keys is filled anew');
  expect(stdout + stderr).not.toContain('SECRET');
  expect(code).toBe(1);
});
