import { readFileSync } from 'node:fs';
import { isPodlagError } from '@podlag/core';
import type { Difference, ObservedDevice, QdiscDriver, QdiscTree } from '@podlag/netem';

/** The kernel beside what is asked. `observed` is undefined when the device is not there. */
export interface DeviceReading {
  readonly observed: ObservedDevice | undefined;
  readonly differences: readonly Difference[];
  /** As of the driver's `Reading`. */
  readonly cautions: readonly string[];
  /** It has the name of the device that was shaped last, and is another one. */
  readonly isNew: boolean;
}

/** A device that is missing is an answer, not a failure to look. */
export async function readDevice(
  driver: QdiscDriver,
  tree: QdiscTree,
  isNew = false,
): Promise<DeviceReading> {
  try {
    return { ...(await driver.read(tree)), isNew };
  } catch (error) {
    if (!isPodlagError(error, 'device-missing')) throw error;
    return {
      observed: undefined,
      differences: [{ what: 'device', asked: tree.device, observed: 'missing' }],
      cautions: [],
      isNew: false,
    };
  }
}

export function isMissing({ observed }: DeviceReading): boolean {
  return observed === undefined;
}

/** The kernel's number of a device; one that is made anew has another. Undefined where it is not there, or not told. */
export type IndexOf = (device: string) => number | undefined;

/** Read at once: sysfs answers from memory, faster than a thread takes it over. */
export const indexInSysfs: IndexOf = (device) => {
  try {
    return Number(readFileSync(`/sys/class/net/${device}/ifindex`, 'utf8'));
  } catch {
    return undefined;
  }
};
