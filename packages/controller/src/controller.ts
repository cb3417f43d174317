import { AgentClient, type AgentTransport, type Authorize } from '@podlag/client';
import { systemClock, type Clock, type Logger } from '@podlag/core';
import { EventWriter, LeaderElection, leases, type KubeApi } from '@podlag/kube';
import { BaselineBook } from './baselines/baseline-book';
import { Dispatcher, type AgentConnection, type AgentPlace } from './dispatch/dispatcher';
import { KeyKeeper } from './keys/key-keeper';
import { ControllerMetrics } from './metrics';
import { HostnameBook } from './names/hostname-book';
import type { Resolve } from './names/resolver';
import { Reconciler } from './reconciler';
import { httpServer, listen } from './serve/http-server';
import type { Settings } from './settings';
import { StartBook } from './start/start-book';
import { StatusWriter } from './status/status-writer';
import { statusPlace } from './status/status-place';
import { ClusterView } from './world/cluster-view';

/** What a controller is made of. */
export interface ControllerParts {
  readonly settings: Settings;
  readonly api: KubeApi;
  readonly logger: Logger;
  /** By what name it holds the Lease: another one in each process. */
  readonly identity: string;
  /** The way to an agent; ended when its pod is gone. */
  readonly transport: (place: AgentPlace) => AgentTransport & { close?(): void };
  readonly resolve: Resolve;
  readonly clock?: Clock;
  /** How fast leaders change, in milliseconds; LeaderElection's defaults when absent. */
  readonly election?: {
    readonly leaseDurationMs?: number;
    readonly renewDeadlineMs?: number;
    readonly retryPeriodMs?: number;
    readonly clock?: Clock;
  };
}

/** The running controller. */
export interface Controller {
  /** Of /metrics, /healthz and /readyz. */
  readonly port: number;
  /** Whether it has read the cluster, leading or not. */
  readonly ready: boolean;
  readonly isLeading: boolean;
  /** Whether no agent has a request under way, or to come before the next renewal. */
  readonly isIdle: boolean;
  /**
   * Gives the Lease back and ends. What agents hold stays as it is, until its ttl: the next controller takes it over within
   * seconds, and a rolling update ends no fault.
   */
  stop(): Promise<void>;
}

/**
 * Follows the cluster, and brings every agent to what the objects ask for while it leads.
 *
 * @throws PodlagError `port-taken`, `cannot-listen`
 */
export async function startController(parts: ControllerParts): Promise<Controller> {
  const running = new RunningController(parts);
  try {
    await running.listen();
    return running;
  } catch (error) {
    await running.stop();
    throw error;
  }
}

class RunningController implements Controller {
  port = 0;
  #dispatcher: Dispatcher | undefined;
  readonly #clock: Clock;
  readonly #view: ClusterView;
  readonly #hostnames: HostnameBook;
  readonly #baselines: BaselineBook;
  readonly #statuses: StatusWriter;
  readonly #events: EventWriter;
  readonly #reconciler: Reconciler;
  readonly #keys: KeyKeeper | undefined;
  readonly #metrics: ControllerMetrics;
  readonly #server: ReturnType<typeof httpServer>;
  readonly #election: LeaderElection;

  constructor(private readonly parts: ControllerParts) {
    const { api, logger, settings, clock = systemClock, resolve } = parts;
    this.#clock = clock;
    const onChange = (): void => this.#reconciler.markDirty();
    const common = { api, clock, logger };
    this.#metrics = this.#newMetrics();
    this.#keys = this.#newKeys();
    this.#hostnames = new HostnameBook({ resolve, clock, onChange });
    this.#baselines = new BaselineBook({
      ...{ clock, logger, onChange },
      clientOf: (pod) => this.#dispatcher?.clientOf(pod),
      intervalMs: settings.baselineInterval.milliseconds,
    });
    this.#statuses = new StatusWriter({ ...common, mayWrite: () => this.#election.isLeader });
    this.#events = new EventWriter(api, {
      ...{ component: 'podlag-controller', logger, clock },
      onEnd: (outcome) => this.#metrics.eventEnded(outcome),
    });
    this.#view = new ClusterView({
      ...{ ...common, onChange },
      isOverwritten: (object) => this.#statuses.isOverwritten(statusPlace(object)),
    });
    this.#reconciler = new Reconciler({
      ...{ clock, logger, view: this.#view, hostnames: this.#hostnames, baselines: this.#baselines },
      ...{ statuses: this.#statuses, events: this.#events },
      starts: new StartBook({ clock, logger, statuses: this.#statuses, placeOf: statusPlace, onChange }),
      dispatcher: () => this.#dispatcher,
      onRecomputed: (seconds) => this.#metrics.recomputed(seconds),
    });
    this.#server = httpServer({
      registry: this.#metrics.registry,
      blockers: () => this.#blockers(),
      cautions: () => this.#view.silences,
    });
    this.#election = this.#runForLeader();
  }

  get ready(): boolean {
    return this.#blockers().length === 0;
  }

  get isLeading(): boolean {
    return this.#dispatcher !== undefined;
  }

  get isIdle(): boolean {
    return this.#dispatcher?.isIdle ?? true;
  }

  async listen(): Promise<void> {
    const { metricsPort, listenHost } = this.parts.settings;
    this.port = await listen(this.#server, metricsPort, listenHost);
  }

  async stop(): Promise<void> {
    this.#reconciler.close();
    this.#stopLeading();
    this.#keys?.close();
    this.#view.close();
    this.#hostnames.close();
    this.#events.close();
    this.#server.close();
    this.#server.closeAllConnections();
    await this.#election.close();
  }

  #blockers(): readonly string[] {
    // One that does not lead needs no keys; and where it waited for some, a leader in open mode would never be replaced.
    const noKeys = this.isLeading ? this.#keys?.blocker : undefined;
    return [...this.#view.blockers, ...(noKeys === undefined ? [] : [noKeys])];
  }

  #runForLeader(): LeaderElection {
    const { api, logger, settings, identity, election = {} } = this.parts;
    return new LeaderElection({
      ...{ api, identity, ...election },
      lease: { namespace: settings.ownNamespace, name: settings.leaseName },
      onStarted: (term) => this.#startLeading(term),
      onStopped: (reason) => {
        logger.warn({ reason }, 'election: no longer leader for sure');
        // Without the API server nobody can tell who leads: what agents hold is kept alive, and nothing is changed.
        if (reason === 'lost') this.#stopLeading();
      },
      onProblem: ({ message }) => logger.warn({ problem: message }, 'election: the Lease is not reached'),
    });
  }

  #startLeading(term: number): void {
    this.parts.logger.info({ term }, 'election: leader');
    this.#dispatcher ??= this.#newDispatcher();
    this.#dispatcher.startTerm(term);
    this.#keys?.lead();
    this.#reconciler.lead();
  }

  #stopLeading(): void {
    this.#keys?.follow();
    this.#baselines.close();
    this.#statuses.close();
    this.#dispatcher?.close();
    this.#dispatcher = undefined;
    // What it has decided as leader, such as starts, is another's to decide from now on.
    this.#reconciler.markDirty();
  }

  #newDispatcher(): Dispatcher {
    const { logger, settings } = this.parts;
    return new Dispatcher({
      ...{ logger, clock: this.#clock, maxConcurrent: settings.maxConcurrent },
      silentMs: settings.agentTimeout.milliseconds,
      connect: (place) => this.#connect(place),
      isLeading: () => this.#election.isLeader,
      isStillLeader: () => this.#isStillLeader(),
      onReport: () => this.#reconciler.markReported(),
      onSent: (outcome, seconds) => this.#metrics.sent(outcome, seconds),
      explained: (agentId, problem) => this.#keys?.explained(agentId, problem) ?? problem,
    });
  }

  async #isStillLeader(): Promise<boolean> {
    const { api, settings, identity } = this.parts;
    const ref = { namespace: settings.ownNamespace, name: settings.leaseName };
    const lease = await api.get(leases, ref).catch(() => undefined);
    return lease?.spec?.holderIdentity === identity;
  }

  #connect(place: AgentPlace): AgentConnection {
    const whole = this.parts.transport(place);
    const bounded = within(whole, this.parts.settings.agentTimeout.milliseconds);
    const { namespace, name } = place;
    // For this pod alone: whoever listens there may not be an agent, and keeps what it is sent.
    const authorize = async (): Promise<string | undefined> =>
      this.#keys?.tokenFor({ namespace, pods: [name] });
    const clientWith = (by: Authorize): AgentClient => new AgentClient(bounded, { authorize: by });
    return {
      ...{ client: clientWith(authorize), clientWith },
      close: () => whole.close?.(),
    };
  }

  #newKeys(): KeyKeeper | undefined {
    const { api, logger, settings } = this.parts;
    if (settings.agentAccess === 'open') return undefined;
    return new KeyKeeper({
      ...{ api, logger, clock: this.#clock, namespace: settings.ownNamespace },
      keyLifeMs: settings.keyLife.milliseconds,
      agents: () => this.#dispatcher?.keyHolders ?? [],
    });
  }

  #newMetrics(): ControllerMetrics {
    return new ControllerMetrics({
      agents: () => this.#dispatcher?.counts() ?? {},
      objects: () => this.#reconciler.counts,
      isLeading: () => this.#election.isLeader,
      silentWatches: () => this.#view.silences.length,
    });
  }
}

/** An agent that does not answer must not keep others waiting. A probe takes as long as it was asked to. */
function within(transport: AgentTransport, timeoutMs: number): AgentTransport {
  return {
    send: (call, authorization) =>
      transport.send(call.path === '/v1/probes' ? call : { ...call, timeoutMs }, authorization),
  };
}
