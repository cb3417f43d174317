import { AgentCalls, type Authorize } from './agent-calls';
import type { AgentTransport } from './agent-transport';
import { agentKeys, type AgentKeys } from './answers/agent-keys';
import { agentState, type AgentState } from './answers/agent-state';
import {
  agentReadiness,
  agentVersion,
  type AgentReadiness,
  type AgentVersion,
} from './answers/agent-version';
import { explanation, type ExplainQuestion, type Explanation } from './answers/explanation';
import {
  faultChange,
  faultDocument,
  faultSet,
  type FaultChange,
  type FaultDocument,
  type FaultSet,
} from './answers/fault-set';
import { latency, latencySet, type Latency, type LatencySet } from './answers/latency';
import { planDeletion, planList, planStatus, type PlanStatus } from './answers/plan-status';
import { longestProbeMs, probeResult, type ProbeRequest, type ProbeResult } from './answers/probe-result';
import { pathOf } from './path';

export interface AgentClientOptions {
  /** The token of a call that changes something. Absent: none, as for agents in open mode. */
  readonly authorize?: Authorize;
}

/** How a change is to be made. */
export interface ChangeOptions {
  /** Answer what would be done, and change nothing. */
  readonly dryRun?: boolean;
  /** Where a delay gets shorter no packet overtakes another; the answer waits for it. */
  readonly drain?: boolean;
}

/** A change may wait until what the old delay, of an hour at most, holds back has left; so long nobody waits who did not ask. */
const changeMs = 30_000;
const drainMs = 3_600_000 + changeMs;

/**
 * One agent's API, a call a function. Each throws a PodlagError: the agent's own, `agent-unreachable`, or `agent-answer`
 * for what no agent answers.
 */
export class AgentClient {
  readonly #calls: AgentCalls;

  constructor(transport: AgentTransport, { authorize }: AgentClientOptions = {}) {
    this.#calls = new AgentCalls(transport, authorize);
  }

  version(): Promise<AgentVersion> {
    return this.#calls.read(agentVersion, { method: 'GET', path: '/version' });
  }

  ready(): Promise<AgentReadiness> {
    return this.#calls.read(agentReadiness, { method: 'GET', path: '/readyz' }, [503]);
  }

  /** Read from the kernel. */
  state(): Promise<AgentState> {
    return this.#calls.read(agentState, { method: 'GET', path: '/v1/state' });
  }

  /** What calls have set; plans are elsewhere. */
  faults(): Promise<FaultSet> {
    return this.#calls.read(faultSet, { method: 'GET', path: '/v1/faults' });
  }

  /** @throws PodlagError `no-such-fault` */
  fault(name: string): Promise<FaultDocument> {
    return this.#calls.read(faultDocument, { method: 'GET', path: pathOf('/v1/faults', name) });
  }

  /** In force when it is answered. @param document a fault, as in a file; its name may be left out */
  putFault(name: string, document: unknown, options: ChangeOptions = {}): Promise<FaultChange> {
    return this.#changeFaults('PUT', pathOf('/v1/faults', name, { ...options }), options, document);
  }

  /** Replaces all that calls have set, in one step. */
  putFaults(faults: readonly unknown[], options: ChangeOptions = {}): Promise<FaultChange> {
    return this.#changeFaults('PUT', pathOf('/v1/faults', undefined, { ...options }), options, { faults });
  }

  /** @throws PodlagError `no-such-fault` */
  deleteFault(name: string, options: ChangeOptions = {}): Promise<FaultChange> {
    return this.#changeFaults('DELETE', pathOf('/v1/faults', name, { ...options }), options);
  }

  /** All that calls have set; plans stay. */
  deleteFaults(options: ChangeOptions = {}): Promise<FaultChange> {
    return this.#changeFaults('DELETE', pathOf('/v1/faults', undefined, { ...options }), options);
  }

  latency(): Promise<Latency> {
    return this.#calls.read(latency, { method: 'GET', path: '/latency' });
  }

  /** A delay for everybody, as `20ms`; `0ms` takes it away. */
  setLatency(text: string, { drain }: Pick<ChangeOptions, 'drain'> = {}): Promise<LatencySet> {
    const timeoutMs = drain === true ? drainMs : changeMs;
    return this.#calls.change(latencySet, {
      method: 'GET',
      path: pathOf('/latency', text, { drain }),
      timeoutMs,
    });
  }

  explain(question: ExplainQuestion): Promise<Explanation> {
    return this.#calls.read(explanation, {
      method: 'GET',
      path: pathOf('/v1/explain', undefined, { ...question }),
    });
  }

  /** Measures round trips from the agent's pod, with real packets. Answers when all have come or are given up. */
  probe(request: ProbeRequest): Promise<ProbeResult> {
    return this.#calls.change(probeResult, {
      method: 'POST',
      path: '/v1/probes',
      body: request,
      timeoutMs: longestProbeMs(request),
    });
  }

  plans(): Promise<readonly PlanStatus[]> {
    return this.#calls.read(planList, { method: 'GET', path: '/v1/plans' });
  }

  /** @throws PodlagError `no-such-plan` */
  plan(name: string): Promise<PlanStatus> {
    return this.#calls.read(planStatus, { method: 'GET', path: pathOf('/v1/plans', name) });
  }

  /** Replaces the plan whole. @throws PodlagError `stale-generation` when the agent holds a later one */
  putPlan(name: string, document: unknown): Promise<PlanStatus> {
    return this.#calls.change(planStatus, {
      method: 'PUT',
      path: pathOf('/v1/plans', name),
      body: document,
      timeoutMs: changeMs,
    });
  }

  /** Every ttl of the plan begins anew. @throws PodlagError `no-such-plan`, `other-generation` */
  renewPlan(name: string, generation: number): Promise<PlanStatus> {
    const path = `${pathOf('/v1/plans', name)}/lease`;
    return this.#calls.change(planStatus, { method: 'PUT', path, body: { generation } });
  }

  /** Fine when there is none. @throws PodlagError `stale-generation` when the agent holds a later one */
  deletePlan(name: string, generation?: number): Promise<void> {
    return this.#calls.change(planDeletion, {
      method: 'DELETE',
      path: pathOf('/v1/plans', name, { generation }),
      timeoutMs: changeMs,
    });
  }

  /** Of all owners. */
  deletePlans(): Promise<void> {
    return this.#calls.change(planDeletion, { method: 'DELETE', path: '/v1/plans', timeoutMs: changeMs });
  }

  /** The public keys by which the agent knows a token. */
  keys(): Promise<AgentKeys> {
    return this.#calls.read(agentKeys, { method: 'GET', path: '/v1/keys' });
  }

  /** Replaces them. @throws PodlagError `stale-generation`, `token-without-scope` */
  putKeys(document: unknown): Promise<AgentKeys> {
    return this.#calls.change(agentKeys, { method: 'PUT', path: '/v1/keys', body: document });
  }

  #changeFaults(
    method: 'PUT' | 'DELETE',
    path: string,
    { drain }: ChangeOptions,
    body?: unknown,
  ): Promise<FaultChange> {
    const timeoutMs = drain === true ? drainMs : changeMs;
    return this.#calls.change(faultChange, { method, path, body, timeoutMs });
  }
}
