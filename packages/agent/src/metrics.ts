import type { Counters } from '@podlag/netem';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { DeviceReading } from './device-reading';
import { countersOf, observedDelay } from './observed-view';
import type { PlanObserver } from './plan-keeper';
import type { Shaper } from './shaper';
import type { ShaperObserver } from './shaper-parts';
import { version } from './version';

/** From a change by a long-lived tc, a tenth of a millisecond, to a node that gasps. */
const applySeconds = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1];

/** From what nobody notices to what the steps of a plan are told apart by. */
const lateSeconds = [0.001, 0.0025, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 1, 5];

/** What the agent tells Prometheus. docs/metrics.md describes each; a test holds the two together. */
export class AgentMetrics implements ShaperObserver, PlanObserver {
  readonly registry = new Registry();

  readonly #applies = this.#counter(
    'podlag_agent_apply_total',
    'Changes tried, by result: ok or the code of the error.',
    ['result'],
  );
  readonly #applyDuration = new Histogram({
    name: 'podlag_agent_apply_duration_seconds',
    help: 'Time from the first command of a change to its confirmation by the kernel.',
    buckets: applySeconds,
    registers: [this.registry],
  });
  readonly #plannedLate = new Histogram({
    name: 'podlag_agent_planned_change_late_seconds',
    help: 'How long after its time a change of a timed plan was in the kernel.',
    buckets: lateSeconds,
    registers: [this.registry],
  });
  readonly #expired = this.#counter('podlag_agent_expired_faults_total', 'Faults that ended by their ttl.');
  readonly #faults = this.#gauge('podlag_agent_faults', 'Faults that are in force, those of plans too.');
  readonly #drift = this.#gauge(
    'podlag_agent_drift',
    'Things that the kernel has otherwise than asked; 0 is as it should be.',
  );
  readonly #drifts = this.#counter(
    'podlag_agent_drift_total',
    'Times that the kernel was found otherwise than asked, in a way that it was not before.',
  );
  readonly #delay = this.#gauge(
    'podlag_agent_netem_delay_seconds',
    'Delay in force for everybody, read back from the kernel.',
    ['device', 'direction'],
  );
  readonly #shapedPackets = this.#gauge(
    'podlag_agent_shaped_packets',
    'Packets that went through the faults since their classes were made.',
    ['device', 'direction'],
  );
  readonly #shapedDrops = this.#gauge(
    'podlag_agent_shaped_drops',
    'Packets that the faults have dropped since their classes were made.',
    ['device', 'direction'],
  );
  readonly #backlog = this.#gauge('podlag_agent_backlog_packets', 'Packets that are being delayed now.', [
    'device',
    'direction',
  ]);
  readonly #leaseSaved = this.#gauge(
    'podlag_agent_survives_restart',
    '1 when a restarted agent would find what is set now.',
  );

  constructor() {
    this.#gauge('podlag_agent_build_info', 'Always 1; the version is a label.', ['version']).set(
      { version },
      1,
    );
  }

  applied(result: string, seconds: number): void {
    this.#applies.inc({ result });
    this.#applyDuration.observe(seconds);
  }

  plannedChange(seconds: number): void {
    this.#plannedLate.observe(seconds);
  }

  expired(faults: number): void {
    this.#expired.inc(faults);
  }

  drifted(): void {
    this.#drifts.inc();
  }

  /** Takes over what is only known by asking: called at each scrape. */
  observe(shaper: Shaper, { observed, differences }: DeviceReading): void {
    this.#faults.set(shaper.faults.size);
    this.#drift.set(differences.length);
    this.#leaseSaved.set(shaper.leaseState.saved ? 1 : 0);
    for (const direction of ['egress', 'ingress'] as const) {
      const labels = { device: shaper.device, direction };
      const side = observed?.[direction];
      const shaped = countersOf(shaper.tree[direction], side).filter(({ faults }) => faults.length > 0);
      const sum = (field: keyof Counters): number => shaped.reduce((total, one) => total + one[field], 0);
      this.#delay.set(labels, observedDelay(side).nanoseconds / 1e9);
      this.#shapedPackets.set(labels, sum('packets'));
      this.#shapedDrops.set(labels, sum('drops'));
      this.#backlog.set(labels, sum('backlogPackets'));
    }
  }

  #counter<L extends string = never>(name: string, help: string, labelNames: L[] = []): Counter<L> {
    return new Counter({ name, help, labelNames, registers: [this.registry] });
  }

  #gauge<L extends string = never>(name: string, help: string, labelNames: L[] = []): Gauge<L> {
    return new Gauge({ name, help, labelNames, registers: [this.registry] });
  }
}
