import { podSecurityEnforceLabel } from '@podlag/core';
import type { Check } from '../check';
import type { BeforeInstall, Evidence } from '../evidence';
import { restrictiveLevel } from '../pod-security-level';
import { failed, nothingToSay, ok, verdictOn } from '../verdict';

/** Whether Pod Security lets agents in, which need NET_ADMIN. */
export const podSecurity: Check<
  Pick<BeforeInstall, 'namespace' | 'namespaceObject'> & Partial<Pick<Evidence, 'injector'>>
> = {
  name: 'pod-security',
  group: 'namespace',
  judge: (evidence) =>
    verdictOn(evidence.namespaceObject, (found) => {
      if (found === undefined) return nothingToSay;
      const strict = restrictiveLevel(evidence);
      if (strict === undefined) return ok(`Pod Security lets NET_ADMIN into ${evidence.namespace}`);
      const { level, from } = strict;
      return failed(
        `the ${from} enforces the Pod Security level ${level}, which forbids NET_ADMIN: pods of ${evidence.namespace} get no sidecar`,
        `kubectl label --overwrite ns ${evidence.namespace} ${podSecurityEnforceLabel}=privileged`,
      );
    }),
};
