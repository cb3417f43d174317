import type { Rate } from '@podlag/core';
import { burstBytes, passBytesPerSecond } from '../kernel/htb-rate';
import type { ObservedClass } from '../kernel/observed';
import type { QdiscSpec } from '../kernel/operation';
import type { MessageReader, MessageWriter } from './attributes';
import { rateBytes, ticksOf, widest32 } from './scale';

/** TCA_HTB_* of linux/pkt_sched.h. */
const attribute = { parameters: 1, initial: 2, directQueueLength: 5, rate64: 6, ceil64: 7 } as const;

/** The version of the interface (TC_HTB_PROTOVER, 3, its upper half). */
const version = 3;
/** What HTB divides a rate by to get a quantum; each class says its own. */
const rateToQuantum = 10;
const quantumBytes = 60_000;

/**
 * Says that the kernel is to count bytes by itself (TC_LINKLAYER_ETHERNET). Otherwise it takes the sender for an old tc
 * and wants tables of 256 transmission times.
 */
const ethernet = 1;

/** Never the bottleneck. */
const fastest = { bytesPerSecond: passBytesPerSecond, burst: 1 << 20 };

/** Options of the root: struct tc_htb_glob and, when asked for, the length of the queue past all classes. */
export function writeHtb(
  writer: MessageWriter,
  { defaultMinor, directQueueLength }: Extract<QdiscSpec, { kind: 'htb' }>,
): void {
  writer.attribute(attribute.initial, (value) => value.u32(version, rateToQuantum, defaultMinor, 0, 0));
  if (directQueueLength !== undefined) {
    writer.attribute(attribute.directQueueLength, (value) => value.u32(directQueueLength));
  }
}

export function readDirectQueueLength(options: MessageReader): number | undefined {
  return options.attributes().get(attribute.directQueueLength)?.u32();
}

/** Options of a class: struct tc_htb_opt. Absent: 100 gbit. */
export function writeHtbClass(writer: MessageWriter, rate: Rate | undefined): void {
  const { bytesPerSecond, burst } = rate
    ? { bytesPerSecond: rateBytes(rate), burst: burstBytes(rate) }
    : fastest;
  // In whole microseconds, as tc says it.
  const burstTicks = ticksOf(Math.floor((burst / bytesPerSecond) * 1e6) * 1000);
  if (bytesPerSecond > widest32) {
    writer
      .attribute(attribute.rate64, (value) => value.u64(BigInt(bytesPerSecond)))
      .attribute(attribute.ceil64, (value) => value.u64(BigInt(bytesPerSecond)));
  }
  writer.attribute(attribute.parameters, (value) => {
    writeRateSpec(value, bytesPerSecond);
    writeRateSpec(value, bytesPerSecond);
    // Burst, burst of the ceiling, quantum, level, priority.
    value.u32(burstTicks, burstTicks, quantumBytes, 0, 0);
  });
}

/** struct tc_ratespec: cell log, link layer, overhead, cell alignment, smallest packet, rate. */
function writeRateSpec(writer: MessageWriter, bytesPerSecond: number): void {
  writer.u8(0, ethernet).u16(0, 0, 0).u32(Math.min(bytesPerSecond, widest32));
}

/** Where struct tc_htb_opt has the rate and the ceiling, each at the end of a struct tc_ratespec. */
const rateOffset = 8;
const ceilOffset = 20;

/** Reads a class's TCA_OPTIONS. */
export function readClassRates(options: MessageReader): Omit<ObservedClass, 'classid'> {
  const attributes = options.attributes();
  const rate = (wide: number, offset: number): number =>
    Number(attributes.get(wide)?.u64() ?? attributes.get(attribute.parameters)?.u32(offset) ?? 0);
  return {
    rateBytesPerSecond: rate(attribute.rate64, rateOffset),
    ceilBytesPerSecond: rate(attribute.ceil64, ceilOffset),
  };
}
