import { isPodlagError } from '@podlag/core';
import { parseTemplate } from '@podlag/injector';
import type { Check } from '../check';
import type { Evidence } from '../evidence';
import { installCommand, ownNames, templateKey } from '../own-objects';
import { failed, ok, verdictOn, type Verdict } from '../verdict';

/** Whether the sidecar template can be used, by the injector's own reader. */
export const sidecarTemplate: Check<Pick<Evidence, 'template' | 'injector' | 'controller' | 'ownNamespace'>> =
  {
    name: 'sidecar-template',
    group: 'injector',
    judge: (evidence) =>
      verdictOn(evidence.template, (configMap) => {
        const text = configMap?.data?.[templateKey];
        if (text !== undefined) return judgeText(text, evidence.ownNamespace);
        const where = `ConfigMap ${evidence.ownNamespace}/${ownNames.template}`;
        return failed(
          configMap === undefined ? `there is no ${where}` : `${where} has no key ${templateKey}`,
          installCommand(evidence),
        );
      }),
  };

function judgeText(text: string, ownNamespace: string): readonly Verdict[] {
  try {
    const { agent } = parseTemplate({ name: templateKey, text });
    return ok(`the template adds ${agent.name}`);
  } catch (error) {
    if (!isPodlagError(error)) throw error;
    return failed(
      `the template cannot be used, and pods get the last good one or none: ${error.detail}`,
      `Correct it: kubectl -n ${ownNamespace} edit configmap ${ownNames.template}`,
    );
  }
}
