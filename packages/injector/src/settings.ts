import { Duration, setting } from '@podlag/core';
import * as z from 'zod';
import { agentAccessModes } from './agent-access';
import { podSecurityAnswers, podSecurityLevels } from './decision';
import { sidecarModes } from './sidecar';

const needsApi = 'needs the Kubernetes API: set kubernetesApi (PODLAG_KUBERNETES_API) to in-cluster';

const minuteMs = 60_000;
const longestLifeMs = 365 * 24 * 60 * minuteMs;

/** `720h`, `90m`, `1h30m`. Longer than a Duration can be: that counts nanoseconds. */
const lifetimePattern = /^(?=.)(?:([0-9]{1,6})h)?(?:([0-9]{1,6})m)?$/;

const lifetime = z
  .string()
  .regex(lifetimePattern, 'must be hours and minutes, as 720h')
  .transform((text) => {
    const [, hours = '0', minutes = '0'] = lifetimePattern.exec(text) ?? [];
    return { milliseconds: (Number(hours) * 60 + Number(minutes)) * minuteMs };
  })
  .refine(({ milliseconds }) => milliseconds >= minuteMs, 'must be a minute (1m) or longer')
  .refine(({ milliseconds }) => milliseconds <= longestLifeMs, 'must be a year (8760h) or shorter');

const fields = z.strictObject({
  /** Where /mutate, /healthz and /readyz are, over TLS. */
  listenPort: setting.port().default(8443),
  /** Where /metrics is, plain. */
  metricsPort: setting.port().default(9090),
  /** The address for both; every one of the machine when not given. */
  listenHost: setting.text().optional(),
  templateFile: setting.text().default('/etc/podlag/template/sidecarconfig.yaml'),
  /**
   * Whether to talk to the API server: for the labels of namespaces, the cluster's version, Events and a certificate of
   * its own making. In-cluster is with the pod's service account.
   */
  kubernetesApi: z.enum(['none', 'in-cluster']).default('none'),
  /** Self-signed: made, published and renewed by the injector itself; files: by cert-manager or podlag-certs. */
  certSource: z.enum(['files', 'self-signed']).default('files'),
  /** Of source self-signed: the Secret, in ownNamespace, that the replicas share. */
  certSecret: setting.text().default('podlag-injector-certs'),
  /** Of source self-signed: how long a certificate is valid. A new one is made after two thirds of it. */
  certificateLife: lifetime.default({ milliseconds: 30 * 24 * 60 * minuteMs }),
  /** Of source self-signed: the Service by which the API server calls. The certificate is for its names. */
  service: setting.text().default('podlag-injector'),
  /** Of source self-signed: the MutatingWebhookConfiguration whose caBundle is kept right. */
  webhookConfiguration: setting.text().default('podlag-injector'),
  /** The three files of source files. */
  certFile: setting.text().default('/etc/podlag/certs/tls.crt'),
  keyFile: setting.text().default('/etc/podlag/certs/tls.key'),
  /** The CA that the webhook configuration has as caBundle; when given, the certificate must be signed by it. */
  caFile: setting.text().optional(),
  /**
   * YAML: namespace -> label -> value, for an injector without the Kubernetes API. With neither, the rules that need
   * labels do not apply.
   */
  namespaceLabelsFile: setting.text().optional(),
  /** The namespace that the injector itself runs in; nothing is injected there. */
  ownNamespace: setting.text().default('podlag-system'),
  /**
   * Before Kubernetes 1.29 a native sidecar is an ordinary init container, which never ends: the pod would hang. Auto
   * is native where the API server's version shows that no node of the cluster is that old, and plain otherwise.
   */
  sidecarMode: z.enum(['auto', ...sidecarModes]).default('auto'),
  /**
   * What is enforced in a namespace without a PodSecurity label. The API server's AdmissionConfiguration says so, which
   * no API tells: Talos, and RKE2 with a CIS profile, have baseline or restricted there.
   */
  podSecurityDefault: z.enum(podSecurityLevels).default('privileged'),
  /** What to do where the namespace's PodSecurity level forbids NET_ADMIN. */
  onPodSecurity: z.enum(podSecurityAnswers).default('skip'),
  /**
   * Whether agents ask for a token before they change anything. With token the injector gives them the public keys, which it
   * reads from a ConfigMap of ownNamespace, and it is not ready before it has them.
   */
  agentAccess: z.enum(agentAccessModes).default('open'),
  /**
   * Whether to tell a ReplicaSet, StatefulSet or Job by an Event that its pods were left without the sidecar. Only with
   * the Kubernetes API.
   */
  events: setting.flag().default(true),
  /**
   * How long to go on serving after SIGTERM: until every API server has noticed that this endpoint is gone.
   * terminationGracePeriodSeconds has to be longer.
   */
  drainPeriod: setting.duration().default(() => Duration.parse('10s')),
  logLevel: setting.logLevel().default('info'),
  /** Reviews at the same time, above which the next gets a 503. */
  maxConcurrent: setting.count(1, 10_000).default(128),
});

/** Everything that can be set, from the environment (`PODLAG_LISTEN_PORT`) or a file (`listenPort`). */
export const settingsSchema = fields
  .refine(({ certSource, kubernetesApi }) => certSource === 'files' || kubernetesApi === 'in-cluster', {
    path: ['certSource'],
    message: `self-signed ${needsApi}`,
  })
  .refine(({ agentAccess, kubernetesApi }) => agentAccess === 'open' || kubernetesApi === 'in-cluster', {
    path: ['agentAccess'],
    message: `token ${needsApi}`,
  })
  .refine(({ namespaceLabelsFile, kubernetesApi }) => !namespaceLabelsFile || kubernetesApi === 'none', {
    path: ['namespaceLabelsFile'],
    message: 'is for an injector without the Kubernetes API, which tells the labels itself',
  });

export type Settings = Readonly<z.output<typeof settingsSchema>>;
