export type { KubeApi, Observer, PatchOperation, Scope, ServerVersion, Watch } from './kube-api';
export {
  mutatingWebhookConfigurations,
  namespaces,
  secrets,
  type KubeObject,
  type ObjectMeta,
  type ObjectRef,
  type Resource,
  type Secret,
  type Webhook,
  type WebhookConfiguration,
} from './resource';
