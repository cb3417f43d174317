/** The oldest kernel that runs its first process on a CPU with AMX: older ones cannot save so large an FPU state. */
export const oldestUsable = '6.13';

/** A Debian package version's part that Linux gave it: `7.2um1` and `6.12.30um1` -> [7, 2] and [6, 12, 30]. */
function linuxVersion(version: string): readonly number[] {
  const [digits = ''] = /^\d+(\.\d+)*/.exec(version.replace(/^\d+:/, '')) ?? [];
  return digits.split('.').map(Number);
}

/** Negative when `a` is older than `b`, positive when newer, 0 when Linux made no difference between them. */
export function compareKernelVersions(a: string, b: string): number {
  const [left, right] = [linuxVersion(a), linuxVersion(b)];
  const length = Math.max(left.length, right.length);
  for (let i = 0; i < length; i += 1) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

export function isUsableKernelVersion(version: string): boolean {
  return compareKernelVersions(version, oldestUsable) >= 0;
}
