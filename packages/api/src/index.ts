export { apiErrors } from './api-errors';
export {
  apiGroup,
  apiVersion,
  customResources,
  latencyMatrices,
  networkFaults,
  scenarios,
} from './custom-resource';
export {
  modes,
  type Effects,
  type FaultSpec,
  type Mode,
  type ParsedFaultSpec,
  type ParsedMode,
  type Quantity,
} from './fault-spec';
export { matches, type LabelRequirement, type LabelSelector } from './label-selector';
export {
  parseLatencyMatrix,
  type LatencyMatrix,
  type ParsedLatencyMatrix,
  type ParsedRegion,
  type RegionSpec,
} from './latency-matrix';
export type { Link, LinkSpec } from './link';
export { parseNetworkFault, type NetworkFault, type ParsedNetworkFault } from './network-fault';
export type { CustomObject, ObjectIdentity } from './object-meta';
export { plannedName, plannedSides, type PlannedSide } from './planned-name';
export { presets, type Preset } from './presets';
export { rampTargets, type ParsedRamp, type RampSpec } from './ramp';
export {
  parseScenario,
  scenarioStates,
  type ParsedScenario,
  type ParsedStep,
  type Scenario,
  type ScenarioState,
  type StepAction,
} from './scenario';
export { crdDocuments, type CrdDocument } from './schema/crd';
export { faultPhases, scenarioPhases } from './status';
export type {
  CommonStatus,
  Condition,
  FaultPhase,
  LatencyMatrixStatus,
  NetworkFaultStatus,
  PodCounts,
  PodFailure,
  ScenarioPhase,
  ScenarioStatus,
} from './status';
export type { ParsedTarget, TargetSpec } from './target';
