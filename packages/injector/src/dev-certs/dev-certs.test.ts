import { isPodlagError } from '@podlag/core';
import { X509Certificate } from 'node:crypto';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryDirectory } from '../../test/temporary-directory';
import { parseDevCertsArguments, usage } from './arguments';
import { generateDevCertificate } from './dev-certificate';
import { writeDevCertificate } from './write-dev-certificate';

const now = new Date('2026-11-20T12:00:00Z');

test('the leaf is for its hosts, for servers, signed by the CA, and valid since an hour ago', async () => {
  const hosts = ['podlag-injector.podlag-system.svc', '127.0.0.1', '::1'];
  const { ca, cert } = await generateDevCertificate({ hosts, days: 10, now });
  const [issuer, leaf] = [new X509Certificate(ca), new X509Certificate(cert)];
  expect(leaf.subjectAltName).toBe(
    'DNS:podlag-injector.podlag-system.svc, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1',
  );
  expect(leaf.checkHost('podlag-injector.podlag-system.svc')).toBeDefined();
  expect(leaf.checkIP('127.0.0.1')).toBe('127.0.0.1');
  expect(leaf.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1']);
  expect(leaf.ca).toBe(false);
  expect(issuer.ca).toBe(true);
  expect(leaf.checkIssued(issuer)).toBe(true);
  expect(leaf.verify(issuer.publicKey)).toBe(true);
  expect(leaf.validFromDate).toEqual(new Date('2026-11-20T11:00:00Z'));
  expect(leaf.validToDate).toEqual(new Date('2026-11-30T12:00:00Z'));
});

test('serial numbers are random and positive', async () => {
  const made = await Promise.all([1, 2, 3].map(() => generateDevCertificate({ hosts: ['a'] })));
  const serials = made.flatMap(({ ca, cert }) =>
    [ca, cert].map((pem) => new X509Certificate(pem).serialNumber),
  );
  expect(new Set(serials).size).toBe(6);
  for (const serial of serials) expect(serial).toMatch(/^[0-7][0-9A-F]{31}$|^[0-9A-F]{31}$/);
});

test('three files are written, the key for its owner alone even where an open one was', async () => {
  const out = join(temporaryDirectory(), 'new');
  await writeDevCertificate({ out, hosts: ['localhost'], days: 1 });
  writeFileSync(join(out, 'tls.key'), 'old', { mode: 0o666 });
  const paths = await writeDevCertificate({ out, hosts: ['localhost'], days: 1 });
  expect(paths).toEqual(['ca.crt', 'tls.crt', 'tls.key'].map((name) => join(out, name)));
  expect(statSync(join(out, 'tls.key')).mode & 0o777).toBe(0o600);
  expect(readFileSync(join(out, 'tls.key'), 'utf8')).toMatch(/^-----BEGIN PRIVATE KEY-----/);
});

test('arguments', () => {
  const args = ['--out', 'd', '--host', 'a.b', '--host', '::1', '--days', '7'];
  expect(parseDevCertsArguments(args)).toEqual({ out: 'd', hosts: ['a.b', '::1'], days: 7 });
  expect(parseDevCertsArguments(['-h'])).toBe('help');
  expect(usage).toContain('Example');
});

test.each([
  [[], '--out DIR is missing'],
  [['--out', 'd'], '--host NAME is missing'],
  [['--out', 'd', '--host', 'a b'], '"a b" is no DNS name'],
  [['--out', 'd', '--host', 'a', '--days', '0'], '--days must be'],
  [['--uot', 'd'], "Unknown option '--uot'"],
])('%j is refused in words', (args, words) => {
  try {
    parseDevCertsArguments(args);
  } catch (error) {
    expect(isPodlagError(error, 'invalid-arguments') && error.toText()).toContain(words);
  }
  expect.assertions(1);
});
