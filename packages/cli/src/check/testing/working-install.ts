import { KeyRing, podlagNamespace, tokenConfigMap, tokenSecret } from '@podlag/access';
import { customResources } from '@podlag/api';
import { annotations, injectionLabel, type Clock } from '@podlag/core';
import { newCertificate } from '@podlag/injector';
import {
  configMaps,
  customResourceDefinitions,
  deployments,
  endpointSlices,
  kubeApiWith,
  leases,
  mutatingWebhookConfigurations,
  namespaces,
  secrets,
  serviceNameLabel,
  services,
  type KubeApi,
  type Workload,
} from '@podlag/kube';
import type { FakeKubeApi } from '@podlag/kube/testing';
import { shippedTemplate } from '../../inject/shipped-template';
import { ownNames, sidecarPolicies, sidecarPolicyBindings, templateKey } from '../own-objects';
import type { OwnPlace } from '../rights';

export const base64 = (text: string): string => Buffer.from(text).toString('base64');

const ownPlace = (name: string, namespace = podlagNamespace): OwnPlace => ({ namespace, name });

/** For tests: all that an install brings to a cluster, as it is when it works, and the labelled namespace shop. */
export function seedInstall(api: FakeKubeApi, clock: Clock, namespace = podlagNamespace): void {
  const now = new Date(clock.now());
  seedPrograms(api, now, namespace);
  seedWebhook(api, now, namespace);
  for (const { plural, kind } of customResources) {
    api.seed(customResourceDefinitions, {
      metadata: { name: `${plural}.podlag.io` },
      spec: {
        ...{ group: 'podlag.io', scope: 'Namespaced', names: { kind, plural } },
        versions: [{ name: 'v1alpha1', served: true, storage: true }],
      },
      status: { conditions: [{ type: 'Established', status: 'True' }] },
    });
  }
  api.seed(sidecarPolicies, { metadata: { name: ownNames.policy } });
  api.seed(sidecarPolicyBindings, { metadata: { name: ownNames.policy } });
  api.seed(namespaces, {
    metadata: { name: 'shop', labels: { [injectionLabel.name]: injectionLabel.value } },
  });
}

/** For tests: the same API server, on which the injector gives pods their sidecar. */
export function withInjector(api: KubeApi): KubeApi {
  return kubeApiWith(api, {
    apply: async (resource, object, options) => {
      const answer = await api.apply(resource, object, options);
      return {
        ...answer,
        metadata: { ...answer.metadata, annotations: { [annotations.status]: '{}' } },
      };
    },
  });
}

/** For tests: a Deployment as podlag's are, all of its pods ready. */
export function program(
  name: string,
  env: Readonly<Record<string, string>>,
  namespace = podlagNamespace,
): Workload {
  const container = { name, env: Object.entries(env).map(([key, value]) => ({ name: key, value })) };
  return {
    metadata: ownPlace(name, namespace),
    spec: { replicas: 2, template: { spec: { serviceAccountName: name, containers: [container] } } },
    status: { replicas: 2, readyReplicas: 2 },
  };
}

function seedPrograms(api: FakeKubeApi, now: Date, namespace: string): void {
  const own = (name: string): OwnPlace => ownPlace(name, namespace);
  api.seed(deployments, program(ownNames.injector, { PODLAG_CERT_SOURCE: 'self-signed' }, namespace));
  api.seed(deployments, program(ownNames.controller, {}, namespace));
  api.seed(configMaps, { metadata: own(ownNames.template), data: { [templateKey]: shippedTemplate } });
  api.seed(leases, {
    metadata: own(ownNames.lease),
    spec: { holderIdentity: 'podlag-controller-1', renewTime: now.toISOString(), leaseDurationSeconds: 15 },
  });
}

function seedWebhook(api: FakeKubeApi, now: Date, namespace: string): void {
  const own = (name: string): OwnPlace => ownPlace(name, namespace);
  const { ca, cert, key } = newCertificate({
    ...{ hosts: [`podlag-injector.${namespace}.svc`], lifeMs: 30 * 24 * 3_600_000, now },
  });
  const service = own(ownNames.injector);
  api.seed(secrets, {
    metadata: own(ownNames.certificate),
    data: { 'ca.crt': base64(ca), 'tls.crt': base64(cert), 'tls.key': base64(key) },
  });
  api.seed(mutatingWebhookConfigurations, {
    metadata: { name: ownNames.injector },
    webhooks: [
      {
        name: 'injector.podlag.io',
        clientConfig: { service, caBundle: base64(ca) },
        namespaceSelector: { matchLabels: { [injectionLabel.name]: injectionLabel.value } },
      },
    ],
  });
  api.seed(services, { metadata: service, spec: { ports: [{ port: 443 }] } });
  api.seed(endpointSlices, {
    metadata: { ...own(`${ownNames.injector}-1`), labels: { [serviceNameLabel]: ownNames.injector } },
    addressType: 'IPv4',
    endpoints: [{ addresses: ['10.1.0.9'], conditions: { ready: true } }],
  });
}

/** For tests: token mode, with keys where they should be. */
export function seedTokens(api: FakeKubeApi, clock: Clock): void {
  const ring = KeyRing.generate(new Date(clock.now()));
  const env = { PODLAG_AGENT_ACCESS: 'token' };
  api.seed(deployments, program(ownNames.injector, { ...env, PODLAG_CERT_SOURCE: 'self-signed' }));
  api.seed(deployments, program(ownNames.controller, env));
  api.seed(secrets, {
    metadata: ownPlace(tokenSecret.name),
    data: { [tokenSecret.key]: base64(JSON.stringify(ring.document())) },
  });
  api.seed(configMaps, {
    metadata: ownPlace(tokenConfigMap.name),
    data: { [tokenConfigMap.key]: JSON.stringify(ring.publicKeys.document()) },
  });
}
