import { ClockOffset, type PlanStatus } from '@podlag/client';
import type { Clock, PlannedFault } from '@podlag/core';
import { faultReport, type FaultReport } from './agent-report';
import { Drift } from './drift';
import { heard, namesThere, unheard, type Hearing } from './leftovers';

/** What one agent said last: of each fault, of its kernel, and of its clock. */
export class AgentWord {
  readonly offset = new ClockOffset();
  readonly #drift = new Drift();
  #heard: Hearing = unheard;

  constructor(private readonly clock: Pick<Clock, 'now'>) {}

  /** @param given what is wanted of it @throws PodlagError what `ask` throws; what was said before stands then */
  async hear(given: readonly PlannedFault[], ask: () => Promise<PlanStatus>): Promise<void> {
    const sentAt = this.clock.now();
    const status = await ask();
    const receivedAt = this.clock.now();
    this.offset.heard({ sentAt, receivedAt, agentTime: status.time });
    this.#drift.heard(status.drift, receivedAt);
    this.#heard = heard(status, given, receivedAt);
  }

  /** What it holds is another's; undefined: it holds nothing. */
  found(present: PlanStatus | undefined): void {
    this.#heard = present === undefined ? unheard : heard(present, this.#heard.given, this.clock.now());
  }

  /** Of a fault that it holds. */
  reportOf(name: string): FaultReport {
    return this.#drift.judged(faultReport(this.#heard.told.get(name)), this.clock.now());
  }

  /** Names of the faults that it has. */
  namesThere(isSilent: boolean): readonly string[] {
    return namesThere(this.#heard, this.clock.now(), isSilent);
  }

  /** Whether its kernel is otherwise than asked. */
  get isDrifting(): boolean {
    return this.#drift.isThere;
  }
}
