import type { Check } from '../check';
import type { Install } from '../evidence';
import { installCommand, ownNames } from '../own-objects';
import { valueOf } from '../reading';
import { rightsText } from '../rights';
import { failed, nothingToSay, ok, verdictOn } from '../verdict';

/** Whether RBAC allows a program of podlag's what it does. */
export function programRights(program: 'injector' | 'controller'): Check<Install> {
  return {
    name: `${program}-rights`,
    group: program,
    judge: (evidence) => {
      const { deployment, missingRights } = evidence[program];
      if (deployment.kind === 'read' && valueOf(deployment) === undefined) return nothingToSay;
      return verdictOn(missingRights, (missing) => {
        if (missing.length === 0)
          return ok(`the service account of ${ownNames[program]} may do what it has to`);
        return failed(
          `the service account of ${ownNames[program]} may not ${rightsText(missing)}`,
          installCommand(evidence),
        );
      });
    },
  };
}
