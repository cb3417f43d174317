import { tokenConfigMap, tokenSecret } from '@podlag/access';
import { customResources } from '@podlag/api';
import {
  configMaps,
  customResourceDefinitions,
  deployments,
  endpointSlices,
  leases,
  mutatingWebhookConfigurations,
  namespaces,
  pods,
  replicaSets,
  secrets,
  serviceNameLabel,
  services,
  type ApiCall,
  type KubeApi,
  type Pod,
  type ServerVersion,
  type Workload,
} from '@podlag/kube';
import { version as ownVersion } from '../../package.json';
import { isGone } from '../agents/gone-pod';
import type { Cluster, CommandContext } from '../frame/command-context';
import { ownNamespaceIn } from '../frame/own-namespace';
import { objectKinds } from '../objects/object-kinds';
import { listedObject, listObjects } from '../objects/object-list';
import type { BeforeInstall, Evidence, Program, SeenObject } from './evidence';
import { networkPolicies } from './network-policy';
import { certificateSecretName, ownNames, sidecarPolicies, sidecarPolicyBindings } from './own-objects';
import { readAgents } from './read-agents';
import { reading, valueOf, type Reading } from './reading';
import {
  accountOf,
  controllerRights,
  injectorRights,
  installRights,
  missingRights,
  type OwnPlace,
} from './rights';
import { tryPod } from './trial-pod';

/** What --pre looks at. @throws PodlagError `kube-unavailable`, `kube-unauthorized`: then there is nothing to look at */
export async function readBeforeInstall(
  { clock }: Pick<CommandContext, 'clock'>,
  { api, namespace }: Cluster,
): Promise<BeforeInstall> {
  const server = await api.serverVersion();
  const [namespaceObject, missing] = await Promise.all([
    reading(api.get(namespaces, { name: namespace })),
    reading(missingRights(api, installRights)),
  ]);
  return { now: clock.now(), server, namespace, namespaceObject, missingRights: missing };
}

/** Everything that the checks look at, side by side. @throws as readBeforeInstall */
export async function readEvidence(context: CommandContext, cluster: Cluster): Promise<Evidence> {
  const { api, namespace } = cluster;
  const server: ServerVersion = await api.serverVersion();
  const ownNamespace = await ownNamespaceIn(api);
  const [programs, objects, ofNamespace] = await Promise.all([
    readPrograms(api, ownNamespace),
    readOwnObjects(api, ownNamespace),
    readNamespace(context, cluster),
  ]);
  return {
    ...{ now: context.clock.now(), ownVersion, server, namespace, ownNamespace },
    ...programs,
    ...objects,
    ...ofNamespace,
  };
}

async function readPrograms(
  api: KubeApi,
  namespace: string,
): Promise<Pick<Evidence, 'injector' | 'controller' | 'certificate'>> {
  const [injector, controller] = await Promise.all([
    readProgram(api, { namespace, name: ownNames.injector }, injectorRights),
    readProgram(api, { namespace, name: ownNames.controller }, controllerRights),
  ]);
  const certificate = certificateSecretName(valueOf(injector.deployment));
  const place = { namespace, name: certificate };
  return { injector, controller, certificate: await reading(api.get(secrets, place)) };
}

async function readProgram(
  api: KubeApi,
  ref: OwnPlace,
  rights: (deployment: Workload | undefined, namespace: string) => readonly ApiCall[],
): Promise<Program> {
  const deployment = await reading(api.get(deployments, ref));
  const found = valueOf(deployment);
  const missing = missingRights(api, rights(found, ref.namespace), accountOf(found, ref));
  return { deployment, missingRights: await reading(missing) };
}

type OwnObjects = Pick<
  Evidence,
  'definitions' | 'template' | 'webhook' | 'service' | 'endpoints' | 'sidecarPolicy' | 'lease'
> &
  Pick<Evidence, 'tokenSecret' | 'tokenConfigMap'>;

async function readOwnObjects(api: KubeApi, namespace: string): Promise<OwnObjects> {
  const own = (name: string): OwnPlace => ({ namespace, name });
  const labelSelector = `${serviceNameLabel}=${ownNames.injector}`;
  const [definitions, template, webhook, service, endpoints, policy, lease, secret, keys] = await Promise.all(
    [
      reading(readDefinitions(api)),
      reading(api.get(configMaps, own(ownNames.template))),
      reading(api.get(mutatingWebhookConfigurations, { name: ownNames.injector })),
      reading(api.get(services, own(ownNames.injector))),
      reading(api.list(endpointSlices, { namespace, labelSelector })),
      reading(readPolicy(api)),
      reading(api.get(leases, own(ownNames.lease))),
      reading(api.get(secrets, own(tokenSecret.name))),
      reading(api.get(configMaps, own(tokenConfigMap.name))),
    ],
  );
  return {
    ...{ definitions, template, webhook, service, endpoints, lease },
    ...{ sidecarPolicy: policy, tokenSecret: secret, tokenConfigMap: keys },
  };
}

const group = 'podlag.io';

function readDefinitions(api: KubeApi): Promise<Extract<Evidence['definitions'], { kind: 'read' }>['value']> {
  return Promise.all(
    customResources.map(async ({ plural }) => {
      const name = `${plural}.${group}`;
      return { name, definition: await api.get(customResourceDefinitions, { name }) };
    }),
  );
}

async function readPolicy(api: KubeApi): Promise<{ policy: boolean; binding: boolean }> {
  const [policy, binding] = await Promise.all([
    api.get(sidecarPolicies, { name: ownNames.policy }),
    api.get(sidecarPolicyBindings, { name: ownNames.policy }),
  ]);
  return { policy: policy !== undefined, binding: binding !== undefined };
}

type OfNamespace = Pick<
  Evidence,
  'namespaceObject' | 'trial' | 'pods' | 'replicaSets' | 'networkPolicies' | 'objects' | 'agents'
>;

async function readNamespace(context: CommandContext, cluster: Cluster): Promise<OfNamespace> {
  const { api, namespace } = cluster;
  const [namespaceObject, trial, sets, policies, objects, found] = await Promise.all([
    reading(api.get(namespaces, { name: namespace })),
    reading(tryPod(api, namespace)),
    reading(api.list(replicaSets, { namespace })),
    reading(api.list(networkPolicies, { namespace })),
    reading(readObjects(api, namespace)),
    readPods(context, cluster),
  ]);
  return {
    ...{ namespaceObject, trial, objects, ...found },
    ...{ replicaSets: sets, networkPolicies: policies },
  };
}

async function readPods(
  context: CommandContext,
  cluster: Cluster,
): Promise<{ pods: Reading<readonly Pod[]>; agents: Evidence['agents'] }> {
  const all = await reading(cluster.api.list(pods, { namespace: cluster.namespace }));
  if (all.kind === 'unread') return { pods: all, agents: [] };
  const there = all.value
    .filter((pod) => !isGone(pod))
    .toSorted((one, other) => one.metadata.name.localeCompare(other.metadata.name, 'en'));
  return {
    pods: { kind: 'read', value: there },
    agents: await readAgents(context, cluster, there),
  };
}

async function readObjects(api: KubeApi, namespace: string): Promise<readonly SeenObject[]> {
  const kinds = Object.values(objectKinds);
  const lists = await Promise.all(
    kinds.map(async (kind) => {
      const objects = await listObjects(api, kind, namespace);
      const resource = kind.kind.toLowerCase();
      return objects.map((object) => ({ listed: listedObject(kind, object), resource, object }));
    }),
  );
  return lists.flat();
}
