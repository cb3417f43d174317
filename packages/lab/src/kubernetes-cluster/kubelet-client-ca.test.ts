import { createPrivateKey, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer, type TLSSocket } from 'node:tls';
import { kubeletClientUser, newKubeletClientCertificate } from './kubelet-client-ca';

// Prime numbers are found when they are found, and the machine may have other work.
jest.setTimeout(60_000);

const now = new Date('2026-11-20T12:00:00Z');

test('the certificate is of the user that RBAC knows, for clients, signed by the CA, valid for a year', () => {
  const made = newKubeletClientCertificate(now);
  const [ca, cert] = [new X509Certificate(made.ca), new X509Certificate(made.cert)];
  expect(cert.subject).toBe(`CN=${kubeletClientUser}`);
  expect(cert.keyUsage).toEqual(['1.3.6.1.5.5.7.3.2']);
  expect([ca.ca, cert.ca]).toEqual([true, false]);
  expect(cert.checkIssued(ca) && cert.verify(ca.publicKey) && ca.verify(ca.publicKey)).toBe(true);
  expect(cert.checkPrivateKey(createPrivateKey(made.key))).toBe(true);
  for (const { validFromDate, validToDate } of [ca, cert]) {
    expect(validFromDate).toEqual(new Date('2026-11-20T11:00:00Z'));
    expect(validToDate).toEqual(new Date('2027-11-20T12:00:00Z'));
  }
});

test('a server that trusts the CA lets its own client in, and not that of another cluster', async () => {
  const [ours, theirs] = [0, 1].map(() => newKubeletClientCertificate(new Date()));
  // The client's certificate will do for the server too: the client looks at nothing of it, as the API server does.
  const server = createServer({ ...ours!, requestCert: true, rejectUnauthorized: false });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const isKnown = async ({ cert, key }: { cert: string; key: string }): Promise<boolean> => {
    const accepted = once(server, 'secureConnection') as Promise<[TLSSocket]>;
    const client = connect({ port, host: '127.0.0.1', cert, key, rejectUnauthorized: false });
    const [socket] = await accepted;
    client.destroy();
    return socket.authorized;
  };
  try {
    expect([await isKnown(ours!), await isKnown(theirs!)]).toEqual([true, false]);
  } finally {
    server.close();
  }
});
