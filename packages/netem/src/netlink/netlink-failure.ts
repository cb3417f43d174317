import { constants } from 'node:os';
import { getSystemErrorMessage } from 'node:util';
import type { PodlagError } from '@podlag/core';
import type { Operation } from '../kernel/operation';
import { netemHint } from '../kernel/netem-hint';
import { netemErrors } from '../netem-errors';
import { tcLine } from '../tc/words';

const { EPERM, ENOENT, ENODEV, EOPNOTSUPP } = constants.errno;

/** The kernel has no such object, or no such kind of object: it says both by ENOENT. */
export function isAmbiguous(operation: Operation, errno: number): boolean {
  return (
    errno === ENOENT && 'verb' in operation && operation.verb !== 'delete' && operation.verb !== 'change'
  );
}

/**
 * An operation that the kernel refused. `parentIsThere`: whether what the new object was to hang on exists; then an
 * ambiguous refusal is about the kind.
 */
export function explainErrno(operation: Operation, errno: number, parentIsThere: boolean): PodlagError {
  const kindIsMissing = errno === EOPNOTSUPP || (isAmbiguous(operation, errno) && parentIsThere);
  const words = kindIsMissing ? 'the kernel does not know this kind' : getSystemErrorMessage(-errno);
  const detail = `${tcLine(operation)}: ${words}`;
  if (errno === EPERM) return netemErrors.error('no-permission', detail);
  if (errno === ENODEV) return netemErrors.error('device-missing', detail);
  if (!kindIsMissing) return netemErrors.error('tc-failed', detail);
  return isNetem(operation)
    ? netemErrors.error('netem-missing', detail, { hint: netemHint() })
    : netemErrors.error('kernel-lacks', detail);
}

function isNetem(operation: Operation): boolean {
  return operation.kind === 'qdisc' && operation.spec?.kind === 'netem';
}

/** An operation on a device that is not there, which the kernel was not even asked about. */
export function explainMissingDevice(operation: Operation, device: string): PodlagError {
  return netemErrors.error('device-missing', `${tcLine(operation)}: there is no device ${device}`);
}
