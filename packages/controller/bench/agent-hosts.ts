import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';

/** Processes with agents in them. */
export class AgentHosts {
  readonly #children: ChildProcess[] = [];

  /** @param program that starts agents: agent-host.ts, bundled */
  constructor(private readonly program: string) {}

  /** Resolves when an agent listens at each of the addresses, which `count` processes share. */
  async start(addresses: readonly string[], count: number): Promise<void> {
    const share = Math.ceil(addresses.length / count);
    for (let first = 0; first < addresses.length; first += share) {
      const own = addresses.slice(first, first + share);
      // One agent has a small heap; of many in one process the young would be collected again and again.
      const child = spawn(process.execPath, ['--max-semi-space-size=64', this.program, own.join(',')], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      this.#children.push(child);
      await Promise.race([
        once(child.stdout, 'data'),
        once(child, 'exit').then(() => Promise.reject(new Error('an agent host has ended'))),
      ]);
    }
  }

  /** What they have used of processors since their start, in seconds. */
  get cpuSeconds(): number {
    return this.#children.map(({ pid = 0 }) => cpuSecondsOf(pid)).reduce((sum, one) => sum + one, 0);
  }

  stop(): void {
    for (const child of this.#children) child.kill();
  }
}

/** USER_HZ of proc(5): the same on all machines of today. */
const ticksPerSecond = 100;

/** utime and stime of proc(5), after the name in brackets, which may have blanks in it. */
function cpuSecondsOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}
