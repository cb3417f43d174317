/** What a source of certificates has done, for logs and metrics. */
export type CertificateEvent =
  /** It wrote a new certificate into the Secret. */
  | { readonly kind: 'renewed'; readonly reason: string }
  /** It wrote other CAs beside the certificate in the Secret. */
  | { readonly kind: 'rebundled'; readonly reason: string }
  /** It wrote the CAs of a certificate into the webhook configuration. */
  | { readonly kind: 'published' }
  /** It wrote them once more, since somebody had changed them. */
  | { readonly kind: 'repaired' }
  /** It began to serve another certificate. */
  | { readonly kind: 'serving'; readonly notAfter: Date };
