import { oneWayDelay, type Duration, type Fault, type PodlagError } from '@podlag/core';
import { faultKinds, type Capabilities, type Capability, type KindCapability } from '../capabilities';
import { netemErrors } from '../netem-errors';

type Unavailable = Extract<Capability, { readonly available: false }>;
type Code = keyof typeof netemErrors.kinds;

/**
 * Refuses what a fault asks for and this kernel, through this driver, cannot do. A fault is done as a whole or refused,
 * never done in part.
 *
 * @throws PodlagError with the code, reason and hint of what is missing (`kernel-lacks` where that has no code of
 * `netemErrors`), or `not-supported`; always with the field
 */
export function assertSupported(fault: Fault, capabilities: Capabilities): void {
  const { kinds, ingress } = capabilities;
  for (const kind of faultKinds) {
    const capability = kinds[kind];
    if (fault[kind] !== undefined && !capability.available) throw lacking(fault, kind, capability);
  }
  if (fault.direction !== 'egress' && !ingress.available) throw lacking(fault, 'direction', ingress);
  assertWithoutNetem(fault, capabilities);
  assertTimes(fault, capabilities);
}

function lacking({ name }: Fault, field: string, { code, reason, hint }: Unavailable): PodlagError {
  return netemErrors.error(
    isCode(code) ? code : 'kernel-lacks',
    `${name}: ${field} cannot be done: ${reason}`,
    {
      field,
      hint,
    },
  );
}

function isCode(code: string): code is Code {
  return Object.hasOwn(netemErrors.kinds, code);
}

/** What the other paths do is less than what netem does. */
function assertWithoutNetem(fault: Fault, { kinds }: Capabilities): void {
  if (pathOf(kinds.loss) === 'cls_bpf') assertPlainLoss(fault);
  if (pathOf(kinds.delay) !== 'netem' && fault.delay?.jitter?.isZero === false) {
    throw refusal(fault, 'delay.jitter', 'only netem has jitter');
  }
}

function pathOf(capability: KindCapability): string | undefined {
  return capability.available ? capability.path : undefined;
}

function assertPlainLoss(fault: Fault): void {
  const { loss } = fault;
  if (loss === undefined) return;
  const alone = 'without netem each packet is lost by itself';
  if (!('ratio' in loss)) throw refusal(fault, 'loss', `${alone}: give a ratio`);
  if (loss.correlation?.isZero === false) throw refusal(fault, 'loss.correlation', alone);
}

function assertTimes(fault: Fault, capabilities: Capabilities): void {
  const { delay, direction } = fault;
  if (delay === undefined) return;
  const field = delay.rtt === undefined ? 'delay.time' : 'delay.rtt';
  for (const one of ['egress', 'ingress'] as const) {
    const { time, jitter } = oneWayDelay(delay, direction, one);
    assertTime(fault, field, { time, capabilities });
    assertTime(fault, 'delay.jitter', { time: jitter, capabilities });
    if (jitter.nanoseconds > capabilities.longestJitterNanoseconds) {
      const longest = seconds(capabilities.longestJitterNanoseconds);
      throw refusal(fault, 'delay.jitter', `the kernel cuts jitter to ${longest} s`);
    }
  }
}

function assertTime(
  fault: Fault,
  field: string,
  { time, capabilities }: { readonly time: Duration; readonly capabilities: Capabilities },
): void {
  const { driver, timeStepNanoseconds: step, longestTimeNanoseconds: longest } = capabilities;
  if (time.nanoseconds % step !== 0) {
    throw refusal(
      fault,
      field,
      `${driver} has no time finer than ${step / 1000} us, and this is ${time.toString()} one way`,
    );
  }
  if (time.nanoseconds > longest) throw refusal(fault, field, `${driver} ends at ${seconds(longest)} s`);
}

/** To the millisecond, cut. */
export function seconds(nanoseconds: number): number {
  return Math.floor(nanoseconds / 1e6) / 1e3;
}

function refusal(fault: Fault, field: string, instead: string): PodlagError {
  return netemErrors.error('not-supported', `${fault.name}: ${field} cannot be done: ${instead}`, { field });
}
