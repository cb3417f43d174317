import type { Fault, PodlagError } from '@podlag/core';
import { netemErrors } from './netem-errors';

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
  ];

/** @throws PodlagError `not-supported`, with the field */
export function assertSupported(fault: Fault): void {
  const found = unsupported.find(([, asked]) => asked(fault));
  if (found) throw refusal(fault, found[0], found[2]);
}

function refusal(fault: Fault, field: string, instead: string): PodlagError {
  return netemErrors.error('not-supported', `${fault.name}: ${field} is not supported yet: ${instead}`, {
    field,
  });
}
