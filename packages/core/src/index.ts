export { addressWords, blockOf, prefixMask, printAddress, printBlock, type AddressBlock } from './address';
export { Backoff, type BackoffOptions } from './backoff';
export { systemClock, type Clock } from './clock';
export { configFileVariable, environmentName, loadConfig, setting } from './config';
export type { ConfigOptions, ConfigSources } from './config';
export { coreErrors } from './core-errors';
export { quote } from './decimal';
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
export { Rate } from './rate';
export { Ratio } from './ratio';
export { parseCidr, parsePortRange, printCidr, printPortRange, protocols } from './target';
export type { Cidr, PortRange, Protocol, Target } from './target';
export { TaskQueue } from './task-queue';
export { parseYaml } from './yaml';
