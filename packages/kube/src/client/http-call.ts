import { request as plainRequest, type ClientRequest, type IncomingMessage } from 'node:http';
import { request as tlsRequest, type RequestOptions } from 'node:https';
import { text } from 'node:stream/consumers';
import type { Connection } from './connection';

/** One HTTP request to an API server. */
export interface HttpCall {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH';
  /** Path and query. */
  readonly path: string;
  readonly body?: unknown;
  /** Of the body. Default `application/json`. */
  readonly contentType?: string;
  /** Default `application/json`. */
  readonly accept?: string;
}

export interface HttpAnswer {
  readonly status: number;
  readonly text: string;
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
    return { status: response.statusCode ?? 0, text: await text(response) };
  } catch (error) {
    throw deadline.aborted
      ? new Error(`no whole answer within ${timeoutMs / 1000} s`, { cause: error })
      : error;
  }
}

/** Sends it and gives the answer as soon as it begins. */
export function responseTo(server: URL, call: HttpCall, options: RequestOptions): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const sent = open(server, call, options);
    sent.on('error', reject);
    sent.on('response', resolve);
    sent.setTimeout(connectMs, () => sent.destroy(new Error(`no answer from ${server.host}`)));
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
  { method, path, body, contentType, accept = 'application/json' }: HttpCall,
  options: RequestOptions,
): ClientRequest {
  const headers = {
    ...(options.headers as Readonly<Record<string, string>> | undefined),
    // The API server also makes of it the name of the manager in managedFields.
    'User-Agent': 'podlag',
    Accept: accept,
    ...(body === undefined ? {} : { 'Content-Type': contentType ?? 'application/json' }),
  };
  // A server may be behind a prefix, as those of Rancher are.
  const url = new URL(server.pathname.replace(/\/$/, '') + path, server);
  const request = url.protocol === 'http:' ? plainRequest : tlsRequest;
  return request(url, { ...options, method, headers });
}
