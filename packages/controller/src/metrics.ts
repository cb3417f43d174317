import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { EventOutcome } from '@podlag/kube';
import type { SendOutcome } from './dispatch/agent-link';

const prefix = 'podlag_controller_';

/** Seconds: from 1 ms, an agent beside us with nothing to change, to 10 s, where it is given up unless agentTimeout is longer. */
const sendBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
const recomputeBuckets = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];

/** What is looked up when it is scraped. */
export interface MetricSources {
  /** Agents by state: empty, settled, pending, failed. Asked for while this controller leads, as `objects`. */
  readonly agents: () => Readonly<Record<string, number>>;
  readonly objects: () => readonly {
    readonly kind: string;
    readonly phase: string;
    readonly count: number;
  }[];
  readonly isLeading: () => boolean;
  /** Kinds of which nothing is heard just now. */
  readonly silentWatches: () => number;
}

/** The controller's own registry. Labels have few values each: nothing of a pod or a namespace is one. */
export class ControllerMetrics {
  readonly registry = new Registry();

  private readonly sends = new Counter({
    name: `${prefix}sends_total`,
    help: 'Requests to agents about their plans, by outcome: sent, renewed, asked, deleted, overtaken, failed.',
    labelNames: ['outcome'],
    registers: [this.registry],
  });

  private readonly sendSeconds = new Histogram({
    name: `${prefix}send_duration_seconds`,
    help: 'From a request to an agent to its answer, which comes when the kernel has confirmed it.',
    labelNames: ['outcome'],
    buckets: sendBuckets,
    registers: [this.registry],
  });

  private readonly recomputeSeconds = new Histogram({
    name: `${prefix}recompute_duration_seconds`,
    help: 'To work out from the objects and the cluster what each agent is to have.',
    buckets: recomputeBuckets,
    registers: [this.registry],
  });

  private readonly events = new Counter({
    name: `${prefix}events_total`,
    help: 'Events about phases of objects, by outcome: written, present, failed, dropped.',
    labelNames: ['outcome'],
    registers: [this.registry],
  });

  constructor(sources: MetricSources) {
    const registers = [this.registry];
    new Gauge({
      ...{ name: `${prefix}agents`, help: 'Agents by state: empty, settled, pending, failed.' },
      ...{ labelNames: ['state'], registers },
      collect() {
        // What it knew when it led is not so any more.
        this.reset();
        if (!sources.isLeading()) return;
        for (const [state, count] of Object.entries(sources.agents())) this.set({ state }, count);
      },
    });
    new Gauge({
      ...{
        name: `${prefix}objects`,
        help: 'Objects by kind and phase.',
        labelNames: ['kind', 'phase'],
        registers,
      },
      collect() {
        this.reset();
        if (!sources.isLeading()) return;
        for (const { kind, phase, count } of sources.objects()) this.set({ kind, phase }, count);
      },
    });
    new Gauge({
      ...{ name: `${prefix}leader`, help: '1 when this controller leads.', registers },
      collect() {
        this.set(sources.isLeading() ? 1 : 0);
      },
    });
    new Gauge({
      ...{
        name: `${prefix}silent_watches`,
        help: 'Kinds of which the API server tells nothing just now.',
        registers,
      },
      collect() {
        this.set(sources.silentWatches());
      },
    });
  }

  sent(outcome: SendOutcome, seconds: number): void {
    this.sends.inc({ outcome });
    this.sendSeconds.observe({ outcome }, seconds);
  }

  eventEnded(outcome: EventOutcome): void {
    this.events.inc({ outcome });
  }

  recomputed(seconds: number): void {
    this.recomputeSeconds.observe(seconds);
  }
}
