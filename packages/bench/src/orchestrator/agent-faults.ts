import { AgentClient, httpTransport, type Authorize, type PlanStatus } from '@podlag/client';
import {
  isPodlagError,
  parseCidr,
  planDocument,
  type Clock,
  type Duration,
  type Fault,
  type PodlagError,
  type Target,
} from '@podlag/core';
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { benchErrors } from '../bench-errors';
import type { Condition } from '../scenario/bench-scenario';
import type { AgentAddress, ExpectedWorker } from './expected-worker';
import type { FaultSetter } from './fault-setter';

/** The name of a run's plan in each agent. */
export const benchPlan = 'bench';

/** What AgentFaults is made of. */
export interface AgentFaultsOptions {
  readonly clock: Clock;
  /** The token for agents in token mode. Absent: none. */
  readonly authorize?: Authorize;
  /** Addresses of a host name. Default: as the system finds them. */
  readonly resolve?: (host: string) => Promise<readonly string[]>;
}

/** Sets faults at the agents beside the workers, as a plan each, with a lease. */
export class AgentFaults implements FaultSetter {
  #generation = 0;
  readonly #resolve: (host: string) => Promise<readonly string[]>;

  constructor(private readonly options: AgentFaultsOptions) {
    this.#resolve = options.resolve ?? addressesOf;
  }

  async set(
    worker: ExpectedWorker,
    hosts: readonly string[],
    condition: Condition,
    lease: Duration,
  ): Promise<void> {
    const at = placeOf(worker, condition);
    const agent = agentOf(worker, at);
    const to = await this.#targets(hosts, at);
    const faults = condition.faults.map((fault) => ({ fault: ofTrial(fault, to, lease) }));
    const document = planDocument({ name: benchPlan, generation: this.#nextGeneration(), faults });
    const status = await this.#ask(agent, at, (client) => putAnew(client, document));
    assertInForce(status, condition.faults.length, at);
  }

  async assertInForce(worker: ExpectedWorker, condition: Condition): Promise<void> {
    const at = `${placeOf(worker, condition)}: no more as it was set`;
    const asked = this.#ask(agentOf(worker, at), at, (client) => client.plan(benchPlan));
    const status = await asked.catch((error: unknown) => {
      // That there is no such plan is no refusal.
      throw isPodlagError(error, 'fault-refused') ? failed(error.detail, error.cause, error.hint) : error;
    });
    assertInForce(status, condition.faults.length, at);
  }

  async clear(worker: ExpectedWorker): Promise<void> {
    if (worker.agent === undefined) return;
    // Without a generation: whatever is there goes, also what an orchestrator that was killed has left.
    await this.#ask(worker.agent, `worker ${worker.name}`, (client) => client.deletePlan(benchPlan));
  }

  /** Above those of an orchestrator that was killed in this run, and that counted likewise. */
  #nextGeneration(): number {
    this.#generation = Math.max(this.#generation + 1, this.options.clock.now());
    return this.#generation;
  }

  async #targets(hosts: readonly string[], at: string): Promise<readonly Target[]> {
    const found = await Promise.all(
      hosts.map(async (host) => {
        if (isIP(host) > 0) return [host];
        return this.#resolve(host).catch((error: unknown) => {
          throw failed(`${at}: ${host} has no address: ${messageOf(error)}`, error);
        });
      }),
    );
    const addresses = [...new Set(found.flat())];
    if (addresses.length === 0) throw failed(`${at}: the other end has no address`);
    return addresses.map((address) => ({ cidr: parseCidr(address) }));
  }

  async #ask<T>(
    { host, port }: AgentAddress,
    at: string,
    call: (client: AgentClient) => Promise<T>,
  ): Promise<T> {
    const { authorize } = this.options;
    const transport = httpTransport(host, port);
    try {
      return await call(new AgentClient(transport, authorize && { authorize }));
    } catch (error) {
      throw failedBy(error, at);
    } finally {
      transport.close();
    }
  }
}

function placeOf({ name }: ExpectedWorker, condition: Condition): string {
  return `worker ${name}, condition ${condition.name}`;
}

function agentOf({ agent }: ExpectedWorker, at: string): AgentAddress {
  if (agent === undefined) throw failed(`${at}: there is no agent beside it`);
  return agent;
}

/** A clock that was set back, of an orchestrator that was killed, has left a later generation: then the plan begins anew. */
async function putAnew(client: AgentClient, document: Record<string, unknown>): Promise<PlanStatus> {
  try {
    return await client.putPlan(benchPlan, document);
  } catch (error) {
    if (!isPodlagError(error, 'stale-generation')) throw error;
    await client.deletePlan(benchPlan);
    return client.putPlan(benchPlan, document);
  }
}

/** Toward the other end alone, and gone with the run: a time of its own that the fault may have is the run's to decide. */
function ofTrial(fault: Fault, to: readonly Target[], lease: Duration): Fault {
  return { ...fault, to: fault.to ?? to, ttl: lease };
}

/** The agent's answer is read from the kernel; what it does not say is not there. */
function assertInForce({ faults, drift }: PlanStatus, wanted: number, at: string): void {
  const missing = faults.find(({ state }) => state !== 'in-force');
  if (missing !== undefined) {
    const { name, state, code, detail, hint } = missing;
    const why = code === undefined ? '' : ` (${code}: ${detail ?? ''})`;
    throw failed(`${at}: fault ${name} is ${state}${why}`, undefined, hint);
  }
  if (faults.length !== wanted) throw failed(`${at}: ${faults.length} of ${wanted} faults are in force`);
  if (drift > 0) throw failed(`${at}: the kernel has ${drift} things otherwise than asked`);
}

function failedBy(error: unknown, at: string): PodlagError {
  if (!isPodlagError(error)) throw error;
  const detail = `${at}: ${error.code}: ${error.detail}`;
  const { hint, kind } = error;
  // With 5xx the agent, or who stands before it, does not know itself what came of it.
  const code = kind.status >= 400 && kind.status < 500 ? 'fault-refused' : 'fault-failed';
  return benchErrors.error(code, detail, { cause: error, hint });
}

function failed(detail: string, cause?: unknown, hint?: string): PodlagError {
  return benchErrors.error('fault-failed', detail, { cause, ...(hint !== undefined && { hint }) });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

async function addressesOf(host: string): Promise<readonly string[]> {
  return (await lookup(host, { all: true })).map(({ address }) => address);
}
