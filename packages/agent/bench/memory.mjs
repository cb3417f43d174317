// Five agents at rest, as on a node with five pods: what each costs by itself, and how fast one starts. Prints JSON.
import { readFileSync } from 'node:fs';
import { quantile, startAgent, stopAgent } from './agent-process.mjs';

const agents = 5;
const starts = 10;

function kilobytes(pid, fields) {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  return fields.reduce(
    (sum, field) => sum + Number(new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(rollup)[1]),
    0,
  );
}

function childrenOf(pid) {
  const list = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  return list === '' ? [] : list.split(' ');
}

const privatePages = ['Private_Clean', 'Private_Dirty'];
const readyMs = [];
for (let index = 0; index < starts; index += 1) {
  const agent = await startAgent('lo');
  readyMs.push(agent.readyMs);
  await stopAgent(agent);
}

const running = [];
for (let index = 0; index < agents; index += 1) running.push(await startAgent('lo'));
// An agent that has been asked something has its two tc children, and has used its HTTP server.
for (const { port } of running) await (await fetch(`http://127.0.0.1:${port}/v1/state`)).json();

const each = running.map(({ child: { pid } }) => ({
  privateMb: kilobytes(pid, privatePages) / 1024,
  rssMb: kilobytes(pid, ['Rss']) / 1024,
  tcPrivateMb: childrenOf(pid).reduce((sum, tc) => sum + kilobytes(tc, privatePages), 0) / 1024,
}));
for (const agent of running) await stopAgent(agent);

const median = (pick) => quantile(each.map(pick), 0.5);
process.stdout.write(
  `${JSON.stringify({
    agents,
    privateMb: median(({ privateMb }) => privateMb),
    rssMb: median(({ rssMb }) => rssMb),
    tcPrivateMb: median(({ tcPrivateMb }) => tcPrivateMb),
    starts,
    startToReadyMs: quantile(readyMs, 0.5),
    startToReadyMaxMs: Math.max(...readyMs),
  })}\n`,
);
