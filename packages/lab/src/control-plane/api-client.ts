import { Agent, request, type RequestOptions } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { controlPlaneErrors } from './control-plane-errors';
import type { Access } from './credentials';

/** What every object of the API has, as far as the bed looks at it. */
export interface ApiObject {
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly uid: string;
    readonly resourceVersion?: string;
  };
}

export interface ApiList<T> {
  readonly metadata: { readonly resourceVersion: string };
  readonly items: readonly T[];
}

/** What a call says beyond its path. */
export interface CallBody {
  readonly contentType?: 'application/json' | 'application/strategic-merge-patch+json';
  readonly value: unknown;
}

export type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';

/**
 * The API server as the bed's own parts call it: by path, with JSON in and out. What podlag's programs use is
 * `@podlag/kube`; a kubelet has to do with subresources and tokens, of which that knows nothing.
 */
export class ApiClient {
  readonly #agent: Agent;
  readonly #headers: Readonly<Record<string, string>>;

  constructor(private readonly access: Access) {
    this.#agent = new Agent({ keepAlive: true, ca: access.ca });
    this.#headers = { authorization: `Bearer ${access.token}`, accept: 'application/json' };
  }

  /** @throws PodlagError `api-refused`, with the server's message and the status in front; an Error without a connection */
  async call<T = unknown>(method: Method, path: string, body?: CallBody): Promise<T> {
    const response = await this.open(method, path, body);
    const answer = await text(response);
    const status = response.statusCode ?? 0;
    if (status >= 200 && status < 300) return (answer.startsWith('{') ? JSON.parse(answer) : answer) as T;
    throw controlPlaneErrors.error('api-refused', `${method} ${path}: ${status} ${messageOf(answer)}`, {
      cause: { status },
    });
  }

  /** The answer as it comes, for a watch. */
  async stream(path: string, signal: AbortSignal): Promise<IncomingMessage> {
    const response = await this.open('GET', path, undefined, signal);
    if (response.statusCode === 200) return response;
    throw controlPlaneErrors.error(
      'api-refused',
      `GET ${path}: ${response.statusCode ?? 0} ${await text(response)}`,
    );
  }

  close(): void {
    this.#agent.destroy();
  }

  private open(
    method: Method,
    path: string,
    body?: CallBody,
    signal?: AbortSignal,
  ): Promise<IncomingMessage> {
    const payload = body === undefined ? undefined : JSON.stringify(body.value);
    const options: RequestOptions = {
      method,
      agent: this.#agent,
      headers: {
        ...this.#headers,
        ...(payload === undefined
          ? {}
          : {
              'content-type': body?.contentType ?? 'application/json',
              'content-length': Buffer.byteLength(payload),
            }),
      },
      ...(signal === undefined ? {} : { signal }),
    };
    return new Promise((resolve, reject) => {
      const call = request(new URL(path, this.access.url), options, resolve);
      call.on('error', reject);
      call.end(payload);
    });
  }
}

/** The HTTP status by which the API server refused a call; undefined for any other error. */
export function refusalStatus(error: unknown): number | undefined {
  const cause = typeof error === 'object' && error !== null && 'cause' in error ? error.cause : undefined;
  if (typeof cause !== 'object' || cause === null || !('status' in cause)) return undefined;
  return typeof cause.status === 'number' ? cause.status : undefined;
}

/** What a v1.Status says, or the text itself. */
function messageOf(answer: string): string {
  try {
    const { message } = JSON.parse(answer) as { readonly message?: string };
    return message ?? answer;
  } catch {
    return answer.trim();
  }
}
