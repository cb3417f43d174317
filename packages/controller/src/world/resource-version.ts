/**
 * Whether an object's resourceVersion is later than another of the same object. False where either is missing or is no
 * number: every API server counts them up, though only those since Kubernetes 1.35 promise it.
 */
export function isNewerVersion(version: string | undefined, than: string | undefined): boolean {
  if (version === undefined || than === undefined) return false;
  return isNumber.test(version) && isNumber.test(than) && BigInt(version) > BigInt(than);
}

const isNumber = /^[0-9]{1,20}$/;
