import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { nextVerdict, noVerdict, probePort, requireHttpGet, watchProbe } from './probe';
import type { ApiProbe } from './pod-object';
import { containerWith } from './testing';

const thresholds = { successThreshold: 2, failureThreshold: 3 };

test.each([
  ['one success is too few', '+', undefined],
  ['two are enough', '++', true],
  ['a failure between them begins the count anew', '+-+', undefined],
  ['two failures do not take it back', '++--', true],
  ['three do', '++---', false],
  ['and two successes bring it back', '++---++', true],
  ['failures alone count as well', '---', false],
])('%s: %s', (_, answers, passes) => {
  const end = Array.from(answers).reduce(
    (verdict, answer) => nextVerdict(verdict, answer === '+', thresholds),
    noVerdict,
  );
  expect(end.passes).toBe(passes);
});

const container = containerWith({ ports: [{ name: 'http', containerPort: 8080 }] });

test('a port is a number or a name', () => {
  expect(probePort(container, { port: 1 })).toBe(1);
  expect(probePort(container, { port: 'http' })).toBe(8080);
  expect(() => probePort(container, { port: 'https' })).toThrow('port https is not declared');
});

test('a probe of another kind is refused, not passed', () => {
  const probe = { periodSeconds: 1, timeoutSeconds: 1, ...thresholds, exec: {} };
  expect(() => requireHttpGet(container, probe)).toThrow('only probes by httpGet');
});

test('a server is heard when it begins to answer well, and when it no longer does', async () => {
  let status = 500;
  const server = createServer((_, response) => response.writeHead(status).end()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const httpGet = { port, path: '/' };
  const probe: ApiProbe = {
    periodSeconds: 0.01,
    timeoutSeconds: 1,
    successThreshold: 1,
    failureThreshold: 1,
    httpGet,
  };
  const stop = new AbortController();
  const heard: boolean[] = [];
  await watchProbe({ probe, container, podIp: '127.0.0.1' }, stop.signal, (passes) => {
    heard.push(passes);
    status = status === 500 ? 204 : 500;
    if (heard.length === 3) stop.abort();
  });
  server.close();
  expect(heard).toEqual([false, true, false]);
});
