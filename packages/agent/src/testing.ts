import { mkdtemp } from 'node:fs/promises';
import { request, type IncomingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text as textOf } from 'node:stream/consumers';
import { createLogger, loadConfig } from '@podlag/core';
import { FakeDriver } from '@podlag/netem';
import { startAgent, type Agent } from './agent';
import { FakeClock } from '@podlag/core/testing';
import { agentConfig } from './config';

export interface Reply {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  /** Parsed where the answer is JSON, else its text. */
  readonly body: unknown;
}

export interface CallOptions {
  readonly method?: string;
  readonly body?: string;
  readonly headers?: Record<string, string>;
}

/** One request, with the headers that are named here and no others: fetch would say that it is a browser. */
export function call(url: string, { method = 'GET', body, headers = {} }: CallOptions = {}): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, headers, agent: false }, (response) => {
      textOf(response).then((text) => {
        const isJson = response.headers['content-type']?.includes('json') === true && text !== '';
        resolve({
          status: response.statusCode,
          headers: response.headers,
          body: isJson ? (JSON.parse(text) as unknown) : text,
        });
      }, reject);
    });
    sent.on('error', reject).end(body);
  });
}

/** An agent on a free port, on a device in memory, at a time that stands still. */
export interface TestAgent {
  readonly agent: Agent;
  readonly driver: FakeDriver;
  readonly clock: FakeClock;
  readonly runDirectory: string;
  readonly call: (path: string, options?: CallOptions) => Promise<Reply>;
  readonly put: (path: string, body: unknown) => Promise<Reply>;
}

export interface TestAgentOptions {
  readonly env?: Record<string, string>;
  readonly driver?: FakeDriver;
  readonly clock?: FakeClock;
  readonly runDirectory?: string;
  readonly releaseMemory?: () => void;
}

export async function startTestAgent(options: TestAgentOptions = {}): Promise<TestAgent> {
  const { driver = new FakeDriver(), clock = new FakeClock() } = options;
  const runDirectory = options.runDirectory ?? (await mkdtemp(join(tmpdir(), 'podlag-agent-')));
  const env = {
    PODLAG_LISTEN_PORT: '0',
    PODLAG_DEVICE: 'eth0',
    PODLAG_RUN_DIRECTORY: runDirectory,
    ...options.env,
  };
  const config = loadConfig(agentConfig, { env });
  const agent = await startAgent({
    ...{ config, logger: createLogger('agent', 'silent'), env: {}, driver, clock, probeLoopback: true },
    ...(options.releaseMemory && { releaseMemory: options.releaseMemory }),
  });
  const callAgent = (path: string, init?: CallOptions): Promise<Reply> =>
    call(`http://127.0.0.1:${agent.port}${path}`, init);
  return {
    agent,
    driver,
    clock,
    runDirectory,
    call: callAgent,
    put: (path, body) =>
      callAgent(path, {
        method: 'PUT',
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json' },
      }),
  };
}
