export { startController, type Controller, type ControllerParts } from './controller';
export { controllerErrors } from './controller-errors';
export type { AgentPlace } from './dispatch/dispatcher';
export { dnsResolve, type Resolution, type Resolve } from './names/resolver';
export { settingsSchema, type Settings } from './settings';
export { desired, type Desired, type DesiredObjects } from './desired/desired';
export { DesiredMemory } from './desired/memory';
export { objectKey, type ObjectKind } from './desired/object-key';
export type { Outcome, OutcomeProblem, ProblemCode } from './desired/outcome';
export type {
  EndpointPort,
  ServiceEndpoints,
  ServicePort,
  Started,
  World,
  WorldAgent,
  WorldPod,
  WorldService,
} from './desired/world';
