/**
 * The serial lines between the kernel and the one who started it. A console of UML's is the kernel's own, with its
 * messages; the command's streams go over lines of their own, so that neither meets the other.
 */
export const serialLines = {
  /** Standard input and output of the command: a terminal, or raw bytes. */
  stdio: { device: '/dev/ttyS0', input: 3, output: 4 },
  /** Standard error. */
  stderr: { device: '/dev/ttyS1', output: 5 },
  /** What the init script and its starter say to each other, see control-line.ts. */
  control: { device: '/dev/ttyS2', both: 6 },
} as const;

/** What a kernel has beside its memory and its serial lines. Everything is left out by default. */
export interface Devices {
  /** Absolute path of a disk image on the host, which the kernel locks and writes to; `/dev/ubda` inside. */
  readonly disk?: string;
  /** `vec0` inside. */
  readonly network?: TapNetwork;
}

/** A tap device of the host, in the network namespace of the caller, and the address that its other end has. */
export interface TapNetwork {
  readonly tap: string;
  /** `02:00:0a:4c:00:0b`. */
  readonly mac: string;
}

export interface KernelBoot {
  readonly memoryMb: number;
  /** Absolute path of the init script, on the host's file system, which is also the kernel's. */
  readonly init: string;
  /** Where UML puts its pid file and management socket; its own default would be `~/.uml`, shared by all. */
  readonly umlDir: string;
  readonly devices?: Devices;
}

/**
 * The arguments of UML. Its root is the host's own file system by hostfs. `seccomp=auto` lets system calls be caught by
 * seccomp, about twice as fast as by ptrace, and falls back to ptrace where the host forbids that. A panic ends the process
 * at once (`panic=-1`), or it would wait for a reboot that no one asks for.
 */
export function kernelCommandLine(boot: KernelBoot): readonly string[] {
  const { stdio, stderr, control } = serialLines;
  return [
    `mem=${boot.memoryMb}M`,
    'root=/dev/root',
    'rootfstype=hostfs',
    'rootflags=/',
    'rw',
    `init=${boot.init}`,
    'con=null',
    'con0=null,fd:1',
    `ssl0=fd:${stdio.input},fd:${stdio.output}`,
    `ssl1=null,fd:${stderr.output}`,
    `ssl2=fd:${control.both}`,
    'loglevel=4',
    'panic=-1',
    'seccomp=auto',
    `uml_dir=${boot.umlDir}/`,
    'umid=podlag',
    ...deviceArguments(boot.devices ?? {}),
  ];
}

function deviceArguments({ disk, network }: Devices): readonly string[] {
  return [
    ...(disk === undefined ? [] : [`ubd0=${disk}`]),
    ...(network === undefined
      ? []
      : [`vec0:transport=tap,ifname=${network.tap},depth=128,gro=0,mac=${network.mac}`]),
  ];
}
