import { X509Certificate } from 'node:crypto';
import type { Secret, WebhookConfiguration } from '@podlag/kube';

const pem = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** The certificates in a base64 text of PEM. What cannot be read is left out. */
export function certificatesIn(base64: string | undefined): readonly X509Certificate[] {
  const text = Buffer.from(base64 ?? '', 'base64').toString();
  return (text.match(pem) ?? []).flatMap((one) => {
    try {
      return [new X509Certificate(one)];
    } catch {
      return [];
    }
  });
}

/** What the injector shows to API servers; undefined where the Secret has none that can be read. */
export function leafOf(secret: Secret | undefined): X509Certificate | undefined {
  return certificatesIn(secret?.data?.['tls.crt'])[0];
}

/** The base64 text by which API servers know the injector. Empty: they trust whom the machine trusts, which is not the injector. */
export function caBundleOf(configuration: WebhookConfiguration | undefined): string {
  return configuration?.webhooks?.[0]?.clientConfig.caBundle ?? '';
}
