// Starts agents as their image does, for the benchmarks.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const packageFolder = join(dirname(fileURLToPath(import.meta.url)), '..');
const dockerfile = readFileSync(join(packageFolder, '../../Dockerfile.agent'), 'utf8');

/** The image's own command line and environment: what is measured is what runs in a pod. */
const [, ...nodeOptions] = JSON.parse(/^ENTRYPOINT (\[.*\])$/m.exec(dockerfile)[1]).slice(0, -1);
const imageEnvironment = Object.fromEntries(
  [...dockerfile.matchAll(/\b(MALLOC_[A-Z_]+)=(\S+)/g)].map(([, name, value]) => [name, value]),
);

/** Resolves when the agent has said that it listens; `readyMs` is counted from before its process was started. `settings`: more of its environment. */
export async function startAgent(device, settings = {}) {
  const runDirectory = mkdtempSync(join(tmpdir(), 'podlag-bench-'));
  const begin = performance.now();
  const child = spawn(process.execPath, [...nodeOptions, join(packageFolder, 'dist/main.js')], {
    env: {
      PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
      ...imageEnvironment,
      PODLAG_DEVICE: device,
      PODLAG_LISTEN_PORT: '0',
      PODLAG_RUN_DIRECTORY: runDirectory,
      PODLAG_LOG_LEVEL: 'info',
      ...settings,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const line of createInterface({ input: child.stdout })) {
    const { msg, port, ready } = JSON.parse(line);
    if (msg !== 'listening') continue;
    if (!ready) throw new Error('the agent is not ready; see its log above');
    child.stdout.resume();
    return { child, port, runDirectory, readyMs: performance.now() - begin };
  }
  throw new Error('the agent ended before it listened');
}

export async function stopAgent({ child, runDirectory }) {
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await ended;
  rmSync(runDirectory, { recursive: true });
}

export function quantile(values, share) {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
}
