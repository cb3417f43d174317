export { apiCall, printApiCall, versionCall, type ApiCall, type Subresource, type Verb } from './api-call';
export {
  EventWriter,
  kubeEvent,
  type EventNote,
  type EventOutcome,
  type EventWriterOptions,
  type EventWriting,
} from './events';
export { kubeApiWith } from './kube-api-with';
export type {
  ApplyOptions,
  DeleteOptions,
  KubeApi,
  ListScope,
  Observer,
  PatchOperation,
  PatchOptions,
  PodAnswer,
  PodPort,
  PodRequest,
  Scope,
  ServerVersion,
  Watch,
} from './kube-api';
export { kubeErrors, retryAfterMs, type KubeErrorCode } from './kube-errors';
export { LeaderElection, type LeaderElectionOptions, type StopReason } from './leader-election';
export { termAfter } from './lease-record';
export {
  events,
  mutatingWebhookConfigurations,
  namespaces,
  secrets,
  type KubeEvent,
  type KubeObject,
  type ObjectMeta,
  type ObjectRef,
  type OwnerReference,
  type Resource,
  type Secret,
  type Webhook,
  type WebhookConfiguration,
} from './resource';
export { configMaps, type ConfigMap } from './resources/config-map';
export {
  customResourceDefinitions,
  type CustomResourceDefinition,
} from './resources/custom-resource-definition';
export {
  endpointSlices,
  serviceNameLabel,
  type Endpoint,
  type EndpointSlice,
} from './resources/endpoint-slice';
export { jobs, type Job } from './resources/job';
export { leases, type Lease, type LeaseSpec } from './resources/lease';
export { nodeRegionLabel, nodes, type Node } from './resources/node';
export {
  pods,
  type Pod,
  type PodCondition,
  type PodContainer,
  type PodContainerPort,
  type PodContainerStatus,
} from './resources/pod';
export { services, type Service, type ServicePort } from './resources/service';
export { deployments, replicaSets, type Workload } from './resources/workload';
