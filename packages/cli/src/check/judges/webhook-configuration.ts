import { injectionLabel } from '@podlag/core';
import type { Webhook } from '@podlag/kube';
import * as z from 'zod';
import type { Check } from '../check';
import type { Evidence } from '../evidence';
import { installCommand, ownNames } from '../own-objects';
import { failed, ok, verdictOn } from '../verdict';

const shape = z.looseObject({
  clientConfig: z.looseObject({
    service: z.looseObject({ name: z.string(), namespace: z.string() }).optional(),
  }),
  namespaceSelector: z.looseObject({ matchLabels: z.record(z.string(), z.string()).optional() }).optional(),
});

/** Whether API servers are told to ask the injector about pods. */
export const webhookConfiguration: Check<
  Pick<Evidence, 'webhook' | 'injector' | 'controller' | 'ownNamespace'>
> = {
  name: 'webhook-configuration',
  group: 'webhook',
  judge: (evidence) =>
    verdictOn(evidence.webhook, (configuration) => {
      const words = `MutatingWebhookConfiguration ${ownNames.injector}`;
      const [webhook] = configuration?.webhooks ?? [];
      if (webhook === undefined) {
        const what = configuration === undefined ? `there is no ${words}` : `${words} has no webhook`;
        return failed(`${what}: no API server asks the injector`, installCommand(evidence));
      }
      const wrong = whatIsWrong(webhook);
      if (wrong === undefined) return ok(`${words} is for namespaces that are labelled`);
      return failed(`${words} ${wrong}`, installCommand(evidence));
    }),
};

function whatIsWrong(webhook: Webhook): string | undefined {
  const { clientConfig, namespaceSelector } = shape.parse(webhook);
  const { service } = clientConfig;
  if (service?.name !== ownNames.injector) {
    const where = service === undefined ? 'no Service' : `Service ${service.namespace}/${service.name}`;
    return `calls ${where}, not ${ownNames.injector}`;
  }
  const value = namespaceSelector?.matchLabels?.[injectionLabel.name];
  // Without the label it is asked about every pod, which is the user's to want.
  if (value === undefined || value === injectionLabel.value) return undefined;
  return `is for namespaces with ${injectionLabel.name}=${value}, not ${injectionLabel.value}`;
}
