import type { AgentState } from '@podlag/client';
import type {
  ApiCall,
  ConfigMap,
  CustomResourceDefinition,
  EndpointSlice,
  KubeObject,
  Lease,
  Pod,
  Secret,
  ServerVersion,
  Service,
  WebhookConfiguration,
  Workload,
} from '@podlag/kube';
import type { ListedObject } from '../output/object-list-output';
import type { NetworkPolicy } from './network-policy';
import type { Reading } from './reading';

/** What is known before anything is installed: what --pre looks at. */
export interface BeforeInstall {
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly server: ServerVersion;
  /** Whose pods are to get agents. */
  readonly namespace: string;
  /** Undefined when there is none. */
  readonly namespaceObject: Reading<KubeObject | undefined>;
  /** Calls of an install that the API server would not allow the user. */
  readonly missingRights: Reading<readonly ApiCall[]>;
}

/** Everything that the checks of an install look at, read once. Undefined is what is not there. */
export interface Evidence extends Omit<BeforeInstall, 'missingRights'> {
  /** Of this program. */
  readonly ownVersion: string;
  /** Where podlag itself runs. */
  readonly ownNamespace: string;
  readonly definitions: Reading<readonly NamedDefinition[]>;
  readonly injector: Program;
  readonly controller: Program;
  readonly template: Reading<ConfigMap | undefined>;
  readonly webhook: Reading<WebhookConfiguration | undefined>;
  readonly service: Reading<Service | undefined>;
  readonly endpoints: Reading<readonly EndpointSlice[]>;
  /** A pod that the API server would have made in the namespace. */
  readonly trial: Reading<Pod>;
  readonly certificate: Reading<Secret | undefined>;
  readonly sidecarPolicy: Reading<PolicyParts>;
  readonly lease: Reading<Lease | undefined>;
  readonly tokenSecret: Reading<Secret | undefined>;
  readonly tokenConfigMap: Reading<ConfigMap | undefined>;
  /** Of the namespace, without those that are over. */
  readonly pods: Reading<readonly Pod[]>;
  readonly replicaSets: Reading<readonly Workload[]>;
  readonly networkPolicies: Reading<readonly NetworkPolicy[]>;
  readonly agents: readonly SeenAgent[];
  readonly objects: Reading<readonly SeenObject[]>;
}

/** What has been installed, and where. */
export type Install = Pick<Evidence, 'injector' | 'controller' | 'ownNamespace'>;

/** One of podlag's own programs. */
export interface Program {
  readonly deployment: Reading<Workload | undefined>;
  /** Calls that its service account would not be allowed. */
  readonly missingRights: Reading<readonly ApiCall[]>;
}

/** A definition by the name that it should have. */
export interface NamedDefinition {
  readonly name: string;
  readonly definition: CustomResourceDefinition | undefined;
}

/** Whether the two objects of the admission policy are there. */
export interface PolicyParts {
  readonly policy: boolean;
  readonly binding: boolean;
}

/** An agent, and what it says of itself. */
export interface SeenAgent {
  readonly pod: Pod;
  readonly version: Reading<string>;
  readonly capabilities: Reading<AgentState['capabilities']>;
}

/** One of podlag's objects: as it is told, and which pods it asks for. */
export interface SeenObject {
  readonly listed: ListedObject;
  /** As it is typed: `networkfault`. */
  readonly resource: string;
  readonly object: KubeObject;
}
