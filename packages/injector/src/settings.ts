import { Duration, setting } from '@podlag/core';
import * as z from 'zod';
import { podSecurityAnswers } from './decision';
import { sidecarModes } from './sidecar';

/** Everything that can be set, from the environment (`PODLAG_LISTEN_PORT`) or a file (`listenPort`). */
export const settingsSchema = z.strictObject({
  /** Where /mutate, /healthz and /readyz are, over TLS. */
  listenPort: setting.port().default(8443),
  /** Where /metrics is, plain. */
  metricsPort: setting.port().default(9090),
  /** The address for both; every one of the machine when not given. */
  listenHost: setting.text().optional(),
  templateFile: setting.text().default('/etc/podlag/template/sidecarconfig.yaml'),
  certFile: setting.text().default('/etc/podlag/certs/tls.crt'),
  keyFile: setting.text().default('/etc/podlag/certs/tls.key'),
  /** The CA that the webhook configuration has as caBundle; when given, the certificate must be signed by it. */
  caFile: setting.text().optional(),
  /** YAML: namespace -> label -> value. Without it the rules that need labels do not apply. */
  namespaceLabelsFile: setting.text().optional(),
  /** The namespace that the injector itself runs in; nothing is injected there. */
  ownNamespace: setting.text().default('podlag-system'),
  /**
   * Plain works on every cluster. Before Kubernetes 1.29 a native sidecar is an ordinary init container, which never
   * ends: the pod would hang. So native is for whoever knows the cluster's version.
   */
  sidecarMode: z.enum(sidecarModes).default('plain'),
  /** What to do where the namespace's PodSecurity level forbids NET_ADMIN. */
  onPodSecurity: z.enum(podSecurityAnswers).default('skip'),
  /**
   * How long to go on serving after SIGTERM: until every API server has noticed that this endpoint is gone.
   * terminationGracePeriodSeconds has to be longer.
   */
  drainPeriod: setting.duration().default(() => Duration.parse('10s')),
  logLevel: setting.logLevel().default('info'),
  /** Reviews at the same time, above which the next gets a 503. */
  maxConcurrent: setting.count(1, 10_000).default(128),
});

export type Settings = Readonly<z.output<typeof settingsSchema>>;
