import type { PodlagError } from '@podlag/core';
import type { Capabilities } from '../capabilities';
import type { Observed, ObservedDevice, ObservedFilter } from './observed';
import type { FilterPlace, Operation, U32Handle } from './operation';

/** An operation that the kernel refused, with the error for the user: `netemErrors` and the kernel's own words. */
export interface OperationFailure {
  readonly operation: Operation;
  readonly error: PodlagError;
}

/** Where a u32 filter stands. */
export interface FilterRef extends FilterPlace {
  readonly handle: U32Handle;
}

/** The cheap part of a look at a device: few objects, however many filters there are. */
export type ObservedQdiscs = Pick<Observed, 'device' | 'qdiscs' | 'classes'>;

/**
 * The way to the kernel: tc(8) or rtnetlink. It knows nothing of faults and trees. Calls do not overlap; the driver
 * above queues them.
 */
export interface Transport {
  readonly name: 'tc' | 'netlink' | 'fake';
  /**
   * In this order, each one whether or not those before it succeeded. Resolves when the kernel has answered to all.
   *
   * @throws PodlagError when the way itself is broken: `tc-missing`, `tc-died`, `tc-timeout`, `table-unwritable`
   */
  run(operations: readonly Operation[]): Promise<readonly OperationFailure[]>;
  /** @throws PodlagError `device-missing` */
  read(device: string, ingressDevice: string): Promise<ObservedDevice>;
  /** Only qdiscs and classes. @throws PodlagError `device-missing` */
  readQdiscs(device: string): Promise<ObservedQdiscs>;
  /** These filters alone; one that is not there is undefined. */
  readFilters(refs: readonly FilterRef[]): Promise<readonly (ObservedFilter | undefined)[]>;
  /** What can be done here, found out by trying on a scratch device. */
  probe(): Promise<Capabilities>;
  close(): void;
}
