import { createPrivateKey, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer, type TLSSocket } from 'node:tls';
import { newAuthority, type IssuedCertificate } from './authority';

const now = new Date('2026-11-20T12:00:00Z');
const hourMs = 3_600_000;
const authority = newAuthority({ name: 'test CA', lifeMs: 20 * hourMs, now });

test('a CA signs leaves, and no other CAs', () => {
  const ca = new X509Certificate(authority.cert);
  expect(ca.subject).toBe('CN=test CA');
  expect(ca.ca && ca.checkIssued(ca) && ca.verify(ca.publicKey)).toBe(true);
});

test.each<[string, IssuedCertificate, Partial<X509Certificate>]>([
  [
    'for servers, with its hosts',
    authority.issueForServer('server', ['a.svc', '127.0.0.1']),
    {
      subject: 'CN=server',
      keyUsage: ['1.3.6.1.5.5.7.3.1'],
      subjectAltName: 'DNS:a.svc, IP Address:127.0.0.1',
    },
  ],
  [
    'for clients, with its name',
    authority.issueForClient('worker-1'),
    { subject: 'CN=worker-1', keyUsage: ['1.3.6.1.5.5.7.3.2'], subjectAltName: undefined },
  ],
])('a leaf is %s, signed by the CA and as long valid as that', (_, { cert, key }, expected) => {
  const [ca, leaf] = [new X509Certificate(authority.cert), new X509Certificate(cert)];
  expect({ subject: leaf.subject, keyUsage: leaf.keyUsage, subjectAltName: leaf.subjectAltName }).toEqual(
    expected,
  );
  expect(leaf.ca).toBe(false);
  expect(leaf.checkIssued(ca) && leaf.verify(ca.publicKey)).toBe(true);
  expect(leaf.checkPrivateKey(createPrivateKey(key))).toBe(true);
  expect([leaf.validFromDate, leaf.validToDate]).toEqual([ca.validFromDate, ca.validToDate]);
  expect(leaf.validFromDate).toEqual(new Date('2026-11-20T11:00:00Z'));
  expect(leaf.validToDate).toEqual(new Date('2026-11-21T08:00:00Z'));
});

describe('in a TLS handshake in which both sides have to show who they are', () => {
  const own = newAuthority({ name: 'own CA', lifeMs: hourMs, now: new Date() });
  const other = newAuthority({ name: 'own CA', lifeMs: hourMs, now: new Date() });
  const server = createServer({
    ...own.issueForServer('server', ['127.0.0.1']),
    ...{ ca: own.cert, requestCert: true, rejectUnauthorized: true },
  });

  beforeAll(async () => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });

  afterAll(() => server.close());

  /** @returns the name that the server has seen; undefined when it has refused */
  async function seenBy(client: Partial<IssuedCertificate>): Promise<string | undefined> {
    const { port } = server.address() as AddressInfo;
    const outcome = new Promise<string | undefined>((resolve) => {
      server.once('secureConnection', (socket: TLSSocket) => {
        resolve(String(socket.getPeerCertificate().subject.CN));
        socket.destroy();
      });
      server.once('tlsClientError', () => resolve(undefined));
    });
    const socket = connect({ port, host: '127.0.0.1', ca: own.cert, ...client });
    socket.on('error', () => undefined);
    const seen = await outcome;
    server.removeAllListeners('secureConnection').removeAllListeners('tlsClientError');
    socket.destroy();
    return seen;
  }

  test.each<[string, Partial<IssuedCertificate>, string | undefined]>([
    ['a client of the CA goes by its name', own.issueForClient('worker-1'), 'worker-1'],
    ['a client of another CA of the same name is refused', other.issueForClient('worker-1'), undefined],
    [
      'a certificate for servers is none of a client',
      own.issueForServer('worker-1', ['127.0.0.1']),
      undefined,
    ],
    ['a client without a certificate is refused', {}, undefined],
  ])('%s', async (_, client, name) => {
    expect(await seenBy(client)).toBe(name);
  });
});
