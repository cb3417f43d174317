import { isPodlagError, quote, type Logger, type PodlagError } from '@podlag/core';
import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream/promises';
import * as z from 'zod';
import { benchErrors } from '../bench-errors';
import type { Orchestrator } from './orchestrator';
import { isOver } from './run-record';

/** What is served. */
export interface ServedParts {
  readonly orchestrator: Pick<
    Orchestrator,
    'status' | 'manifest' | 'samplesFrom' | 'registry' | 'abort' | 'fetched'
  >;
  /** Whoever has it may read the run and end it. */
  readonly token: string;
  readonly log: Logger;
}

interface Call {
  readonly url: URL;
  readonly request: IncomingMessage;
}

interface Route {
  readonly method: 'GET' | 'POST';
  readonly isFree?: true;
  readonly answer: (parts: ServedParts, call: Call, response: ServerResponse) => void | Promise<void>;
}

const json = 'application/json';
const mostBodyBytes = 4_096;
const abortBody = z.strictObject({ reason: z.string().max(1_000).optional() }).optional();

const routes: Readonly<Record<string, Route>> = {
  '/healthz': {
    ...{ method: 'GET', isFree: true },
    answer: (_parts, _call, response) => send(response, 200, json, JSON.stringify({ status: 'ok' })),
  },
  '/readyz': {
    ...{ method: 'GET', isFree: true },
    answer: ({ orchestrator }, _call, response) => {
      const { phase } = orchestrator.status();
      if (isOver(phase)) throw benchErrors.error('not-ready', `the run is ${phase}`);
      send(response, 200, json, JSON.stringify({ status: 'ready' }));
    },
  },
  '/metrics': { ...{ method: 'GET', isFree: true }, answer: sendMetrics },
  '/v1/status': {
    method: 'GET',
    answer: ({ orchestrator }, _call, response) =>
      send(response, 200, json, JSON.stringify(orchestrator.status())),
  },
  '/v1/manifest': { method: 'GET', answer: sendManifest },
  '/v1/samples': { method: 'GET', answer: sendSamples },
  '/v1/abort': { method: 'POST', answer: abort },
  '/v1/fetched': {
    method: 'POST',
    answer: ({ orchestrator }, _call, response) => {
      orchestrator.fetched();
      send(response, 200, json, JSON.stringify(orchestrator.status()));
    },
  },
};

/** Plain HTTP for the launcher, Prometheus and the kubelet. All but /healthz, /readyz and /metrics asks for the token. */
export function orchestratorHttp(parts: ServedParts): Server {
  return createServer((request, response) => {
    answer(parts, request, response).catch((error: unknown) => {
      // Who asked is gone: there is nobody to tell, and nothing wrong here.
      if (isHangUp(error)) return void response.destroy();
      const problem = visible(error);
      if (problem.code === 'internal') parts.log.error({ err: error, url: request.url }, 'a call failed');
      if (response.headersSent) response.destroy();
      else
        send(response, problem.kind.status, 'application/problem+json', JSON.stringify(problem.toProblem()));
    });
  });
}

/** Starts listening, and tells the port. @throws PodlagError `cannot-listen` */
export function listen(server: Server, port: number, host: string | undefined): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) => {
      const at = `port ${port}${host === undefined ? '' : ` of ${host}`}`;
      reject(benchErrors.error('cannot-listen', `${at}: ${cause.message}`, { cause }));
    });
    server.listen({ port, host }, () => {
      server.removeAllListeners('error');
      resolve((server.address() as AddressInfo).port);
    });
  });
}

async function answer(parts: ServedParts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  // Of what cannot be parsed, as `//`, nothing is left: nothing is there either.
  const url = URL.parse(request.url ?? '', 'http://orchestrator') ?? new URL('http://orchestrator/');
  const route = Object.hasOwn(routes, url.pathname) ? routes[url.pathname] : undefined;
  if (route?.isFree !== true) assertToken(request, parts.token);
  if (route === undefined) throw benchErrors.error('no-such-route', `nothing is at ${url.pathname}`);
  if (request.method !== route.method) {
    response.setHeader('Allow', route.method);
    throw benchErrors.error('method-not-allowed', `${url.pathname} does not take ${request.method ?? ''}`);
  }
  await route.answer(parts, { url, request }, response);
}

/** The API server keeps `Authorization` for itself, so the token comes in a header of our own. @throws PodlagError `invalid-token` */
function assertToken({ headers }: IncomingMessage, token: string): void {
  const given = String(headers['podlag-authorization'] ?? '');
  // Equal lengths for timingSafeEqual; and the time that it takes tells nothing of the token's.
  const [one, other] = [given, `Bearer ${token}`].map((text) => createHash('sha256').update(text).digest());
  if (one !== undefined && other !== undefined && timingSafeEqual(one, other)) return;
  throw benchErrors.error(
    'invalid-token',
    given === '' ? 'there is no token' : 'it is not the token of this run',
  );
}

async function sendMetrics(
  { orchestrator: { registry } }: ServedParts,
  _call: Call,
  response: ServerResponse,
): Promise<void> {
  if (registry === undefined) throw notReadYet();
  send(response, 200, registry.contentType, await registry.metrics());
}

function sendManifest(
  { orchestrator: { manifest } }: ServedParts,
  _call: Call,
  response: ServerResponse,
): void {
  if (manifest === undefined) throw notReadYet();
  send(response, 200, json, JSON.stringify(manifest));
}

async function sendSamples(
  { orchestrator }: ServedParts,
  { url }: Call,
  response: ServerResponse,
): Promise<void> {
  const from = url.searchParams.get('from') ?? '0';
  if (!/^[0-9]{1,9}$/.test(from)) {
    throw benchErrors.error('invalid-query', `from: ${quote(from)} is not the number of a sample`);
  }
  const lines = orchestrator.samplesFrom(Number(from));
  if (lines === undefined) throw notReadYet();
  response.writeHead(200, { 'Content-Type': 'application/x-ndjson' });
  await pipeline(lines, response);
}

/** The body may say why: `{"reason": "..."}`. */
async function abort(
  { orchestrator }: ServedParts,
  { request }: Call,
  response: ServerResponse,
): Promise<void> {
  const read = abortBody.safeParse(await jsonOf(request));
  if (!read.success) throw benchErrors.error('invalid-query', 'the body is not {"reason": "..."}');
  orchestrator.abort(read.data?.reason ?? 'POST /v1/abort has ended it');
  send(response, 202, json, JSON.stringify(orchestrator.status()));
}

async function jsonOf(request: IncomingMessage): Promise<unknown> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    if ((length += part.length) > mostBodyBytes)
      throw benchErrors.error('invalid-query', `the body is longer than ${mostBodyBytes} bytes`);
    parts.push(part);
  }
  const text = Buffer.concat(parts).toString('utf8');
  try {
    return text === '' ? undefined : JSON.parse(text);
  } catch (cause) {
    throw benchErrors.error('invalid-query', 'the body is no JSON', { cause });
  }
}

function notReadYet(): PodlagError {
  return benchErrors.error('not-read-yet', 'the run is being read');
}

function isHangUp(error: unknown): boolean {
  return (error as NodeJS.ErrnoException | undefined)?.code === 'ERR_STREAM_PREMATURE_CLOSE';
}

function send(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { 'Content-Type': type, 'Content-Length': Buffer.byteLength(body) });
  response.end(body);
}

function visible(error: unknown): PodlagError {
  return isPodlagError(error)
    ? error
    : benchErrors.error('internal', 'an unexpected error', { cause: error });
}
