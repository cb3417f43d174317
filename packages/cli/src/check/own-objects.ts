import { podlagNamespace } from '@podlag/access';
import type { KubeObject, Resource, Workload } from '@podlag/kube';
import * as z from 'zod';
import type { Install } from './evidence';
import { valueOf } from './reading';

/** What an install has in podlag's namespace, by the names that deploy/ and the chart give. */
export const ownNames = {
  injector: 'podlag-injector',
  controller: 'podlag-controller',
  template: 'podlag-injector-template',
  certificate: 'podlag-injector-certs',
  policy: 'podlag-sidecar',
  lease: 'podlag-controller',
} as const;

/** The key of the template's ConfigMap. */
export const templateKey = 'sidecarconfig.yaml';

export const sidecarPolicies: Resource<KubeObject> = {
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'ValidatingAdmissionPolicy',
  plural: 'validatingadmissionpolicies',
  namespaced: false,
};

export const sidecarPolicyBindings: Resource<KubeObject> = {
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'ValidatingAdmissionPolicyBinding',
  plural: 'validatingadmissionpolicybindings',
  namespaced: false,
};

const podSpec = z.looseObject({
  serviceAccountName: z.string().optional(),
  containers: z.array(
    z.looseObject({
      env: z.array(z.looseObject({ name: z.string(), value: z.string().optional() })).optional(),
      volumeMounts: z.array(z.looseObject({ name: z.string(), mountPath: z.string() })).optional(),
    }),
  ),
  volumes: z
    .array(
      z.looseObject({
        name: z.string(),
        secret: z.looseObject({ secretName: z.string().optional() }).optional(),
      }),
    )
    .optional(),
});

function podSpecOf(deployment: Workload | undefined): z.output<typeof podSpec> | undefined {
  return podSpec.safeParse(deployment?.spec?.template?.spec).data;
}

/** The value that a Deployment gives a setting, as `PODLAG_CERT_SOURCE`; undefined where it does not say. */
export function settingOf(deployment: Workload | undefined, variable: string): string | undefined {
  const [container] = podSpecOf(deployment)?.containers ?? [];
  return container?.env?.find(({ name }) => name === variable)?.value;
}

export function serviceAccountOf(deployment: Workload | undefined, fallback: string): string {
  return podSpecOf(deployment)?.serviceAccountName ?? fallback;
}

const certificateFolder = '/etc/podlag/certs';

/** The Secret with the webhook's certificate: the one that is mounted, or that the injector itself keeps. */
export function certificateSecretName(deployment: Workload | undefined): string {
  const spec = podSpecOf(deployment);
  const mount = spec?.containers[0]?.volumeMounts?.find(({ mountPath }) => mountPath === certificateFolder);
  const mounted = spec?.volumes?.find(({ name }) => name === mount?.name)?.secret?.secretName;
  return mounted ?? settingOf(deployment, 'PODLAG_CERT_SECRET') ?? ownNames.certificate;
}

const byKubectl = 'kubectl apply -k deploy/';

const byHelm = ({ ownNamespace }: Install): string =>
  `helm upgrade podlag deploy/helm/podlag --namespace ${ownNamespace} --reuse-values`;

/** deploy/ itself is for one namespace only: elsewhere an overlay has put it, or something else that nobody here knows. */
const byWhoeverDid = ({ ownNamespace }: Install): string =>
  `Apply again what installed podlag in ${ownNamespace}`;

/** The command that brings back what deploy/ or the chart has installed, open or with tokens as it is now. */
export function installCommand(install: Install): string {
  if (isOfHelm(install)) return byHelm(install);
  if (install.ownNamespace !== podlagNamespace) return byWhoeverDid(install);
  const hasTokens = found(install).some((one) => settingOf(one, 'PODLAG_AGENT_ACCESS') === 'token');
  // deploy/ alone has the controller open, and not the role by which it keeps the keys.
  return hasTokens ? `${byKubectl} && ${tokenModeCommand(install)}` : byKubectl;
}

/** The command that has agents ask for tokens. */
export function tokenModeCommand(install: Install): string {
  if (isOfHelm(install)) return `${byHelm(install)} --set agentAccess=token`;
  if (install.ownNamespace !== podlagNamespace) {
    return `${byWhoeverDid(install)}, with deploy/components/token-access`;
  }
  const both = `deployment/${ownNames.injector} deployment/${ownNames.controller}`;
  return (
    'kubectl apply -f deploy/components/token-access/keeper.yaml && ' +
    `kubectl -n ${podlagNamespace} set env ${both} PODLAG_AGENT_ACCESS=token`
  );
}

function found({ injector, controller }: Install): readonly Workload[] {
  return [injector, controller].flatMap(({ deployment }) => valueOf(deployment) ?? []);
}

function isOfHelm(install: Install): boolean {
  return found(install).some(({ metadata }) => metadata.labels?.['app.kubernetes.io/managed-by'] === 'Helm');
}

/** The command that has a program start anew. */
export function restartCommand(
  program: 'injector' | 'controller',
  { ownNamespace }: Pick<Install, 'ownNamespace'>,
): string {
  return `kubectl -n ${ownNamespace} rollout restart deployment/${ownNames[program]}`;
}
