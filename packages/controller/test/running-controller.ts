import { httpTransport } from '@podlag/client';
import { createLogger, loadConfig } from '@podlag/core';
import type { KubeApi } from '@podlag/kube';
import { startController, type Controller, type ControllerParts } from '../src/controller';
import { settingsSchema } from '../src/settings';

let started = 0;

/** A controller in this process, which leads as soon as the Lease lets it. */
export function runningController(
  api: KubeApi,
  { env = {}, ...parts }: Partial<ControllerParts> & { readonly env?: Record<string, string> } = {},
): Promise<Controller> {
  return startController({
    api,
    settings: loadConfig(settingsSchema, {
      env: { PODLAG_METRICS_PORT: '0', PODLAG_LISTEN_HOST: '127.0.0.1', ...env },
    }),
    logger: createLogger('controller', 'silent'),
    identity: `controller-${++started}`,
    transport: ({ address, port }) => httpTransport(address, port),
    resolve: (hostname) => Promise.reject(new Error(`queryA ENOTFOUND ${hostname}`)),
    election: { leaseDurationMs: 1_500, renewDeadlineMs: 1_000, retryPeriodMs: 200 },
    ...parts,
  });
}
