import { request as plainRequest, type ClientRequest, type IncomingMessage } from 'node:http';
import { request as tlsRequest, type RequestOptions } from 'node:https';
import { textWithin } from '@podlag/core';
import type { Connection } from './connection';

/** One HTTP request to an API server. */
export interface HttpCall {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Path and query. */
  readonly path: string;
  readonly body?: unknown;
  /** Of the body. Default `application/json`. */
  readonly contentType?: string;
  /** Default `application/json`. */
  readonly accept?: string;
  /** Besides those of the credentials and of the body. */
  readonly headers?: Readonly<Record<string, string>>;
  /** How long it may be silent before the answer begins, in milliseconds. Default 10000. */
  readonly silentMs?: number;
  /** How long the answer may be, in bytes. Default any length: an API server is trusted with that. */
  readonly mostBytes?: number;
}

export interface HttpAnswer {
  readonly status: number;
  readonly text: string;
  /** How long to wait before the next request, where the server says so (RFC 9110, section 10.2.3). At most a minute. */
  readonly retryAfterMs?: number;
}

/** When to give up waiting. */
export interface TimeLimit {
  /** From when the credentials are there, to the end of the answer. */
  readonly timeoutMs: number;
  /** Ends it before. */
  readonly signal?: AbortSignal;
}

const connectMs = 10_000;
/** TCP asks after a connection that has been silent for so long, and finds out that the other side is gone. */
const keepAliveMs = 15_000;
/** API servers say seconds; something on the way that says a day would keep us away for that. */
const mostRetryAfterMs = 60_000;

/** Sends it and reads the answer whole. */
export async function answerTo(
  connection: Connection,
  call: HttpCall,
  { timeoutMs, signal }: TimeLimit,
): Promise<HttpAnswer> {
  // A plugin may let somebody log in, who takes longer than a server may.
  const options = await connection.options();
  const deadline = AbortSignal.timeout(timeoutMs);
  const ending = signal === undefined ? deadline : AbortSignal.any([deadline, signal]);
  try {
    const response = await responseTo(connection.server, call, { ...options, signal: ending });
    return await answerOf(response, call.mostBytes);
  } catch (error) {
    throw deadline.aborted
      ? new Error(`no whole answer within ${timeoutMs / 1000} s`, { cause: error })
      : error;
  }
}

/** Reads the answer to its end. @throws Error when it is longer than `mostBytes` */
export async function answerOf(response: IncomingMessage, mostBytes = Infinity): Promise<HttpAnswer> {
  const text = await textWithin(response, mostBytes);
  if (text === undefined) throw new Error(`the answer is longer than ${mostBytes} bytes`);
  const retryAfter = /^[0-9]{1,9}$/.exec(response.headers['retry-after'] ?? '')?.[0];
  return {
    status: response.statusCode ?? 0,
    text,
    ...(retryAfter === undefined
      ? {}
      : { retryAfterMs: Math.min(Number(retryAfter) * 1000, mostRetryAfterMs) }),
  };
}

/** Sends it and gives the answer as soon as it begins. */
export function responseTo(server: URL, call: HttpCall, options: RequestOptions): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const sent = open(server, call, options);
    sent.on('error', reject);
    sent.on('response', resolve);
    sent.setTimeout(call.silentMs ?? connectMs, () =>
      sent.destroy(new Error(`no answer from ${server.host}`)),
    );
    sent.once('response', () => sent.setTimeout(0));
    sent.once('socket', (socket) => socket.setKeepAlive(true, keepAliveMs));
    sent.end(call.body === undefined ? undefined : JSON.stringify(call.body));
  });
}

/** In words for people, why there was no answer. */
export function whyUnanswered(error: unknown): string {
  const { message = String(error), errors = [] } = (error ?? {}) as Partial<AggregateError>;
  // Of a name with several addresses there is one error for each, and the whole says nothing.
  return errors.length === 0 ? message : errors.map(whyUnanswered).join(', ');
}

function open(
  server: URL,
  { method, path, body, contentType, accept = 'application/json', headers: more }: HttpCall,
  options: RequestOptions,
): ClientRequest {
  const headers = {
    ...(options.headers as Readonly<Record<string, string>> | undefined),
    // The API server also makes of it the name of the manager in managedFields.
    'User-Agent': 'podlag',
    Accept: accept,
    ...(body === undefined ? {} : { 'Content-Type': contentType ?? 'application/json' }),
    ...more,
  };
  // A server may be behind a prefix, as those of Rancher are.
  const url = new URL(server.pathname.replace(/\/$/, '') + path, server);
  const request = url.protocol === 'http:' ? plainRequest : tlsRequest;
  return request(url, { ...options, method, headers });
}
