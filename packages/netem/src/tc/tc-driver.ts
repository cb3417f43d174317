import { KernelDriver } from '../kernel/kernel-driver';
import { TcTransport, type TcSettings } from './tc-transport';

export interface TcDriverSettings extends TcSettings {
  /** Replace a root qdisc of somebody else. Default false. */
  readonly takeOverRoot?: boolean;
}

/** The driver that talks to the kernel through tc(8). */
export interface TcDriver extends KernelDriver {
  /** The ids of the two children, for tests that kill them. */
  readonly pids: readonly (number | undefined)[];
}

export function tcDriver(settings: TcDriverSettings): TcDriver {
  const transport = new TcTransport(settings);
  const driver = new KernelDriver(transport, { takeOverRoot: settings.takeOverRoot ?? false });
  return Object.defineProperty(driver, 'pids', { get: () => transport.pids }) as TcDriver;
}
