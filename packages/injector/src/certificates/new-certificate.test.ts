import { createPrivateKey, X509Certificate } from 'node:crypto';
import { connect, createServer, type TLSSocket } from 'node:tls';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterTest } from '../../test/temporary-directory';
import { newCertificate } from './new-certificate';

const now = new Date('2026-11-20T12:00:00Z');
const dayMs = 24 * 3_600_000;
const service = 'podlag-injector.podlag-system.svc';

test('the leaf is for its hosts, for servers, signed by the CA, and valid since an hour ago', () => {
  const made = newCertificate({ hosts: [service, '127.0.0.1', '::1'], lifeMs: 10 * dayMs, now });
  const [ca, leaf] = [new X509Certificate(made.ca), new X509Certificate(made.cert)];
  expect(leaf.subjectAltName).toBe(`DNS:${service}, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1`);
  expect(leaf.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1']);
  expect([leaf.ca, ca.ca]).toEqual([false, true]);
  expect(leaf.checkIssued(ca) && leaf.verify(ca.publicKey)).toBe(true);
  expect(ca.verify(ca.publicKey)).toBe(true);
  expect(leaf.checkPrivateKey(createPrivateKey(made.key))).toBe(true);
  for (const { validFromDate, validToDate } of [ca, leaf]) {
    expect(validFromDate).toEqual(new Date('2026-11-20T11:00:00Z'));
    expect(validToDate).toEqual(new Date('2026-11-30T12:00:00Z'));
  }
});

test('a short life begins a little before now, so that it does not begin near its end', () => {
  const { cert } = newCertificate({ hosts: ['a'], lifeMs: 600_000, now });
  expect(new X509Certificate(cert).validFromDate).toEqual(new Date('2026-11-20T11:59:00Z'));
});

test('a life into the second half of the century is written with all digits of its year', () => {
  const { cert } = newCertificate({ hosts: ['a'], lifeMs: 10_000 * dayMs, now });
  expect(new X509Certificate(cert).validToDate).toEqual(new Date(now.getTime() + 10_000 * dayMs));
});

test('serial numbers are random and positive, and no two CAs are the same', () => {
  const made = Array.from({ length: 20 }, () => newCertificate({ hosts: ['a'], lifeMs: dayMs, now }));
  const all = made.flatMap(({ ca, cert }) => [new X509Certificate(ca), new X509Certificate(cert)]);
  expect(new Set(all.map(({ serialNumber }) => serialNumber)).size).toBe(40);
  for (const { serialNumber } of all) expect(serialNumber).toMatch(/^[0-7][0-9A-F]{31}$|^[0-9A-F]{31}$/);
  const [one, other] = made.map(({ ca, cert }) => ({
    ca: new X509Certificate(ca),
    leaf: new X509Certificate(cert),
  }));
  expect(one!.leaf.verify(other!.ca.publicKey)).toBe(false);
  // By the key identifiers: a client with both CAs tries the right one.
  expect(one!.leaf.checkIssued(other!.ca)).toBe(false);
});

test('a TLS client that trusts the CA, old and new, talks to the server, and asks for it by name', async () => {
  const lifeMs = dayMs;
  const [old, made] = [0, 1].map(() => newCertificate({ hosts: [service], lifeMs, now: new Date() }));
  const server = createServer({ cert: made!.cert, key: made!.key }).listen(0, '127.0.0.1');
  afterTest(() => server.close());
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const ask = async (ca: string, servername: string): Promise<TLSSocket> => {
    const socket = connect({ port, host: '127.0.0.1', ca, servername });
    afterTest(() => socket.destroy());
    await once(socket, 'secureConnect');
    return socket;
  };
  expect((await ask(`${old!.ca}${made!.ca}`, service)).authorized).toBe(true);
  await expect(ask(old!.ca, service)).rejects.toThrow();
  await expect(ask(made!.ca, 'elsewhere.svc')).rejects.toMatchObject({
    code: 'ERR_TLS_CERT_ALTNAME_INVALID',
  });
});
