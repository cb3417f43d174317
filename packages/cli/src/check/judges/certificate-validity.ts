import type { Check } from '../check';
import type { Evidence } from '../evidence';
import { renewCommand } from '../certificate-source';
import { certificateSecretName, ownNames } from '../own-objects';
import { valueOf } from '../reading';
import { failed, ok, verdictOn, warning } from '../verdict';
import { leafOf } from '../webhook-certificates';

/** Every source renews after two thirds of a certificate's life: with less than this share left, none does. */
const leastShare = 0.2;

/** Whether the certificate that the injector shows is good now, for the name by which API servers call. */
export const certificateValidity: Check<
  Pick<Evidence, 'now' | 'certificate' | 'injector' | 'webhook' | 'ownNamespace'>
> = {
  name: 'certificate-validity',
  group: 'certificate',
  judge: (evidence) =>
    verdictOn(evidence.certificate, (secret) => {
      const where = `Secret ${evidence.ownNamespace}/${certificateSecretName(valueOf(evidence.injector.deployment))}`;
      const leaf = leafOf(secret);
      const fix = renewCommand(evidence);
      if (leaf === undefined) return failed(`${where} holds no certificate`, fix);
      const [from, to] = [leaf.validFromDate.getTime(), leaf.validToDate.getTime()];
      const end = leaf.validToDate.toISOString();
      if (evidence.now >= to) return failed(`the certificate in ${where} expired at ${end}`, fix);
      if (evidence.now < from) {
        return failed(
          `the certificate in ${where} is good only from ${leaf.validFromDate.toISOString()}`,
          fix,
        );
      }
      const serviceName = `${ownNames.injector}.${evidence.ownNamespace}.svc`;
      if (leaf.checkHost(serviceName) === undefined) {
        return failed(`the certificate in ${where} is not for ${serviceName}`, fix);
      }
      const words = `the certificate is good until ${end}`;
      const isLate = to - evidence.now < leastShare * (to - from);
      return isLate ? warning(`${words}, and should have been renewed by now`, fix) : ok(words);
    }),
};
