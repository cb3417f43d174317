import type { PodlagError } from '@podlag/core';
import { netemHint } from '../kernel/netem-hint';
import { netemErrors } from '../netem-errors';
import type { TcFailure } from './tc-batch';
import { shellLine } from './tc-command';

/** A refusal of the kernel as an error that says what to do. The command that caused it comes along. */
export function explainFailure({ command, message }: TcFailure): PodlagError {
  const detail = `${shellLine(command)}: ${message}`;
  const cause = new Error(message);
  if (message.includes('Operation not permitted'))
    return netemErrors.error('no-permission', detail, { cause });
  if (/Cannot find device|No such device/.test(message))
    return netemErrors.error('device-missing', detail, { cause });
  if (message.includes('qdisc kind is unknown')) {
    return command.words.includes('netem')
      ? netemErrors.error('netem-missing', detail, { cause, hint: netemHint() })
      : netemErrors.error('kernel-lacks', detail, { cause });
  }
  if (/classifier kind is unknown|TC classifier not found/.test(message))
    return netemErrors.error('kernel-lacks', detail, { cause });
  return netemErrors.error('tc-failed', detail, { cause });
}
