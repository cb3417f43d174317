import { podlagNamespace, tokenConfigMap, tokenSecret } from '@podlag/access';
import { printApiCall, type ApiCall, type KubeApi, type Verb, type Workload } from '@podlag/kube';
import { certificateSecretName, ownNames, serviceAccountOf, settingOf } from './own-objects';

/** An object of podlag's namespace, wherever that is. */
export interface OwnPlace {
  readonly namespace: string;
  readonly name: string;
}

const calls = (resource: string, verbs: readonly Verb[], place: Partial<ApiCall> = {}): readonly ApiCall[] =>
  verbs.map((verb) => ({ verb, resource, ...place }));

/** What an install makes, where the README's own commands put it. */
export const installRights: readonly ApiCall[] = [
  ...calls('namespaces', ['create']),
  ...calls('customresourcedefinitions.apiextensions.k8s.io', ['create']),
  ...calls('clusterroles.rbac.authorization.k8s.io', ['create']),
  ...calls('clusterrolebindings.rbac.authorization.k8s.io', ['create']),
  ...calls('mutatingwebhookconfigurations.admissionregistration.k8s.io', ['create']),
  ...calls('validatingadmissionpolicies.admissionregistration.k8s.io', ['create']),
  ...['secrets', 'configmaps', 'services', 'serviceaccounts'].flatMap((resource) =>
    calls(resource, ['create'], { namespace: podlagNamespace }),
  ),
  ...calls('deployments.apps', ['create'], { namespace: podlagNamespace }),
  ...calls('roles.rbac.authorization.k8s.io', ['create'], { namespace: podlagNamespace }),
];

/** What the injector's service account needs, by how the injector is set. */
export function injectorRights(deployment: Workload | undefined, namespace: string): readonly ApiCall[] {
  const keepsCertificate = settingOf(deployment, 'PODLAG_CERT_SOURCE') === 'self-signed';
  const hasTokens = settingOf(deployment, 'PODLAG_AGENT_ACCESS') === 'token';
  return [
    ...calls('namespaces', ['list', 'watch']),
    ...(settingOf(deployment, 'PODLAG_EVENTS') === 'false' ? [] : calls('events', ['create'])),
    ...(keepsCertificate
      ? [
          ...calls('mutatingwebhookconfigurations.admissionregistration.k8s.io', ['watch', 'patch'], {
            name: ownNames.injector,
          }),
          ...calls('secrets', ['watch', 'update'], {
            namespace,
            name: certificateSecretName(deployment),
          }),
        ]
      : []),
    ...(hasTokens ? calls('configmaps', ['watch'], { namespace, name: tokenConfigMap.name }) : []),
  ];
}

const ownKinds = ['networkfaults.podlag.io', 'latencymatrices.podlag.io', 'scenarios.podlag.io'];

/** What the controller's service account needs, by how the controller is set. */
export function controllerRights(deployment: Workload | undefined, namespace: string): readonly ApiCall[] {
  const hasTokens = settingOf(deployment, 'PODLAG_AGENT_ACCESS') === 'token';
  const lease = { namespace, name: ownNames.lease };
  return [
    ...ownKinds.flatMap((kind) => calls(kind, ['list', 'watch'])),
    ...ownKinds.flatMap((kind) => calls(kind, ['patch'], { subresource: 'status' })),
    ...['pods', 'services', 'nodes', 'namespaces', 'endpointslices.discovery.k8s.io'].flatMap((kind) =>
      calls(kind, ['list', 'watch']),
    ),
    ...calls('events', ['create']),
    ...calls('leases.coordination.k8s.io', ['get', 'update'], lease),
    ...(hasTokens
      ? [
          ...calls('secrets', ['update'], { namespace, name: tokenSecret.name }),
          ...calls('configmaps', ['update'], { namespace, name: tokenConfigMap.name }),
        ]
      : []),
  ];
}

/** Of the calls those that the API server would not allow: to whoever asks, or to a service account. */
export async function missingRights(
  api: KubeApi,
  needed: readonly ApiCall[],
  serviceAccount?: OwnPlace,
): Promise<readonly ApiCall[]> {
  const allowed = await Promise.all(needed.map((call) => api.isAllowed(call, serviceAccount)));
  return needed.filter((_, index) => allowed[index] === false);
}

const mostShown = 4;

/** As `kubectl auth can-i` takes them, the first few. */
export function rightsText(missing: readonly ApiCall[]): string {
  const shown = missing.slice(0, mostShown).map(printApiCall).join('; ');
  return missing.length > mostShown ? `${shown}; and ${missing.length - mostShown} more` : shown;
}

/** The service account that a program of podlag's runs as. */
export function accountOf(deployment: Workload | undefined, { namespace, name }: OwnPlace): OwnPlace {
  return { namespace, name: serviceAccountOf(deployment, name) };
}
