import { benchErrors } from '../bench-errors';
import type { ConnectedWorker } from '../channel/connected-worker';
import type { WorkerRecord } from '../record/manifest';
import type { ExpectedWorker } from './expected-worker';
import type { WorkerStatus } from './run-status';

/** What a roster asks of a WorkerHub. */
export interface ConnectedWorkers {
  /** By name: the last connection of each that has come so far, also of those that are lost. */
  workers(): ReadonlyMap<string, ConnectedWorker>;
}

/** The workers of a run: whom it expects, and who is there. */
export class WorkerRoster {
  /** Whether the time to come is over for those who have not. */
  #isClosed = false;

  constructor(
    readonly expected: readonly ExpectedWorker[],
    private readonly hub: ConnectedWorkers,
  ) {}

  /** Who is not there now has not come in time. It may come all the same, and is taken then. */
  closeDoor(): void {
    this.#isClosed = true;
  }

  get names(): readonly string[] {
    return this.expected.map(({ name }) => name);
  }

  get anyHere(): boolean {
    return this.names.some((name) => this.hub.workers().get(name)?.connected === true);
  }

  /** @throws PodlagError `worker-lost` */
  connected(name: string): ConnectedWorker {
    const worker = this.hub.workers().get(name);
    if (worker?.connected === true) return worker;
    throw benchErrors.error('worker-lost', `worker ${name}: ${this.#lostBecause(name) ?? 'not here yet'}`);
  }

  /** Addresses by which the other workers reach it; none before it has come. */
  addressesOf(name: string): readonly string[] {
    return this.hub.workers().get(name)?.hello.addresses ?? [];
  }

  statuses(): readonly WorkerStatus[] {
    return this.expected.map(({ name, node, zone, network }) => ({
      ...{ name, node, network },
      ...(zone !== undefined && { zone }),
      state: this.#stateOf(name),
    }));
  }

  /** For the manifest: each that is expected, whether it has come or not. */
  records(): readonly WorkerRecord[] {
    return this.expected.map((worker) => this.#recordOf(worker));
  }

  #recordOf({ name, node, zone, network, environment }: ExpectedWorker): WorkerRecord {
    const hello = this.hub.workers().get(name)?.hello;
    const lost = this.#lostBecause(name);
    return {
      ...{ name, node, zone, network },
      addresses: hello?.addresses ?? [],
      tools: hello?.tools ?? {},
      environment: { ...hello?.environment, ...environment },
      ...(lost !== undefined && { lost }),
    };
  }

  #stateOf(name: string): WorkerStatus['state'] {
    if (this.hub.workers().get(name)?.connected === true) return 'here';
    return this.#lostBecause(name) === undefined ? 'waiting' : 'lost';
  }

  #lostBecause(name: string): string | undefined {
    const worker = this.hub.workers().get(name);
    if (worker?.connected === true) return undefined;
    if (worker !== undefined) return worker.lostBecause ?? 'its connection has ended';
    return this.#isClosed ? 'it has not come in time' : undefined;
  }
}
