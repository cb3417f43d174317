import type { Duration, Fault, PodlagError } from '@podlag/core';
import { netemErrors } from './netem-errors';
import { longestTcTime, tcTimeStep } from './tc-command';

const tooFine = 'tc has no time finer than a microsecond';

function isTooFine(time: Duration | undefined): boolean {
  return time !== undefined && time.nanoseconds % tcTimeStep !== 0;
}

/** What a fault may ask for and this agent cannot do. A fault is done as a whole or refused, never done in part. */
const unsupported: readonly (readonly [field: string, asked: (fault: Fault) => boolean, instead: string])[] =
  [
    [
      'direction',
      ({ direction }) => direction !== 'egress',
      'only egress can be shaped: set the fault at the other end',
    ],
    ['to', ({ to }) => to !== undefined, 'every fault meets everybody'],
    ['except', ({ except }) => except !== undefined, 'every fault meets everybody'],
    ['seed', ({ seed }) => seed !== undefined, 'random numbers cannot be repeated'],
    ['delay.time', ({ delay }) => isTooFine(delay?.time), tooFine],
    ['delay.jitter', ({ delay }) => isTooFine(delay?.jitter), tooFine],
    ['delay.time', ({ delay }) => (delay?.time.nanoseconds ?? 0) >= longestTcTime, 'tc ends at 274 s'],
  ];

/** @throws PodlagError `not-supported`, with the field */
export function assertSupported(fault: Fault): void {
  const found = unsupported.find(([, asked]) => asked(fault));
  if (found) throw refusal(fault, found[0], found[2]);
}

function refusal(fault: Fault, field: string, instead: string): PodlagError {
  return netemErrors.error('not-supported', `${fault.name}: ${field} cannot be done: ${instead}`, {
    field,
  });
}
