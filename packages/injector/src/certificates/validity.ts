import type { X509Certificate } from 'node:crypto';

/** By how much the clock of this machine may be behind that of the one that made a certificate. */
const skewMs = 3_600_000;

/** Whether the certificate is over at that time, its end excluded. */
export function hasExpired({ validToDate }: X509Certificate, now: Date): boolean {
  return validToDate <= now;
}

/**
 * Whether the certificate begins after that time. One of the next hour has begun: that it is there at all shows that our
 * clock is behind, and who takes it for wrong makes another one in its place.
 */
export function isOfTheFuture({ validFromDate }: X509Certificate, now: Date): boolean {
  return validFromDate.getTime() > now.getTime() + skewMs;
}

/** Whether the certificate is valid at that time. */
export function isInDate(certificate: X509Certificate, now: Date): boolean {
  return !hasExpired(certificate, now) && !isOfTheFuture(certificate, now);
}
