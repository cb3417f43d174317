import { podlagNamespace } from '@podlag/access';
import { isPodlagError } from '@podlag/core';
import { mutatingWebhookConfigurations, type KubeApi } from '@podlag/kube';
import * as z from 'zod';

const configurationName = 'podlag-injector';
const calls = z.object({ service: z.object({ namespace: z.string() }) });

/**
 * The namespace that podlag itself runs in: that of the Service which its webhook calls; podlag-system where there is no such
 * webhook, or whoever asks may not read it.
 */
export async function ownNamespaceIn(api: KubeApi): Promise<string> {
  const configuration = await api
    .get(mutatingWebhookConfigurations, { name: configurationName })
    .catch(orNotAllowed);
  const [webhook] = configuration?.webhooks ?? [];
  return calls.safeParse(webhook?.clientConfig).data?.service.namespace ?? podlagNamespace;
}

function orNotAllowed(error: unknown): undefined {
  if (!isPodlagError(error, 'kube-forbidden')) throw error;
}
