import type { Capabilities } from '../capabilities';
import type { Applied } from '../driver';
import type { QdiscTree } from '../tree/qdisc-tree';
import { KernelDriver, type KernelDriverSettings } from './kernel-driver';
import type { Observed, ObservedHook } from './observed';
import { SimulatedKernel } from './simulated-kernel';

/**
 * The driver over a kernel in memory, for tests of what stands on a driver where no kernel is at hand. It plans, reads
 * back and compares with the real code; only the kernel is not real.
 */
export class FakeDriver extends KernelDriver {
  /** Thrown by the next apply, once. */
  failure: Error | undefined;
  closed = false;
  /** Each apply that got as far as the kernel, in order. */
  readonly applied: QdiscTree[] = [];

  constructor(
    readonly kernel = new SimulatedKernel('eth0'),
    settings: KernelDriverSettings = {},
  ) {
    super(kernel, settings);
  }

  /** What the kernel is able to do, as the next probe will find it. */
  get capable(): Capabilities {
    return this.kernel.capabilities;
  }

  set capable(capabilities: Capabilities) {
    this.kernel.capabilities = capabilities;
  }

  override async apply(tree: QdiscTree): Promise<Applied> {
    const { failure } = this;
    this.failure = undefined;
    if (failure) throw failure;
    this.applied.push(tree);
    return super.apply(tree);
  }

  /** Somebody else changes a device; the IFB is one too. */
  tamper(device: string, change: (observed: Observed) => Observed): void {
    const there = this.kernel.device(device);
    there.restore(change(there.observed));
  }

  /** Somebody else changes what stands where packets come in. */
  tamperHook(device: string, change: (hook: ObservedHook) => ObservedHook): void {
    const there = this.kernel.device(device);
    there.restoreHook(change(there.hook));
  }

  /** The devices outlive their driver, as in a kernel. */
  override close(): void {
    this.closed = true;
  }
}
