import { Duration, setting } from '@podlag/core';
import * as z from 'zod';

/** Everything that can be set, by the environment (`PODLAG_METRICS_PORT`). */
export const settingsSchema = z.strictObject({
  /** Where /metrics, /healthz and /readyz are, plain HTTP. */
  metricsPort: setting.port().default(9090),
  /** The address for it; every one of the machine when not given. */
  listenHost: setting.text().optional(),
  /** The namespace of the Lease, of the token keys, and of the controller itself. */
  ownNamespace: setting.text().default('podlag-system'),
  /** The Lease by which one of several controllers leads. */
  leaseName: setting.text().default('podlag-controller'),
  /** By what name this controller holds the Lease; the pod's name, by the downward API. Made up when not given. */
  identity: setting.text().optional(),
  /** Token: every change asked of an agent carries a token that the controller signs, and it keeps the keys. */
  agentAccess: z.enum(['open', 'token']).default('open'),
  /** Of agentAccess token: the age at which the signing key is replaced. */
  keyLife: setting.duration().default(() => Duration.parse('720h')),
  /** Requests to agents at the same time. */
  maxConcurrent: setting.count(1, 1_000).default(64),
  /** How long one request to an agent may take, and when one that does not answer counts as failed. A change of ten thousand targets takes a second in a kernel. */
  agentTimeout: setting.duration().default(() => Duration.parse('10s')),
  /** How often the round trips between regions are measured again. */
  baselineInterval: setting.duration().default(() => Duration.parse('5m')),
  logLevel: setting.logLevel().default('info'),
});

export type Settings = Readonly<z.output<typeof settingsSchema>>;
