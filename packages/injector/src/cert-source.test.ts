import { certFiles, type ServingCertificate } from './cert-source';
import { newCertificate, type NewCertificate } from './certificates/new-certificate';

const now = new Date('2026-11-20T12:00:00Z');
const files = { certFile: 'tls.crt', keyFile: 'tls.key', caFile: 'ca.crt' };

const [good, other] = [make(), make()];

function make(): NewCertificate {
  return newCertificate({ hosts: ['localhost'], lifeMs: 30 * 24 * 3_600_000, now });
}

function read(contents: Partial<NewCertificate>, at = now): ServingCertificate {
  const { cert, key, ca } = { ...good, ...contents };
  return certFiles(files, () => at).parse([cert, key, ca].map((text) => Buffer.from(text)));
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
  ['a CA that is none', () => ({ ca: 'x' }), now, 'tls.crt: is not signed by a CA in ca.crt'],
])('%s is refused in words', (_, contents, at, words) => {
  expect(() => read(contents(), at)).toThrow(
    expect.objectContaining({ code: 'invalid-certificate', message: expect.stringContaining(words) }),
  );
});
