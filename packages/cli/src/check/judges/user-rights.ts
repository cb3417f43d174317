import type { Check } from '../check';
import type { BeforeInstall } from '../evidence';
import { rightsText } from '../rights';
import { failed, ok, verdictOn } from '../verdict';

/** Whether whoever asks may install. */
export const userRights: Check<Pick<BeforeInstall, 'missingRights'>> = {
  name: 'user-rights',
  group: 'Kubernetes API',
  judge: ({ missingRights }) =>
    verdictOn(missingRights, (missing) => {
      const [first] = missing;
      if (first === undefined) return ok('you may make all that an install makes');
      return failed(
        `you may not ${rightsText(missing)}`,
        'An administrator gives the right: kubectl create clusterrolebinding podlag-install --clusterrole=cluster-admin ' +
          '--user=USER (USER as "kubectl auth whoami" has it)',
      );
    }),
};
