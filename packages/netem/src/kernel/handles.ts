/** The names of what stands in a tree, as tc writes them. */
export const handles = {
  root: '1:',
  passClass: '1:1',
  passLeaf: '2:',
} as const;

/** The root's direct_qlen, which nothing here uses otherwise: the mark by which the agent knows a tree as its own. */
export const ownersMark = 2332;

/** Room for a burst of small packets on their way through, whatever txqueuelen the device was made with. */
export const passQueuePackets = 10_000;

/** Pref of the redirect when podlag made the clsact qdisc itself, and takes it away again. */
export const ownHookPref = 2332;
/**
 * Pref of the redirect in a hook that was there before: after the filters of whoever made it, whose prefs the kernel
 * chooses from 49152 down, so that what they drop is dropped.
 */
export const guestHookPref = 65_000;

/** `1:10` for minor 0x10. */
export function classidOf(minor: number): string {
  return `1:${minor.toString(16)}`;
}

/** `10:`, the leaf under the class `1:10`. */
export function leafHandleOf(minor: number): string {
  return `${minor.toString(16)}:`;
}

/** The number behind `1:10`; NaN for the class of another qdisc. */
export function minorOf(classid: string): number {
  return classid.startsWith('1:') ? Number.parseInt(classid.slice(2), 16) : NaN;
}

/** Device names have 15 characters (IFNAMSIZ, less the end). */
const longestDeviceName = 15;

/** The IFB device through which what comes in to `device` is led. */
export function ingressDevice(device: string): string {
  return `plg-${device}`.slice(0, longestDeviceName);
}
