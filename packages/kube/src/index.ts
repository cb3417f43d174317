export { apiCall, printApiCall, versionCall, type ApiCall, type Verb } from './api-call';
export type { KubeApi, Observer, PatchOperation, Scope, ServerVersion, Watch } from './kube-api';
export { kubeErrors, type KubeErrorCode } from './kube-errors';
export {
  events,
  mutatingWebhookConfigurations,
  namespaces,
  secrets,
  type KubeEvent,
  type KubeObject,
  type ObjectMeta,
  type ObjectRef,
  type Resource,
  type Secret,
  type Webhook,
  type WebhookConfiguration,
} from './resource';
