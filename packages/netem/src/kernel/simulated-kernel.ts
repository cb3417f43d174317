import { faultKinds, type Capabilities, type FaultKind, type KindCapability } from '../capabilities';
import { netemErrors } from '../netem-errors';
import { tcLine } from '../tc/words';
import type { ObservedDevice, ObservedFilter } from './observed';
import type { LinkOperation, Operation } from './operation';
import { SimulatedDevice } from './simulated-device';
import { Refusal } from './simulated-u32';
import type { FilterRef, ObservedQdiscs, OperationFailure, Transport } from './transport';

const possible = { available: true } as const;

/** A kernel that can do everything. */
export const everything: Capabilities = {
  kernel: '0.0.0-fake',
  driver: 'fake',
  iproute2: undefined,
  tree: possible,
  netem: possible,
  ingress: possible,
  duplicateBesideOthers: possible,
  kinds: Object.fromEntries(
    faultKinds.map((kind): [FaultKind, KindCapability] => [kind, { available: true, path: 'netem' }]),
  ) as Record<FaultKind, KindCapability>,
  timeStepNanoseconds: 1,
  longestTimeNanoseconds: 3600e9,
  longestJitterNanoseconds: 2 ** 31 - 1,
};

/**
 * A kernel in memory, for tests where none is at hand that would let us shape. It keeps the rules of the real one, as
 * far as a plan can break them.
 */
export class SimulatedKernel implements Transport {
  readonly name = 'fake';
  readonly #devices = new Map<string, SimulatedDevice>();
  capabilities: Capabilities = everything;
  /** Each operation that was run, in order, whether it was refused or not. */
  readonly log: Operation[] = [];
  closed = false;

  /** With these devices; an IFB is made by an operation. */
  constructor(...devices: readonly string[]) {
    for (const name of devices) this.addDevice(name);
  }

  /** @throws PodlagError `device-missing` */
  device(name: string): SimulatedDevice {
    const there = this.#devices.get(name);
    if (!there) throw netemErrors.error('device-missing', `Cannot find device "${name}"`);
    return there;
  }

  has(name: string): boolean {
    return this.#devices.has(name);
  }

  /** A new device, as it comes out of the kernel's hands. */
  addDevice(name: string, kind = 'veth'): void {
    this.#devices.set(name, new SimulatedDevice(name, { kind, up: true }));
  }

  removeDevice(name: string): void {
    this.#devices.delete(name);
  }

  run(operations: readonly Operation[]): Promise<readonly OperationFailure[]> {
    return Promise.resolve(operations.flatMap((operation) => this.#run(operation) ?? []));
  }

  read(device: string, ingressDevice: string): Promise<ObservedDevice> {
    return this.#answer(() => {
      const { observed, hook } = this.device(device);
      const behind = this.#devices.get(ingressDevice);
      return { egress: observed, hook, ingress: behind?.observed, ingressLink: behind?.link };
    });
  }

  readQdiscs(device: string): Promise<ObservedQdiscs> {
    return this.#answer(() => {
      const { qdiscs, classes } = this.device(device).observed;
      return { device, qdiscs, classes };
    });
  }

  readFilters(refs: readonly FilterRef[]): Promise<readonly (ObservedFilter | undefined)[]> {
    return this.#answer(() =>
      refs.map(({ device, parent, pref, handle }) =>
        this.device(device).filtersAt(parent).find(pref, handle),
      ),
    );
  }

  probe(): Promise<Capabilities> {
    return Promise.resolve(this.capabilities);
  }

  close(): void {
    this.closed = true;
  }

  /** As a promise even where the kernel says no at once. */
  async #answer<T>(look: () => T): Promise<T> {
    return Promise.resolve(look());
  }

  #run(operation: Operation): OperationFailure | undefined {
    this.log.push(operation);
    try {
      if (operation.kind === 'link') this.#runLink(operation);
      else this.#runOn(operation);
      return undefined;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const detail = `${tcLine(operation)}: ${error.message}`;
      return { operation, error: netemErrors.error('tc-failed', detail) };
    }
  }

  #runLink({ verb, device }: LinkOperation): void {
    if (verb === 'add') {
      if (this.#devices.has(device)) throw new Refusal('File exists');
      this.#devices.set(device, new SimulatedDevice(device, { kind: 'ifb', up: true }, 'pfifo_fast'));
    } else if (verb === 'up') {
      const there = this.#devices.get(device);
      if (!there) throw new Refusal('Cannot find device');
      there.link = { ...there.link, up: true };
    } else if (!this.#devices.delete(device)) throw new Refusal('Cannot find device');
  }

  #runOn(operation: Exclude<Operation, LinkOperation>): void {
    const device = this.#devices.get(operation.device);
    if (!device) throw new Refusal(`Cannot find device "${operation.device}"`);
    if (operation.kind === 'u32' && operation.target && 'redirect' in operation.target) {
      if (!this.#devices.has(operation.target.redirect))
        throw new Refusal('Cannot find device to redirect to');
    }
    device.run(operation);
  }
}
