import { spawn, type ChildProcess } from 'node:child_process';
import { resolve } from 'node:path';

// Jest loads what it calls before the tests and what it calls after them apart from each other.
const kept = globalThis as { podlagHurried?: ChildProcess };

/**
 * Definitions that the API server has forgotten to delete are hurried on, from now to `leaveDefinitions`. In a process of its
 * own, for some tests wait for a command in a way that lets nothing else run here.
 */
export function hurryDefinitions(): void {
  const program = resolve(__dirname, 'hurry-definitions.mjs');
  kept.podlagHurried = spawn(process.execPath, [program], { stdio: ['pipe', 'ignore', 'inherit'] });
}

/** Its standard input ends with this process, too, when nobody comes to call this. */
export function leaveDefinitions(): void {
  kept.podlagHurried?.stdin?.end();
}
