import { handmade, rsa1024, type HandmadeOptions } from '../test/handmade-certificate';
import { certFiles, type ServingCertificate } from './cert-source';
import { newCertificate, type NewCertificate } from './certificates/new-certificate';

const now = new Date('2026-11-20T12:00:00Z');
const files = { certFile: 'tls.crt', keyFile: 'tls.key', caFile: 'ca.crt' };

const [good, other] = [make(), make()];

function make(): NewCertificate {
  return newCertificate({ hosts: ['localhost'], lifeMs: 30 * 24 * 3_600_000, now });
}

function read(contents: Partial<NewCertificate>, at = now, host?: string): ServingCertificate {
  const { cert, key, ca } = { ...good, ...contents };
  return certFiles({ ...files, host }, () => at).parse([cert, key, ca].map((text) => Buffer.from(text)));
}

test('a certificate with its key, in date and signed by the CA, is taken', () => {
  expect(read({})).toEqual({ cert: good.cert, key: good.key, notAfter: new Date('2026-12-20T12:00:00Z') });
});

test('a bundle with the old CA beside the new one is taken too', () => {
  expect(read({ ca: `${other.ca}${good.ca}` })).toMatchObject({ cert: good.cert });
});

test.each<[string, () => Partial<NewCertificate>, Date, string]>([
  ['no certificate', () => ({ cert: 'x' }), now, 'tls.crt: is not a PEM certificate'],
  ['no key', () => ({ key: '' }), now, 'tls.key: is not a PEM private key'],
  ["another's key", () => ({ key: other.key }), now, 'tls.key: is not the key of the certificate in tls.crt'],
  [
    'an expired one',
    () => ({}),
    new Date('2027-01-01T00:00:00Z'),
    'tls.crt: expired on 2026-12-20T12:00:00.000Z',
  ],
  [
    'one of tomorrow',
    () => ({}),
    new Date('2026-11-19T00:00:00Z'),
    'tls.crt: is not valid before 2026-11-20T11:00',
  ],
  ["another's CA", () => ({ ca: other.ca }), now, 'tls.crt: is not signed by a CA in ca.crt'],
  ['a key that is too short', () => underCa({ keys: rsa1024() }), now, 'tls.crt: OpenSSL does not load it'],
  [
    'a second certificate that is broken',
    () => ({ cert: `${good.cert}-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n` }),
    now,
    'tls.crt: a certificate after the first is broken',
  ],
  [
    'one for clients',
    () => underCa({ usage: '1.3.6.1.5.5.7.3.2' }),
    now,
    'tls.crt: its extended key usage has no serverAuth',
  ],
  ['a CA that is none', () => ({ ca: 'x' }), now, 'tls.crt: is not signed by a CA in ca.crt'],
])('%s is refused in words', (_, contents, at, words) => {
  expect(() => read(contents(), at)).toThrow(
    expect.objectContaining({ code: 'invalid-certificate', message: expect.stringContaining(words) }),
  );
});

test('one that is not for the host by which API servers call is refused, where that is known', () => {
  expect(read({}, now, 'localhost')).toMatchObject({ cert: good.cert });
  expect(() => read({}, now, 'podlag-injector.podlag-system.svc')).toThrow(
    'tls.crt: is for DNS:localhost, not for podlag-injector.podlag-system.svc',
  );
});

test('it ends with the CA, where that ends first', () => {
  const to = new Date('2026-12-01T00:00:00Z');
  const ca = handmade({ extensions: 'ca', to });
  const { cert, key } = handmade({ signer: ca });
  expect(read({ cert, key, ca: ca.cert })).toMatchObject({ notAfter: to });
});

function underCa(options: HandmadeOptions): NewCertificate {
  const ca = handmade({ extensions: 'ca' });
  const { cert, key } = handmade({ signer: ca, ...options });
  return { ca: ca.cert, cert, key };
}
