import { X509Certificate } from 'node:crypto';
import type { Secret } from '@podlag/kube';
import { cliErrors } from '../frame/cli-errors';
import type { Certificate } from '../output/certs-output';

/** What each key of the Secret holds, as in the type kubernetes.io/tls. */
const parts = [
  ['tls.crt', 'webhook certificate'],
  ['ca.crt', 'CA'],
] as const;

const pem = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** The certificates of the webhook's Secret. @param now milliseconds since the epoch @throws PodlagError `bad-file` */
export function certificatesOf(secret: Secret, where: string, now: number): readonly Certificate[] {
  return parts.flatMap(([key, what]) => {
    const text = Buffer.from(secret.data?.[key] ?? '', 'base64').toString();
    return (text.match(pem) ?? []).map((one) => certificate(one, what, `${where} ${key}`, now));
  });
}

function certificate(text: string, what: Certificate['what'], where: string, now: number): Certificate {
  try {
    const { subject, validFromDate, validToDate } = new X509Certificate(text);
    return {
      ...{ what, where },
      subject: subject.replaceAll('\n', ', '),
      notBefore: validFromDate.toISOString(),
      notAfter: validToDate.toISOString(),
      state: stateAt(now, validFromDate.getTime(), validToDate.getTime()),
    };
  } catch (cause) {
    throw cliErrors.error('bad-file', `${where}: ${(cause as Error).message}`, {
      hint: 'Delete the Secret’s data and restart the injector: it makes a new certificate.',
      cause,
    });
  }
}

function stateAt(now: number, from: number, to: number): Certificate['state'] {
  if (now < from) return 'not yet valid';
  return now < to ? 'valid' : 'expired';
}
