import type { Duration } from '@podlag/core';
import type { Condition } from '../scenario/bench-scenario';
import type { ExpectedWorker } from './expected-worker';

/** Brings a condition's faults into force at one worker, and takes them away. */
export interface FaultSetter {
  /**
   * Resolves when the kernel has them all.
   *
   * @param hosts addresses and names of the other end, which faults without targets of their own meet
   * @param lease they are gone by themselves after it
   * @throws PodlagError `fault-refused` when the agent has said no and changed nothing, else `fault-failed`
   */
  set(worker: ExpectedWorker, hosts: readonly string[], condition: Condition, lease: Duration): Promise<void>;
  /** Reads from the kernel whether all that was set there is in force. @throws PodlagError `fault-failed`, `fault-refused` */
  assertInForce(worker: ExpectedWorker, condition: Condition): Promise<void>;
  /** Fine when there are none. @throws PodlagError `fault-failed`, `fault-refused` */
  clear(worker: ExpectedWorker): Promise<void>;
}
