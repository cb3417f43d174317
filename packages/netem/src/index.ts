export {
  faultKinds,
  type Capabilities,
  type Capability,
  type FaultKind,
  type KindCapability,
} from './capabilities';
export type { Applied, QdiscDriver, Reading } from './driver';
export { differences, type Difference } from './kernel/differences';
export { FakeDriver } from './kernel/fake-driver';
export { classidOf, handles, ingressDevice } from './kernel/handles';
export { KernelDriver, type KernelDriverSettings } from './kernel/kernel-driver';
export type {
  Counters,
  Observed,
  ObservedClass,
  ObservedDevice,
  ObservedFilter,
  ObservedHook,
  ObservedNetem,
  ObservedQdisc,
} from './kernel/observed';
export { netemHint } from './kernel/netem-hint';
export { everything, SimulatedKernel } from './kernel/simulated-kernel';
export { netemErrors } from './netem-errors';
export { netlinkDriver, type NetlinkDriverSettings } from './netlink/netlink-driver';
export { compose } from './profile/compose';
export type { Profile } from './profile/profile';
export { assertSupported } from './profile/supported';
export { assertFeasible } from './tree/feasible';
export { explain, type Explanation } from './tree/explain';
export { lookUp, meets } from './tree/look-up';
export { makeTree, type TreeRequest } from './tree/make-tree';
export { stages, type Stage } from './tree/stages';
export { tcDriver, type TcDriver, type TcDriverSettings } from './tc/tc-driver';
export {
  firstShapedMinor,
  lastShapedMinor,
  passMinor,
  type Exemption,
  type QdiscTree,
  type ShapedClass,
  type Side,
} from './tree/qdisc-tree';
export type { Block, Packet, Rules } from './tree/rules';
