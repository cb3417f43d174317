import { Agent, request, type IncomingMessage, type RequestOptions } from 'node:http';
import { isIPv6 } from 'node:net';
import { defaultAgentPort, isPodlagError, textWithin } from '@podlag/core';
import {
  bodyOf,
  defaultCallMs,
  type AgentAnswer,
  type AgentCall,
  type AgentTransport,
} from './agent-transport';
import { clientErrors } from './client-errors';

/** The state of 20,000 targets is a quarter of this; what a pod sends is not to fill the memory of who asks. */
const defaultMostAnswerBytes = 16 << 20;

/** Connections to agents that are kept between calls, at most four to one agent: a handshake less for each call. */
export function agentConnections(): Agent {
  return new Agent({ keepAlive: true, maxSockets: 4, maxFreeSockets: 1, scheduling: 'lifo' });
}

export interface HttpTransportOptions {
  /** Shared by the transports to many agents; who made it ends it. Absent: one of the transport's own. */
  readonly connections?: Agent;
  /** An answer that is longer is `agent-answer`, and is not read to its end. Default 16 MiB. */
  readonly mostAnswerBytes?: number;
}

/** Straight to an agent, over plain HTTP. `close` ends the connections that are the transport's own. */
export function httpTransport(
  host: string,
  port = defaultAgentPort,
  { connections, mostAnswerBytes = defaultMostAnswerBytes }: HttpTransportOptions = {},
): AgentTransport & { close(): void } {
  const agent = connections ?? agentConnections();
  const address = `${isIPv6(host) ? `[${host}]` : host}:${port}`;
  return {
    send: (call, authorization) =>
      sendOnce({ host, port, agent, mostAnswerBytes }, call, authorization).catch((error: unknown) => {
        if (isPodlagError(error)) throw error;
        throw clientErrors.error(
          'agent-unreachable',
          `${call.method} ${call.path} at ${address}: ${why(error)}`,
          { cause: error },
        );
      }),
    close: () => {
      if (connections === undefined) agent.destroy();
    },
  };
}

async function sendOnce(
  { mostAnswerBytes, ...to }: RequestOptions & Required<Pick<HttpTransportOptions, 'mostAnswerBytes'>>,
  call: AgentCall,
  authorization: string | undefined,
): Promise<AgentAnswer> {
  const { timeoutMs = defaultCallMs } = call;
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    const response = await responseTo({ ...to, signal }, call, authorization);
    const text = await textWithin(response, mostAnswerBytes);
    if (text === undefined)
      throw clientErrors.error('agent-answer', `the answer is longer than ${mostAnswerBytes} bytes`);
    return { status: response.statusCode ?? 0, body: bodyOf(text) };
  } catch (error) {
    if (!signal.aborted || isPodlagError(error)) throw error;
    throw new Error(`no whole answer within ${timeoutMs / 1000} s`, { cause: error });
  }
}

function responseTo(
  options: RequestOptions,
  call: AgentCall,
  authorization: string | undefined,
): Promise<IncomingMessage> {
  const body = call.body === undefined ? undefined : JSON.stringify(call.body);
  const headers = {
    Accept: 'application/json',
    ...(body === undefined
      ? {}
      : { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) }),
    ...(authorization === undefined ? {} : { Authorization: `Bearer ${authorization}` }),
  };
  return new Promise((resolve, reject) => {
    const sent = request({ ...options, method: call.method, path: call.path, headers }, resolve);
    sent.on('error', (error: NodeJS.ErrnoException) => {
      // The agent ends a connection that has been idle for some seconds; it may do so while this call is on its way.
      const wasEnded = sent.reusedSocket && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
      if (wasEnded) resolve(responseTo(options, call, authorization));
      else reject(error);
    });
    sent.end(body);
  });
}

/** Of a name with several addresses there is one error for each, and the whole says nothing. */
function why(error: unknown): string {
  const { message = String(error), errors = [] } = (error ?? {}) as Partial<AggregateError>;
  return errors.length === 0 ? message : errors.map(why).join(', ');
}
