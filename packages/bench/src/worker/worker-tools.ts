import { isPodlagError } from '@podlag/core';
import type { Benchmark, ToolCommand } from '../benchmark/benchmark';
import type { Hello } from '../channel/connected-worker';
import { Child } from './child';
import { argvOf } from './task-command';
import type { TaskMeans } from './task-run';

type Found = Hello['tools'][string];

/** How long a tool has to say its version. */
const versionTimeoutMs = 10_000;

/** By benchmark: which version of its tool is here, or why it cannot run. One command at a time, each only once. */
export async function findTools(means: TaskMeans): Promise<Hello['tools']> {
  const asked = new Map<string, Promise<Child | string>>();
  const found: Record<string, Found> = {};
  for (const benchmark of means.benchmarks) {
    const key = JSON.stringify(argvOf(benchmark.version, means.probeProgram));
    const answer = asked.get(key) ?? versionOutput(benchmark.version, means);
    asked.set(key, answer);
    found[benchmark.name] = foundOf(benchmark, await answer);
  }
  return found;
}

function foundOf(benchmark: Benchmark, answer: Child | string): Found {
  if (typeof answer === 'string') return { problem: answer };
  try {
    const { stdout, stderr } = answer;
    return { version: benchmark.readVersion({ stdout: stdout.text, stderr: stderr.text }) };
  } catch (error) {
    if (!isPodlagError(error)) throw error;
    return { problem: error.detail };
  }
}

/** The program that has told it, or why it has not. */
async function versionOutput(command: ToolCommand, means: TaskMeans): Promise<Child | string> {
  const { clock, path, probeProgram } = means;
  const argv = argvOf(command, probeProgram);
  const child = new Child({ argv, path, clock });
  const cancelTimer = clock.after(versionTimeoutMs, () => child.end());
  const end = await child.ended;
  cancelTimer();
  switch (end.kind) {
    case 'could-not-start':
      return end.detail;
    case 'signal':
      return `${argv.join(' ')} was ended by ${end.signal}`;
    case 'exit':
      return end.code === 0 ? child : `${argv.join(' ')} ended with exit code ${end.code}`;
  }
}
