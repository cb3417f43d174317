import type { GuestCommand } from './boot-folder';
import { runInKernel, type RunInKernelOptions } from './boot';
import { chooseKernel, type KernelChoice } from './choose-kernel';
import { ensureKernel, type EnsureKernelOptions } from './ensure-kernel';
import { runOnHost } from './run-on-host';

export interface RunInLabOptions
  extends
    GuestCommand,
    EnsureKernelOptions,
    Pick<RunInKernelOptions, 'stdio' | 'memoryMb' | 'signal' | 'graceMs'> {
  readonly choice: KernelChoice;
}

/** Runs a command as root on a kernel that has netem, whichever that is. Answers the command's exit code. */
export async function runInLab(options: RunInLabOptions): Promise<number> {
  if ((await chooseKernel(options.choice)) === 'host') return runOnHost(options);
  return runInKernel(await ensureKernel(options), { ...options, awake: true });
}
