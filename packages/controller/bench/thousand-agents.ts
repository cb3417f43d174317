import { latencyMatrices, type LatencyMatrix } from '@podlag/api';
import { agentConnections, httpTransport } from '@podlag/client';
import { pods, type Pod } from '@podlag/kube';
import { FakeKubeApi } from '@podlag/kube/testing';
import type { Controller } from '../src/controller';
import { runningController } from '../test/running-controller';
import { until } from '../test/until';
import { AgentHosts } from './agent-hosts';

/** What is measured. */
export interface AgentsOptions {
  /** Default 1000. */
  readonly agents?: number;
  /** The agents share so many processes. Default 4. */
  readonly hosts?: number;
  /** The program that starts agents: agent-host.ts, bundled. */
  readonly agentHost: string;
  /** Whether round trips are measured first and subtracted, as a matrix does unless told otherwise. Default true. */
  readonly subtractBaseline?: boolean;
  /** Told before each step, for a progress line. */
  readonly onProgress?: (step: string) => void;
}

/** How long one change took, and what it cost. */
export interface Step {
  readonly what: string;
  /** From the change of the object to the last agent that has read it back from its kernel, and to a status that says so. */
  readonly effectiveMs: number;
  /** Requests to agents, and bytes of their bodies. */
  readonly requests: number;
  readonly bytes: number;
  /** Calls to the API server. */
  readonly apiCalls: number;
  /** Of processors: the controller's and all agents'. On a machine that has other things to do it says more than the time. */
  readonly cpuSeconds: { readonly controller: number; readonly agents: number };
}

/** The API server is one in memory, in the controller's own process: its memory counts too. */
export interface AgentsReport {
  readonly agents: number;
  /** In one agent's plan. */
  readonly targets: number;
  readonly steps: readonly Step[];
  /** Of the controller's process: before the first object, and at the end. */
  readonly idleMegabytes: number;
  readonly residentMegabytes: number;
}

const namespace = 'bench';
const regions = Array.from({ length: 12 }, (_, n) => `region-${n}`);
const limitMs = 120_000;
const matrixRef = { namespace, name: 'world' };
const addressOf = (n: number): string => `127.90.${n >> 8}.${n & 255}`;
const movedTo = '127.91.0.1';

/** Brings agents with a device in memory to a matrix of twelve regions, over real HTTP on loopback addresses. */
export async function benchAgents(options: AgentsOptions): Promise<AgentsReport> {
  const { agents = 1_000, hosts = 4, onProgress = () => undefined, subtractBaseline = true } = options;
  const addresses = Array.from({ length: agents }, (_, n) => addressOf(n));
  const api = new FakeKubeApi();
  addresses.forEach((address, n) => api.seed(pods, podAt(address, n)));
  const processes = new AgentHosts(options.agentHost);
  const wire = new Wire();
  try {
    onProgress(`starting ${agents} agents in ${hosts} processes`);
    await processes.start([...addresses, movedTo], hosts);
    onProgress('starting the controller');
    const controller = await runningController(api, { transport: wire.transport, election: {} });
    // It asks each agent once what it holds.
    await until(() => controller.isLeading && wire.requests >= agents && controller.isIdle, limitMs);
    const bench = new Bench({ api, controller, wire, processes });
    const idleMegabytes = residentMegabytes();
    onProgress('a new matrix');
    const created = await bench.step('a new matrix of 12 regions', () =>
      api.create(latencyMatrices, matrix('80ms', subtractBaseline)),
    );
    const { targets } = wire;
    onProgress('another value for one link');
    const changed = await bench.step('another value for one link', () => {
      api.edit(latencyMatrices, matrixRef, (was) => ({
        ...was,
        spec: matrix('90ms', subtractBaseline).spec,
      }));
    });
    onProgress('a pod that moves');
    const moved = await bench.step('a pod that gets another address', () => {
      api.edit(pods, { namespace, name: 'pod-0' }, (was) => ({ ...was, status: statusAt(movedTo) }));
    });
    await controller.stop();
    return {
      ...{ agents, targets, steps: [created, changed, moved] },
      ...{ idleMegabytes, residentMegabytes: residentMegabytes() },
    };
  } finally {
    wire.close();
    processes.stop();
  }
}

/** The report for people. */
export function agentsTable({ agents, targets, steps, ...memory }: AgentsReport): string {
  const head = ['', 'to Effective', 'requests', 'sent', 'API calls', 'CPU: controller', 'agents'];
  const rows = steps.map(({ what, effectiveMs, requests, bytes, apiCalls, cpuSeconds }) => [
    what,
    `${(effectiveMs / 1_000).toPrecision(3)} s`,
    String(requests),
    `${(bytes / 1e6).toPrecision(3)} MB`,
    String(apiCalls),
    `${cpuSeconds.controller.toPrecision(3)} s`,
    `${cpuSeconds.agents.toPrecision(3)} s`,
  ]);
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    row.map((cell, n) => (n === 0 ? cell.padEnd(widths[n] ?? 0) : cell.padStart(widths[n] ?? 0))).join('  ');
  return [
    `${agents} agents, ${targets} targets in each one's plan`,
    ...[head, ...rows].map(line),
    `resident with an API server in memory: ${memory.idleMegabytes} MB before, ${memory.residentMegabytes} MB after`,
    '',
  ].join('\n');
}

/** Steps in one run, each from a change to its end. */
class Bench {
  constructor(
    private readonly parts: {
      readonly api: FakeKubeApi;
      readonly controller: Controller;
      readonly wire: Wire;
      readonly processes: AgentHosts;
    },
  ) {}

  async step(what: string, act: () => unknown): Promise<Step> {
    const { api, controller, wire } = this.parts;
    wire.reset();
    const callsBefore = api.calls.length;
    const before = this.cpuSeconds;
    const startedAt = performance.now();
    await act();
    await until(() => wire.requests > 0 && controller.isIdle && this.isEffective(), limitMs);
    const effectiveMs = performance.now() - startedAt;
    const after = this.cpuSeconds;
    const cpuSeconds = {
      controller: after.controller - before.controller,
      agents: after.agents - before.agents,
    };
    const apiCalls = api.calls.length - callsBefore;
    return { what, effectiveMs, requests: wire.requests, bytes: wire.bytes, apiCalls, cpuSeconds };
  }

  get cpuSeconds(): Step['cpuSeconds'] {
    const { user, system } = process.cpuUsage();
    return { controller: (user + system) / 1e6, agents: this.parts.processes.cpuSeconds };
  }

  /** In the status of the generation that there is now. */
  isEffective(): boolean {
    const { metadata, status } = this.parts.api.stored(latencyMatrices, matrixRef);
    return (
      status?.phase === 'Effective' &&
      status.observedGeneration === metadata.generation &&
      isWhole(status.pods)
    );
  }
}

function isWhole(counts: { readonly selected: number; readonly effective: number } | undefined): boolean {
  return counts !== undefined && counts.selected === counts.effective;
}

/** The ways to the agents, with all that goes over them counted. */
class Wire {
  #bodies: unknown[] = [];
  readonly #connections = agentConnections();

  readonly transport: NonNullable<Parameters<typeof runningController>[1]>['transport'] = ({
    address,
    port,
  }) => {
    const way = httpTransport(address, port, { connections: this.#connections });
    return {
      send: (call, authorization) => {
        this.#bodies.push(call.body);
        return way.send(call, authorization);
      },
    };
  };

  get requests(): number {
    return this.#bodies.length;
  }

  /** Counted when it is asked for, so that it costs nothing while time is taken. */
  get bytes(): number {
    return this.#bodies
      .map((body) => (body === undefined ? 0 : Buffer.byteLength(JSON.stringify(body))))
      .reduce((sum, length) => sum + length, 0);
  }

  /** In the largest plan. */
  get targets(): number {
    const counts = this.#bodies.map((body) => {
      const { faults = [] } = (body ?? {}) as { faults?: readonly { to?: readonly unknown[] }[] };
      return faults.reduce((sum, { to = [] }) => sum + to.length, 0);
    });
    return Math.max(0, ...counts);
  }

  reset(): void {
    this.#bodies = [];
  }

  close(): void {
    this.#connections.destroy();
  }
}

function podAt(address: string, n: number): Pod {
  return {
    metadata: { name: `pod-${n}`, namespace, labels: { region: regions[n % regions.length] ?? '' } },
    spec: { nodeName: `node-${n % 10}`, containers: [{ name: 'podlag-agent' }] },
    status: statusAt(address),
  };
}

function statusAt(address: string): NonNullable<Pod['status']> {
  return {
    phase: 'Running',
    podIP: address,
    podIPs: [{ ip: address }],
    conditions: [{ type: 'Ready', status: 'True' }],
  };
}

/** @param rtt of the first link; the others have one each */
function matrix(rtt: string, subtractBaseline: boolean): LatencyMatrix {
  const links = regions.flatMap((one, n) =>
    regions.slice(n + 1).map((other, m) => ({
      between: [one, other] as const,
      rtt: n === 0 && m === 0 ? rtt : `${100 + 12 * n + m}ms`,
    })),
  );
  return {
    metadata: matrixRef,
    spec: {
      regions: regions.map((name) => ({ name, pods: { matchLabels: { region: name } } })),
      ...{ links, subtractBaseline },
    },
  };
}

function residentMegabytes(): number {
  return Math.round(process.memoryUsage.rss() / 1e6);
}
