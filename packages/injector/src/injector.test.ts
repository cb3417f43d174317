import { Agent } from 'node:https';
import { connect, type TLSSocket } from 'node:tls';
import { applyPatch, type Operation } from 'fast-json-patch';
import { eventually } from '../test/eventually';
import { podWith, type Json } from '../test/judge';
import { certFilesOf, runInjector, shippedTemplateText, type Running } from '../test/running-injector';
import { afterTest } from '../test/temporary-directory';
import { reviewOf, tikvPod } from '../test/tikv-pod';
import { newCertificate } from './certificates/new-certificate';

const json = { 'Content-Type': 'application/json' };
const post = { method: 'POST', path: '/mutate', headers: json };
const megabyte = 1024 * 1024;
const someReview = reviewOf(podWith());

/** Reviews on one connection, that stays open. */
function keptOpen(): Agent {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  afterTest(() => agent.destroy());
  return agent;
}

/** A TLS connection on which a test writes its own bytes. */
async function rawConnection(
  injector: Running,
): Promise<{ socket: TLSSocket; received: () => string; ended: () => boolean }> {
  let text = '';
  let over = false;
  const socket = connect({
    port: injector.port,
    host: '127.0.0.1',
    servername: 'localhost',
    ca: injector.certificate.ca,
  });
  socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
  socket.on('close', () => (over = true));
  socket.on('error', () => undefined);
  afterTest(() => socket.destroy());
  await new Promise((resolve) => socket.once('secureConnect', resolve));
  return { socket, received: () => text, ended: () => over };
}

describe('a review over TLS', () => {
  test('comes back as a patch that puts the sidecar into the pod', async () => {
    const injector = await runInjector();
    const answer = await injector.review(reviewOf(tikvPod(), { uid: 'u-7' }));
    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toBe('application/json');
    const { response } = answer.json() as { response: Json };
    expect(response).toMatchObject({ uid: 'u-7', allowed: true, patchType: 'JSONPatch' });
    const patch = JSON.parse(Buffer.from(String(response.patch), 'base64').toString()) as Operation[];
    const { spec } = applyPatch(tikvPod() as Json, patch).newDocument as { spec: Json };
    expect(spec.containers).toContainEqual(expect.objectContaining({ name: 'podlag-agent' }));
  });

  test('is answered with the query that the API server adds, and under every spelling that Express takes', async () => {
    const injector = await runInjector();
    for (const path of ['/mutate?timeout=10s', '/mutate/', '/Mutate']) {
      expect((await injector.ask({ ...post, path }, JSON.stringify(someReview))).status).toBe(200);
    }
  });

  test('is logged with what was decided, and never with what the pod holds', async () => {
    const injector = await runInjector();
    const pod = podWith({
      metadata: {
        name: 'p',
        annotations: { secret: 'annotation-secret', 'podlag.io/latency': 'value-secret' },
      },
      spec: { containers: [{ name: 'a', env: [{ name: 'PASSWORD', value: 'env-secret' }] }] },
    });
    await injector.review(reviewOf(pod, { uid: 'u-1' }));
    await injector.ask(post, JSON.stringify(reviewOf(pod)).slice(0, -5));
    await eventually(() => injector.log.length >= 2);
    expect(JSON.parse(injector.log[0]!)).toMatchObject({
      uid: 'u-1',
      namespace: 'tidb-cluster',
      name: 'p',
      result: 'injected',
      reason: 'injected',
      ms: expect.any(Number),
    });
    expect(injector.log.join('')).not.toContain('secret');
  });

  test('is counted by result and reason, on the metrics port alone', async () => {
    const injector = await runInjector();
    await injector.review(someReview);
    await injector.review(reviewOf(podWith({ spec: { hostNetwork: true } })));
    await injector.ask(post, 'no json');
    const metrics = await injector.metrics();
    expect(metrics).toContain('podlag_injector_reviews_total{result="injected",reason="injected"} 1');
    expect(metrics).toContain('podlag_injector_reviews_total{result="skipped",reason="host-network"} 1');
    expect(metrics).toContain('podlag_injector_reviews_total{result="error",reason="malformed-json"} 1');
    expect(metrics).toContain(
      'podlag_injector_review_duration_seconds_bucket{le="0.0001",result="injected"}',
    );
    expect(metrics).toMatch(/podlag_injector_certificate_expiry_timestamp_seconds 1\d{9}\n/);
    expect((await injector.ask({ path: '/metrics' })).status).toBe(404);
    expect((await fetch(`http://127.0.0.1:${injector.metricsPort}/mutate`)).status).toBe(404);
  });
});

describe('what is no review gets a problem, and the server goes on', () => {
  let injector: Running;
  beforeEach(async () => {
    injector = await runInjector();
  });
  afterEach(async () => {
    expect((await injector.review(someReview)).status).toBe(200);
  });

  test.each([
    ['an empty body', post, '', 400, 'malformed-json'],
    ['a truncated body', post, JSON.stringify(someReview).slice(0, -1), 400, 'malformed-json'],
    ['bytes that are no text', post, Buffer.from([0xff, 0xfe, 0x00]), 400, 'malformed-json'],
    ['a body a hundred thousand brackets deep', post, '['.repeat(100_000), 400, 'malformed-json'],
    [
      'a deep body that is JSON',
      post,
      '['.repeat(50_000) + ']'.repeat(50_000),
      400,
      'not-an-admission-review',
    ],
    ['another kind', post, JSON.stringify({ ...someReview, kind: 'Pod' }), 400, 'not-an-admission-review'],
    ['no request', post, JSON.stringify({ ...someReview, request: null }), 400, 'not-an-admission-review'],
    ['a list', post, '[]', 400, 'not-an-admission-review'],
    ['an object that is no pod', post, JSON.stringify(reviewOf('x')), 400, 'not-an-admission-review'],
    ['8 MB', post, Buffer.alloc(8 * megabyte, ' '), 413, 'body-too-large'],
    [
      '8 MB that are not announced',
      { ...post, headers: { ...json, 'Transfer-Encoding': 'chunked' } },
      Buffer.alloc(8 * megabyte, ' '),
      413,
      'body-too-large',
    ],
    [
      'another content type',
      { ...post, headers: { 'Content-Type': 'text/plain' } },
      '{}',
      415,
      'unsupported-media-type',
    ],
    ['no content type', { ...post, headers: {} }, '{}', 415, 'unsupported-media-type'],
    ['another method', { path: '/mutate' }, undefined, 405, 'method-not-allowed'],
    ['another path', { ...post, path: '/validate' }, '{}', 404, 'not-found'],
  ])('%s', async (_, options, body, ...[status, code]) => {
    const answer = await injector.ask(options, body);
    expect(answer.status).toBe(status);
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect(answer.json()).toMatchObject({ status, code, hint: expect.stringMatching(/\.$/) });
  });

  test('a body of just under 7 MB is read', async () => {
    const pod = podWith({ metadata: { annotations: { large: 'x'.repeat(6.9 * megabyte) } } });
    expect((await injector.review(reviewOf(pod))).status).toBe(200);
  });

  test('a connection that breaks off in the middle of a body', async () => {
    const { socket } = await rawConnection(injector);
    socket.write(
      'POST /mutate HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"kind"',
    );
    await eventually(async () => (await injector.metrics()).includes('podlag_injector_reviews_in_flight 1'));
    socket.destroy();
    await eventually(async () =>
      (await injector.metrics()).includes('reviews_total{result="error",reason="incomplete-body"} 1'),
    );
    expect(await injector.metrics()).toContain('podlag_injector_reviews_in_flight 0');
  });

  test('bytes that are no HTTP', async () => {
    const { socket, received, ended } = await rawConnection(injector);
    socket.write('EHLO webhook\r\n\r\n');
    await eventually(ended);
    expect(received()).toMatch(/^HTTP\/1\.1 400 .*"code":"malformed-http"/s);
  });
});

test('a body that comes too slowly is given up', async () => {
  const injector = await runInjector({}, { patience: { headersMs: 50, requestMs: 100, idleMs: 1_000 } });
  const { socket, received, ended } = await rawConnection(injector);
  socket.write(
    'POST /mutate HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{',
  );
  await eventually(ended);
  expect(received()).toMatch(/^HTTP\/1\.1 408 .*"code":"request-timeout"/s);
  expect((await injector.review(someReview)).status).toBe(200);
});

test('more reviews at once than are allowed get a 503 that says when to come again', async () => {
  const injector = await runInjector({ PODLAG_MAX_CONCURRENT: '1' });
  const { socket } = await rawConnection(injector);
  socket.write(
    'POST /mutate HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 9999\r\n\r\n{',
  );
  await eventually(async () => (await injector.metrics()).includes('podlag_injector_reviews_in_flight 1'));
  const answer = await injector.review(someReview);
  expect(answer).toMatchObject({ status: 503, headers: { 'retry-after': '1' } });
  expect(answer.json()).toMatchObject({ code: 'overloaded' });
  socket.destroy();
  await eventually(async () => (await injector.review(someReview)).status === 200);
});

test('TLS before 1.2 is not spoken', async () => {
  const injector = await runInjector();
  await expect(
    injector.ask({ path: '/healthz', maxVersion: 'TLSv1.1', minVersion: 'TLSv1' }),
  ).rejects.toThrow();
  expect((await injector.ask({ path: '/healthz', maxVersion: 'TLSv1.2' })).status).toBe(200);
  expect(await injector.metrics()).toMatch(/podlag_injector_tls_handshake_failures_total [1-9]/);
});

describe('files that change', () => {
  test('a new template is in force without a restart', async () => {
    const injector = await runInjector();
    injector.config.update({
      'sidecarconfig.yaml': shippedTemplateText.replace('name: podlag-agent', 'name: another-agent'),
      'labels.yaml': '{}',
    });
    await eventually(async () =>
      (await injector.review(someReview)).text.includes('plain sidecar another-agent'),
    );
    expect(await injector.metrics()).toContain(
      'podlag_injector_reloads_total{file="template",outcome="reloaded"} 1',
    );
  });

  test('a bad template is counted and shown by readiness, and the last good one stays in force', async () => {
    const injector = await runInjector();
    injector.config.update({ 'sidecarconfig.yaml': 'containers:\n- nmae: a\n', 'labels.yaml': '{}' });
    const readiness = await eventually(async () => {
      const answer = (await injector.ask({ path: '/readyz' })).json() as {
        status: string;
        cautions: string[];
      };
      return answer.cautions.length > 0 ? answer : undefined;
    });
    expect(readiness.status).toBe('ready');
    expect(readiness.cautions[0]).toMatch(
      /^template: [^]*sidecarconfig\.yaml:2: containers\[0\]\.nmae: unknown field/,
    );
    expect(await injector.metrics()).toContain(
      'podlag_injector_reloads_total{file="template",outcome="failed"} 1',
    );
    expect((await injector.review(someReview)).text).toContain('plain sidecar podlag-agent');
  });

  test('labels of namespaces are followed', async () => {
    const injector = await runInjector();
    expect((await injector.review(someReview)).text).toContain('"decision":"injected"');
    injector.config.update({
      'sidecarconfig.yaml': shippedTemplateText,
      'labels.yaml': 'tidb-cluster: {pod-security.kubernetes.io/enforce: baseline}\n',
    });
    await eventually(async () =>
      (await injector.review(someReview)).text.includes('"decision":"pod-security"'),
    );
  });

  test('a new certificate is shown to the next client, while open connections go on', async () => {
    const injector = await runInjector();
    const agent = keptOpen();
    await injector.review(someReview, agent);
    const next = newCertificate({ hosts: ['localhost'], lifeMs: 7 * 24 * 3_600_000, now: new Date() });
    injector.certs.update(certFilesOf(next));
    await eventually(async () => {
      const answer = await injector.ask({ path: '/healthz', ca: next.ca }).catch(() => undefined);
      return answer?.status === 200;
    });
    await expect(injector.ask({ path: '/healthz' })).rejects.toThrow(/self-signed|verify|signature|unable/i);
    expect((await injector.review(someReview, agent)).status).toBe(200);
    const expiry = /certificate_expiry_timestamp_seconds (\d+)/.exec(await injector.metrics())?.[1];
    expect(Number(expiry) * 1000 - Date.now()).toBeLessThan(7 * 24 * 3_600_000);
  });

  test('a certificate without its key is not taken, and readiness says so', async () => {
    const injector = await runInjector();
    const next = newCertificate({ hosts: ['localhost'], lifeMs: 3_600_000, now: new Date() });
    injector.certs.update({ 'tls.crt': next.cert, 'tls.key': injector.certificate.key });
    await eventually(async () =>
      (await injector.ask({ path: '/readyz' })).text.includes('is not the key of'),
    );
    expect((await injector.review(someReview)).status).toBe(200);
  });
});

describe('the end', () => {
  test('not ready any more, but serving, each answer the last on its connection; then gone, with no request lost', async () => {
    const injector = await runInjector({ PODLAG_DRAIN_PERIOD: '1h' });
    const agent = keptOpen();
    expect((await injector.review(someReview, agent)).headers.connection).toBe('keep-alive');
    const idle = await rawConnection(injector);
    idle.socket.write('GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n');
    await eventually(() => idle.received().includes('ok'));
    const half = await rawConnection(injector);
    const body = JSON.stringify(someReview);
    half.socket.write(
      `POST /mutate HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`,
    );
    await eventually(async () => (await injector.metrics()).includes('podlag_injector_reviews_in_flight 1'));

    let stopped = false;
    void injector.stop().then(() => (stopped = true));
    const readiness = await injector.ask({ path: '/readyz' });
    expect(readiness.status).toBe(503);
    expect(readiness.json()).toMatchObject({
      code: 'not-ready',
      detail: expect.stringContaining('draining'),
    });
    expect((await injector.ask({ path: '/healthz' })).status).toBe(200);
    const answer = await injector.review(someReview, agent);
    expect(answer).toMatchObject({ status: 200, headers: { connection: 'close' } });
    expect(stopped).toBe(false);

    void injector.stop();
    await eventually(idle.ended);
    await expect(injector.ask({ path: '/healthz' })).rejects.toThrow(/ECONNREFUSED/);
    half.socket.write(body);
    await eventually(half.ended);
    expect(half.received()).toMatch(/^HTTP\/1\.1 200 .*"allowed":true/s);
    await eventually(() => stopped);
  });

  test('a request that never ends does not hold the process for ever', async () => {
    const injector = await runInjector({}, { patience: { headersMs: 100, requestMs: 100, idleMs: 1_000 } });
    const { socket } = await rawConnection(injector);
    socket.write(
      'POST /mutate HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{',
    );
    await injector.stop();
  });
});
