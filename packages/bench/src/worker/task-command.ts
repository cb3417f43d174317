import type { ToolCommand } from '../benchmark/benchmark';

/** What runs podlag's own probes: the arguments of a probe come after it. */
export type ProbeProgram = readonly [string, ...string[]];

/** A command's words. Programs are those that `Program` names, and no others. */
export function argvOf(
  { program, args }: ToolCommand,
  probeProgram: ProbeProgram,
): readonly [string, ...string[]] {
  switch (program.kind) {
    case 'tool':
      return [program.name, ...args];
    case 'probe':
      return [...probeProgram, ...args];
  }
}
