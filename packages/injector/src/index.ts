export { agentAccessModes, openAccess, type AgentAccess } from './agent-access';
export { admit, type Admission, type AdmissionContext } from './admission';
export { printReview, readReview, type AdmissionReview } from './admission-review';
export {
  newCertificate,
  type NewCertificate,
  type NewCertificateOptions,
} from './certificates/new-certificate';
export { decide, type Decision, type InjectionSettings, type Reason } from './decision';
export { startInjector, type Injector, type InjectorOptions } from './injector';
export { noNamespaceLabels, type Labels, type Namespace, type NamespaceLabels } from './namespace';
export type { AddOperation } from './patch';
export { podSchema, type Pod } from './pod';
export { settingsSchema, type Settings } from './settings';
export { skipReasons, type SkipReason } from './skip-rules';
export { parseTemplate, type Template } from './template';
