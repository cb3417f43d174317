import { once } from 'node:events';
import { createServer, connect } from 'node:net';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { parseFault } from '@podlag/core';
import type { QdiscDriver } from '@podlag/netem';
import {
  addresses,
  clear,
  command,
  faultsFor,
  makeDriver,
  median,
  say,
  startRole,
  treeOn,
  type Wire,
} from './bed';

const port = 5202;
const seconds = 3;
/** Short and often: the machine's own speed changes from one second to the next, by more than what is looked for. */
const idleSeconds = 1;
const idleRounds = 6;
/** Until a connection is at its full speed. */
const settleSeconds = 2;
const rounds = 3;

export interface ThroughputResult {
  /** Megabits a second, the median of the rounds, as are all others. */
  readonly bareMbit: number;
  /** Beside an agent that runs and has no fault: the share of the bare wire's in the same round. */
  readonly idleAgentShare: number;
  /** The same, through a tree whose faults meet others. */
  readonly idleTreeShare: number;
  /** Through 100 ms, at this rate. */
  readonly rateMbit: number;
  readonly delayedMbit: number;
  readonly delayedUnlimitedMbit: number;
  readonly drops: number;
}

export async function benchThroughput(wire: Wire): Promise<ThroughputResult> {
  const driver = makeDriver('tc');
  // As many bytes as 1 gbit has under way in 100 ms, twice.
  for (const prefix of [[], wire.inPeer]) {
    for (const name of ['tcp_rmem', 'tcp_wmem'])
      command(...prefix, 'sh', '-c', `echo '4096 1000000 67108864' >/proc/sys/net/ipv4/${name}`);
  }
  const { bareMbit, idleAgentShare, idleTreeShare } = await benchIdle(wire, driver);
  // Below what the bed carries, or it is the bed that is measured.
  const rateMbit = Math.min(1000, Math.floor(bareMbit / 2 / 100) * 100 || 50);
  const delayed = treeOn(wire, [parseFault({ delay: { time: '100ms' }, rate: `${rateMbit}mbit` }, 'far')]);
  const [limited, unlimited]: [number[], number[]] = [[], []];
  let drops = 0;
  for (let round = 0; round < rounds; round += 1) {
    await driver.apply(delayed);
    limited.push(await throughput(wire, settleSeconds));
    const { observed } = await driver.read(delayed);
    drops += observed.egress.qdiscs.reduce((sum, { counters }) => sum + counters.drops, 0);
    // The same leaf, with a queue that never fills.
    const [leaf] = observed.egress.qdiscs.filter(({ netem }) => netem !== undefined);
    if (!leaf) throw new Error('there is no netem leaf');
    const words = ['delay', '100ms', 'rate', `${rateMbit}mbit`, 'limit', '10000000'];
    command(
      ...['tc', 'qdisc', 'change', 'dev', wire.device, 'parent', leaf.parent, 'handle', leaf.handle],
      'netem',
      ...words,
    );
    unlimited.push(await throughput(wire, settleSeconds));
    await clear(driver, wire);
    say(`through 100 ms: round ${round + 1} of ${rounds}`);
  }
  driver.close();
  return {
    bareMbit,
    idleAgentShare,
    idleTreeShare,
    rateMbit,
    delayedMbit: median(limited),
    delayedUnlimitedMbit: median(unlimited),
    drops,
  };
}

type Idle = 'bare' | 'agent' | 'tree';

/** In turns: a bare wire, one with an agent that has nothing to do, one with a tree that lets this stream pass. */
async function benchIdle(
  wire: Wire,
  driver: QdiscDriver,
): Promise<Pick<ThroughputResult, 'bareMbit' | 'idleAgentShare' | 'idleTreeShare'>> {
  const run = (): Promise<number> => throughput(wire, 0, idleSeconds);
  const measure: Readonly<Record<Idle, () => Promise<number>>> = {
    bare: run,
    agent: () => besideAgent(wire, run),
    tree: () => throughTree(wire, driver, run),
  };
  const found: Record<Idle, number>[] = [];
  for (let round = 0; round < idleRounds; round += 1) {
    const mbit = { bare: NaN, agent: NaN, tree: NaN };
    const names: readonly Idle[] = ['bare', 'agent', 'tree'];
    // Each is the first, the second and the last equally often.
    for (const turn of names.keys()) {
      const name = names[(round + turn) % names.length] ?? 'bare';
      mbit[name] = await measure[name]();
    }
    found.push(mbit);
    say(
      `idle: round ${round + 1} of ${idleRounds}: bare ${mbit.bare.toFixed(0)} mbit, ` +
        `beside an agent ${mbit.agent.toFixed(0)}, through a tree ${mbit.tree.toFixed(0)}`,
    );
  }
  return {
    bareMbit: median(found.map(({ bare }) => bare)),
    idleAgentShare: median(found.map(({ bare, agent }) => agent / bare)),
    idleTreeShare: median(found.map(({ bare, tree }) => tree / bare)),
  };
}

async function throughTree<T>(wire: Wire, driver: QdiscDriver, run: () => Promise<T>): Promise<T> {
  await driver.apply(treeOn(wire, faultsFor(addresses(100))));
  try {
    return await run();
  } finally {
    await clear(driver, wire);
  }
}

/** While the agent's own process runs, as its image starts it. */
async function besideAgent<T>({ device }: Wire, run: () => Promise<T>): Promise<T> {
  const beside = join(dirname(process.argv[1] ?? ''), '../../agent/bench/agent-process.mjs');
  const { startAgent, stopAgent } = (await import(beside)) as AgentProcess;
  const agent = await startAgent(device);
  try {
    return await run();
  } finally {
    await stopAgent(agent);
  }
}

interface AgentProcess {
  readonly startAgent: (device: string) => Promise<unknown>;
  readonly stopAgent: (agent: unknown) => Promise<void>;
}

/** What arrives, without the first `skip` seconds. */
async function throughput(
  { inPeer, peerAddress }: Wire,
  skip: number,
  forSeconds = seconds,
): Promise<number> {
  const sink = await startRole(inPeer, ['sink', peerAddress, String(skip)]);
  const output = text(sink.stdout);
  const source = await startRole([], ['source', peerAddress, String(forSeconds + skip)]);
  await once(source, 'exit');
  return Number((await output).trim());
}

/** The roles of the processes that a stream needs. Undefined: neither of them. */
export function throughputRole([role, address = '', amount = '0']: readonly string[]):
  (() => void) | undefined {
  if (role === 'sink') return () => sink(address, Number(amount));
  if (role === 'source') return () => source(address, Number(amount));
  return undefined;
}

/** Says that it listens, takes one connection, and says how many megabits a second came. */
function sink(address: string, skipSeconds: number): void {
  const server = createServer((socket) => {
    const start = performance.now();
    let [from, last, bytes] = [NaN, NaN, 0];
    socket.on('data', (data) => {
      last = performance.now();
      if (last - start < skipSeconds * 1000) return;
      if (Number.isNaN(from)) from = last;
      else bytes += data.length;
    });
    socket.on('close', () => {
      process.stdout.write(`${(bytes * 8) / (last - from) / 1000}\n`);
      server.close();
    });
  });
  server.listen(port, address, () => void process.stdout.write('\n'));
}

function source(address: string, forSeconds: number): void {
  const block = Buffer.alloc(256 << 10);
  const socket = connect(port, address, () => {
    process.stdout.write('\n');
    const end = performance.now() + forSeconds * 1000;
    const fill = (): void => {
      while (performance.now() < end) {
        if (!socket.write(block)) return;
      }
      socket.destroy();
    };
    socket.on('drain', fill);
    fill();
  });
}
