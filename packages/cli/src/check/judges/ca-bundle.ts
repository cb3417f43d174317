import type { Check } from '../check';
import type { Evidence } from '../evidence';
import { publishCommand } from '../certificate-source';
import { valueOf } from '../reading';
import { failed, nothingToSay, ok, verdictOn } from '../verdict';
import { caBundleOf, certificatesIn, leafOf } from '../webhook-certificates';

/** Whether API servers trust the certificate that the injector shows. */
export const caBundle: Check<Pick<Evidence, 'webhook' | 'certificate' | 'injector' | 'ownNamespace'>> = {
  name: 'ca-bundle',
  group: 'certificate',
  judge: (evidence) =>
    verdictOn(evidence.webhook, (configuration) => {
      if (configuration === undefined) return nothingToSay;
      const bundle = caBundleOf(configuration);
      const fix = publishCommand(evidence);
      if (bundle === '')
        return failed('the webhook’s caBundle is empty: no API server trusts the injector', fix);
      const trusted = certificatesIn(bundle);
      if (trusted.length === 0) return failed('the webhook’s caBundle holds no certificate', fix);
      const leaf = leafOf(valueOf(evidence.certificate));
      if (leaf === undefined)
        return ok(`the caBundle holds ${trusted.length} certificates; the injector's was not read`);
      if (trusted.some((ca) => leaf.verify(ca.publicKey)))
        return ok('the caBundle is of the CA that signed the certificate');
      return failed(
        'the webhook’s caBundle is of another CA than signed the injector’s certificate: no API server trusts it',
        fix,
      );
    }),
};
