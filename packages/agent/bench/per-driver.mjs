// By each driver: from an HTTP call to a change that the kernel has confirmed, in turns, and what an agent with 10,000
// targets holds of memory to itself. Needs NET_ADMIN. The fault is a delay, or with --rate a rate, for a kernel without
// netem. Prints JSON.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { quantile, startAgent, stopAgent } from './agent-process.mjs';

const drivers = ['tc', 'netlink'];
const changes = 300;
const targets = 10_000;
const isRate = process.argv.includes('--rate');

/** The same fault each time, with another number. */
const faultWith = (number) => (isRate ? { rate: `${number}mbit` } : { delay: { time: `${number}ms` } });
const put = (port, name, fault) => call(port, 'PUT', `/v1/faults/${name}`, fault);

const connection = new Agent({ keepAlive: true });

function call(port, method, path, body) {
  const headers = body === undefined ? {} : { 'Content-Type': 'application/json' };
  return new Promise((resolve, reject) => {
    const asked = request(
      { port, method, path, headers, agent: connection, host: '127.0.0.1' },
      (response) => {
        let text = '';
        response
          .on('data', (part) => (text += part))
          .on('end', () =>
            response.statusCode < 300
              ? resolve()
              : reject(new Error(`${path}: ${response.statusCode} ${text}`)),
          );
      },
    );
    asked.on('error', reject).end(body === undefined ? undefined : JSON.stringify(body));
  });
}

async function timed(run) {
  const begin = performance.now();
  await run();
  return performance.now() - begin;
}

function privateMb(pid) {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  const kilobytes = [...rollup.matchAll(/^Private_(?:Clean|Dirty):\s+(\d+)/gm)].map(([, number]) =>
    Number(number),
  );
  return kilobytes.reduce((sum, number) => sum + number, 0) / 1024;
}

function childrenOf(pid) {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean);
}

const under = drivers.map((driver, index) => ({ driver, device: `podlag-bench${index}`, ms: [] }));
// A network namespace of its own begins with its loopback down.
execFileSync('ip', ['link', 'set', 'lo', 'up']);
for (const { device } of under) {
  // Every kernel that runs pods has veth.
  execFileSync('ip', ['link', 'add', device, 'type', 'veth', 'peer', 'name', `${device}p`]);
  execFileSync('ip', ['link', 'set', device, 'up']);
}
try {
  for (const one of under) {
    one.agent = await startAgent(one.device, { PODLAG_DRIVER: one.driver });
    await put(one.agent.port, 'one', faultWith(1));
  }
  for (let index = 0; index < changes; index += 1) {
    for (const { agent, ms } of under)
      ms.push(await timed(() => put(agent.port, 'one', faultWith((index % 50) + 2))));
  }
  process.stderr.write(`    ${changes} changes by each driver\n`);
  const to = Array.from({ length: targets }, (_, index) => ({ cidr: `11.0.${index >> 8}.${index & 255}` }));
  const rows = [];
  for (const { driver, agent, ms } of under) {
    const atRestMb = privateMb(agent.child.pid);
    const manyMs = await timed(() => put(agent.port, 'many', { ...faultWith(5), to }));
    const tcMb = childrenOf(agent.child.pid).reduce((sum, pid) => sum + privateMb(pid), 0);
    const p50Ms = quantile(ms, 0.5);
    const p99Ms = quantile(ms, 0.99);
    rows.push({ driver, p50Ms, p99Ms, atRestMb, manyMs, manyMb: privateMb(agent.child.pid), tcMb });
    process.stderr.write(`    ${driver}: ${targets} targets through the API in ${manyMs.toFixed(0)} ms\n`);
  }
  for (const { agent } of under) await stopAgent(agent);
  process.stdout.write(`${JSON.stringify({ changes, targets, rows })}\n`);
} finally {
  for (const { device } of under) execFileSync('ip', ['link', 'del', device]);
}
