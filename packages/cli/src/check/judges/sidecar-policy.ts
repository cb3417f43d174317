import type { Check } from '../check';
import type { Evidence } from '../evidence';
import { installCommand, ownNames } from '../own-objects';
import { nothingToSay, ok, verdictOn, warning } from '../verdict';

/** ValidatingAdmissionPolicy is there from here. */
const firstMinor = 30;

/** Whether pods that come without their sidecar are warned about. */
export const sidecarPolicy: Check<
  Pick<Evidence, 'sidecarPolicy' | 'server' | 'injector' | 'controller' | 'ownNamespace'>
> = {
  name: 'sidecar-policy',
  group: 'policy',
  judge: (evidence) => {
    if (evidence.server.minor < firstMinor) return nothingToSay;
    return verdictOn(evidence.sidecarPolicy, ({ policy, binding }) => {
      if (policy && binding) return ok('pods that come without their sidecar are warned about');
      const what = policy ? 'ValidatingAdmissionPolicyBinding' : 'ValidatingAdmissionPolicy';
      return warning(
        `there is no ${what} ${ownNames.policy}: nobody is warned when a pod comes without its sidecar`,
        installCommand(evidence),
      );
    });
  },
};
