import { KernelDriver } from '../kernel/kernel-driver';
import { NetlinkTransport, type NetlinkSettings } from './netlink-transport';

export interface NetlinkDriverSettings extends NetlinkSettings {
  /** Replace a root qdisc of somebody else. Default false. */
  readonly takeOverRoot?: boolean;
}

/** The driver that talks to the kernel by rtnetlink; neither tc nor ip has to be there. */
export function netlinkDriver(settings: NetlinkDriverSettings = {}): KernelDriver {
  const { takeOverRoot = false, ...transport } = settings;
  return new KernelDriver(new NetlinkTransport(transport), { takeOverRoot });
}
