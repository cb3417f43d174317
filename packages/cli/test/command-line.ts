import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { call, startTestAgent, type TestAgent, type TestAgentOptions } from '@podlag/agent/testing';
import { httpTransport, podProxyTransport } from '@podlag/client';
import { annotations } from '@podlag/core';
import { FakeClock } from '@podlag/core/testing';
import { pods } from '@podlag/kube';
import { FakeKubeApi } from '@podlag/kube/testing';
import { cliErrors } from '../src/frame/cli-errors';
import { runPodlag, type Surroundings } from '../src/frame/run';
import { outputSchemas } from '../src/output/schemas';

/** What a command has left behind. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command line in this process, on a cluster in memory whose pods have real agents. */
export class CommandLine {
  readonly api = new FakeKubeApi();
  readonly clock = new FakeClock();
  readonly files = new Map<string, string>();
  readonly agents = new Map<string, TestAgent>();
  readonly #stop = new AbortController();
  /** What the command that runs has printed until now, to stdout and stderr. */
  printed = '';
  isTTY = false;

  constructor() {
    this.api.onPodProxy = async ({ namespace, name }, { method, path, body, headers }) => {
      const agent = this.agents.get(`${namespace}/${name}`);
      if (agent === undefined) throw new Error(`no agent was started for ${namespace}/${name}`);
      const { status, body: answer } = await call(`http://127.0.0.1:${agent.agent.port}${path}`, {
        method,
        headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return { status: status ?? 0, text: typeof answer === 'string' ? answer : JSON.stringify(answer) };
    };
  }

  /** A pod with an agent, as the injector would have left it. */
  async pod(namespace: string, name: string, options: TestAgentOptions = {}): Promise<TestAgent> {
    const agent = await this.agent(options);
    this.agents.set(`${namespace}/${name}`, agent);
    this.api.seed(pods, {
      ...{ apiVersion: 'v1', kind: 'Pod' },
      metadata: { namespace, name, labels: { app: name }, annotations: { [annotations.status]: '{}' } },
      spec: {
        containers: [{ name: 'podlag-agent', ports: [{ name: 'podlag', containerPort: 2332 }] }],
      },
      status: {
        phase: 'Running',
        podIP: `10.1.0.${this.agents.size}`,
        podIPs: [{ ip: `10.1.0.${this.agents.size}` }],
      },
    });
    return agent;
  }

  /** An agent without a cluster. */
  async agent(options: TestAgentOptions = {}): Promise<TestAgent> {
    const agent = await startTestAgent({
      runDirectory: mkdtempSync(join(tmpdir(), 'podlag-cli-')),
      clock: this.clock,
      ...options,
    });
    started.push(agent);
    return agent;
  }

  /** Runs a command line, as `latency get -o json`, to its end. */
  async run(line: string, changed: Partial<Surroundings> = {}): Promise<Ended> {
    let stdout = '';
    let stderr = '';
    this.printed = '';
    const code = await runPodlag(line.split(' '), {
      name: 'podlag',
      stdout: (text) => {
        stdout += text;
        this.printed += text;
      },
      stderr: (text) => {
        stderr += text;
        this.printed += text;
      },
      isTTY: this.isTTY,
      stderrColumns: () => undefined,
      clock: this.clock,
      connect: () => Promise.resolve({ api: this.api, namespace: 'shop' }),
      transportFor: (place) =>
        place.kind === 'address'
          ? httpTransport(place.host, place.port)
          : podProxyTransport(place.api, { namespace: place.namespace, name: place.name }, place.port),
      readFile: (path) => this.#read(path),
      writeFile: (path, text) => Promise.resolve(void this.files.set(path, text)),
      interrupted: this.#stop.signal,
      ...changed,
    });
    return { code, stdout, stderr };
  }

  /** Runs it with -o json, and gives the document after its schema has found nothing that it does not know. */
  async json(line: string): Promise<unknown> {
    const { stdout } = await this.run(`${line} -o json`);
    const document = JSON.parse(stdout) as unknown;
    const [, schema] =
      Object.entries(outputSchemas).find(([command]) => `podlag ${line} `.startsWith(`${command} `)) ?? [];
    expect(schema?.parse(document)).toEqual(document);
    return document;
  }

  /** Ctrl-C. */
  interrupt(): void {
    this.#stop.abort();
  }

  #read(path: string): Promise<string> {
    const text = this.files.get(path);
    if (text !== undefined) return Promise.resolve(text);
    return Promise.reject(cliErrors.error('unreadable-file', `ENOENT: ${path}`));
  }
}

const started: TestAgent[] = [];

/** For afterEach. */
export async function closeAgents(): Promise<void> {
  await Promise.all(started.splice(0).map(({ agent }) => agent.close()));
}

/** Waits until `condition` holds, at most 5 s. */
export async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 5_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error('it did not come about within 5 s');
    await new Promise((resolve) => setImmediate(resolve));
  }
}
