// From an HTTP call to a change that the kernel has confirmed, beside what a process of tc for the same change takes.
// Needs a kernel with netem, and root. Prints JSON.
import { execFileSync } from 'node:child_process';
import { Agent, get } from 'node:http';
import { quantile, startAgent, stopAgent } from './agent-process.mjs';

const device = 'podlag-bench0';
const changes = 500;
const processes = 100;

const connection = new Agent({ keepAlive: true, maxSockets: 1 });

function call(port, path) {
  return new Promise((resolve, reject) => {
    get({ port, path, agent: connection, host: '127.0.0.1' }, (response) => {
      response
        .resume()
        .on('end', () =>
          response.statusCode === 200 ? resolve() : reject(new Error(`${path}: ${response.statusCode}`)),
        );
    }).on('error', reject);
  });
}

async function timed(run) {
  const begin = performance.now();
  await run();
  return performance.now() - begin;
}

execFileSync('ip', ['link', 'add', device, 'type', 'dummy']);
try {
  execFileSync('ip', ['link', 'set', device, 'up']);
  const agent = await startAgent(device);
  await call(agent.port, '/latency/1ms');
  const callMs = [];
  const processMs = [];
  for (let index = 0; index < changes; index += 1) {
    callMs.push(await timed(() => call(agent.port, `/latency/${(index % 50) + 1}ms`)));
    if (index % (changes / processes) !== 0) continue;
    const delay = `${(index % 50) + 1}ms`;
    const words = [
      'qdisc',
      'change',
      'dev',
      device,
      'parent',
      '1:10',
      'handle',
      '10:',
      'netem',
      'limit',
      '1000',
      'delay',
      delay,
    ];
    processMs.push(await timed(() => execFileSync('tc', words)));
  }
  await stopAgent(agent);
  process.stdout.write(
    `${JSON.stringify({
      changes,
      p50Ms: quantile(callMs, 0.5),
      p99Ms: quantile(callMs, 0.99),
      processP50Ms: quantile(processMs, 0.5),
      processP99Ms: quantile(processMs, 0.99),
    })}\n`,
  );
} finally {
  execFileSync('ip', ['link', 'del', device]);
}
