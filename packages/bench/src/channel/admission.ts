import { status } from '@grpc/grpc-js';
import type { PeerCertificate } from 'node:tls';

/** Why a worker's call is ended: gRPC's status. */
export interface Refusal {
  readonly code: status;
  readonly details: string;
}

/** Who may come. */
export interface Admission {
  /** Names of the run's workers. */
  readonly expected: readonly string[];
  readonly isConnected: (name: string) => boolean;
}

/** Whether a worker of this name may come with this certificate; undefined when it may. */
export function refusal(
  name: string,
  certificate: PeerCertificate | undefined,
  { expected, isConnected }: Admission,
): Refusal | undefined {
  const certified = certificate?.subject.CN;
  if (typeof certified !== 'string') {
    return { code: status.UNAUTHENTICATED, details: 'its certificate has no common name' };
  }
  if (certified !== name) {
    return {
      code: status.PERMISSION_DENIED,
      details: `its certificate is that of ${certified}, not of ${name}`,
    };
  }
  if (!expected.includes(name)) {
    return { code: status.PERMISSION_DENIED, details: `${name} is no worker of this run` };
  }
  if (isConnected(name)) return { code: status.ALREADY_EXISTS, details: `${name} is connected already` };
  return undefined;
}
