export {
  addressWords,
  blockOf,
  isIpv4Mapped,
  prefixMask,
  printAddress,
  printBlock,
  type AddressBlock,
} from './address';
export { Backoff, type BackoffOptions } from './backoff';
export { textWithin } from './bounded-text';
export { pause, systemClock, type Clock } from './clock';
export { configFileVariable, environmentName, loadConfig, setting } from './config';
export type { ConfigOptions, ConfigSources } from './config';
export { coreErrors } from './core-errors';
export { quote } from './decimal';
export { defaultRoutesIn, type DefaultRoute } from './default-route';
export { Duration } from './duration';
export {
  errorTable,
  isPodlagError,
  PodlagError,
  type ErrorKind,
  type ErrorTable,
  type Occurrence,
  type Problem,
} from './errors';
export { directions, effects, namedDistributions } from './fault';
export type {
  Chance,
  Delay,
  Direction,
  Distribution,
  DistributionTable,
  Fault,
  GilbertElliottLoss,
  Loss,
  NamedDistribution,
  RandomLoss,
  Reorder,
  StateLoss,
} from './fault';
export { faultDocument, parseFault } from './fault-document';
export {
  annotations,
  defaultAgentPort,
  injectionLabel,
  mirrorPodAnnotation,
  podSecurityEnforceLabel,
} from './labels';
export { batchedStdout, createLogger, logLevels, type Logger, type LogLevel } from './logger';
export { didYouMean, nearest } from './nearest';
export { oneWayDelay, type OneWayDelay } from './one-way-delay';
export { parsed } from './parsed';
export { inForce, plannedStates, type InForce, type PlannedState } from './plan/in-force';
export { defaultMostTargets, leastEvery, leastRampStep, mostPlannedFaults } from './plan/plan';
export type { Plan, PlannedFault, Ramp, Timing } from './plan/plan';
export { parsePlan, planDocument } from './plan/plan-document';
export { Rate } from './rate';
export { Ratio } from './ratio';
export { parseCidr, parsePortRange, printCidr, printPortRange, protocols } from './target';
export type { Cidr, PortRange, Protocol, Target } from './target';
export { TaskQueue } from './task-queue';
export { textTable, type Column } from './text-table';
export { tournament, type Meeting } from './tournament';
export { parseYaml } from './yaml';
