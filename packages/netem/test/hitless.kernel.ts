import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { netlinkDriver, stages, type QdiscDriver, type QdiscTree } from '@podlag/netem';
import { treeAfter, treeFor } from './driver-conformance';
import { ip, makeLink, type Link } from './link';
import { randomNumbers } from './random-changes';
import { calibrate, udpStream, type StreamReport } from './udp-stream';

jest.setTimeout(240_000);

const run = promisify(execFile);
const seconds = 12;

let link: Link;
let driver: QdiscDriver;
let perSecond: number;
let count: number;

beforeAll(async () => {
  link = makeLink();
  driver = netlinkDriver({});
  perSecond = await calibrate(link, [1200, 900, 600, 450, 300]);
  count = perSecond * seconds;
  process.stdout.write(`    calibrated: ${perSecond} packets a second arrive clean\n`);
});
afterAll(() => {
  driver.close();
  link.remove();
});

const brief = ({ lost, duplicated, overtaken, delaysMs }: StreamReport): Record<string, number> => ({
  lost,
  duplicated,
  overtaken,
  early: delaysMs.filter((delay) => delay < 5).length,
});

/** Spreads the changes over the stream, evenly. */
async function whileStreaming(changes: number, change: (index: number) => Promise<unknown>): Promise<void> {
  const start = performance.now();
  const gapMs = ((count / perSecond) * 1000) / (changes + 1);
  for (let index = 0; index < changes; index += 1) {
    await change(index);
    const wait = start + (index + 1) * gapMs - performance.now();
    if (wait > 0) await new Promise((resolve) => void setTimeout(resolve, wait));
  }
}

/**
 * Faults of which the stream to the peer always meets between 5 and 8 ms: one for everybody, and targets around the
 * peer's address that come, go, nest and overlap, without a word for the packets of the stream, or with a few ms.
 */
function randomFaults(below: (bound: number) => number): readonly Record<string, unknown>[] {
  const pick = <T>(values: readonly T[]): T => values[below(values.length)]!;
  const others = Array.from({ length: below(4) }, (_, index) => ({
    name: `other-${index}`,
    delay: { time: `${1 + below(30)}ms` },
    loss: { ratio: '50%' },
    to: [
      { cidr: pick(['10.99.0.3', '10.100.0.0/16', '10.99.1.0/24', 'fd99::2']) },
      { cidr: '10.99.0.0/24', ports: [pick([80, 443, '1-1023'])] },
    ],
  }));
  const wide = { to: [{ cidr: pick(['10.99.0.0/24', '10.0.0.0/8', '10.99.0.2', '0.0.0.0/0']) }] };
  const narrow = { to: [{ cidr: '10.99.0.2', ports: [pick<number | string>([5201, '5000-6000'])] }] };
  return [
    { name: 'base', delay: { time: '5ms' } },
    ...(below(2) === 0
      ? []
      : [{ name: 'more', delay: { time: `${1 + below(2)}ms` }, ...pick([{}, wide, narrow]) }]),
    ...(below(3) === 0 ? [{ name: 'third', delay: { time: '1ms' }, ...pick([wide, narrow]) }] : []),
    ...others,
  ];
}

async function clear(): Promise<void> {
  const nothing = treeFor(link.device);
  await driver.apply(nothing);
  while (!(await driver.tidy(nothing, false)));
}

test('200 changes of a number between 5 and 8 ms: no packet is lost, none is early, none is overtaken', async () => {
  const treeWith = (ms: number): QdiscTree => treeFor(link.device, { delay: { time: `${ms}ms` } });
  await driver.apply(treeWith(5));
  const report = await udpStream(link, {
    perSecond,
    count,
    meanwhile: () => whileStreaming(200, (index) => driver.apply(treeWith(index % 2 === 0 ? 8 : 5))),
  });
  await clear();
  process.stdout.write(`    podlag: ${JSON.stringify(brief(report))} of ${report.sent}\n`);
  expect(report.sent).toBe(count);
  expect(brief(report)).toEqual({ lost: 0, duplicated: 0, overtaken: 0, early: 0 });
});

/** Changes of faults and targets on one device: each by way of its stages, or, without `inOrder`, at once. */
class RandomChanges {
  #tree: QdiscTree;
  readonly #below = randomNumbers(2332);
  done = 0;
  held = 0;

  constructor(
    device: string,
    private readonly inOrder = true,
  ) {
    this.#tree = treeFor(device, { name: 'base', delay: { time: '5ms' } });
  }

  async start(): Promise<void> {
    await driver.apply(this.#tree);
  }

  async next(): Promise<void> {
    const next = treeAfter(this.#tree, ...randomFaults(this.#below));
    const way = this.inOrder ? stages(this.#tree, next) : [{ tree: next, holdMs: 0 }];
    for (const { tree, holdMs } of way) {
      await driver.apply(tree);
      if (holdMs > 0) await new Promise((resolve) => void setTimeout(resolve, holdMs));
      this.held += holdMs > 0 ? 1 : 0;
    }
    this.#tree = next;
    await driver.tidy(next, false);
    this.done += 1;
  }
}

const lateShare = ({ delaysMs }: StreamReport): number =>
  delaysMs.filter((delay) => delay > 9).length / delaysMs.length;

test('1,000 random changes of faults and targets, in order: none lost, none twice, none overtaken, none outside 5 to 8 ms', async () => {
  // What the work of changing costs the receiver on the one CPU: the same changes on a device that carries nothing.
  ip('link', 'add', 'podlag8', 'type', 'dummy');
  const elsewhere = new RandomChanges('podlag8');
  await elsewhere.start();
  await driver.apply(treeFor(link.device, { delay: { time: '8ms' } }));
  count = perSecond * 20;
  const control = await udpStream(link, {
    perSecond,
    count,
    meanwhile: () => whileStreaming(250, () => elsewhere.next()),
  });
  ip('link', 'del', 'podlag8');
  await clear();

  const changes = new RandomChanges(link.device);
  await changes.start();
  count = perSecond * 80;
  const report = await udpStream(link, {
    perSecond,
    count,
    meanwhile: () => whileStreaming(1000, () => changes.next()),
  });
  await clear();
  const late = { changes: lateShare(report), elsewhere: lateShare(control) };
  process.stdout.write(
    `    ${changes.done} changes, ${changes.held} held; ${JSON.stringify(brief(report))} of ${report.sent}; ` +
      `later than 9 ms ${(late.changes * 100).toFixed(1)} %, with the changes on another device ${(late.elsewhere * 100).toFixed(1)} %\n`,
  );
  expect(changes.done).toBe(1000);
  expect(report.sent).toBe(count);
  expect(brief(report)).toEqual({ lost: 0, duplicated: 0, overtaken: 0, early: 0 });
  expect(late.changes).toBeLessThan(late.elsewhere + 0.1);
});

test('200 random changes at once, without stages: none lost, none twice, none early; some may overtake', async () => {
  const changes = new RandomChanges(link.device, false);
  await changes.start();
  count = perSecond * 16;
  const report = await udpStream(link, {
    perSecond,
    count,
    meanwhile: () => whileStreaming(200, () => changes.next()),
  });
  await clear();
  const { lost, duplicated, overtaken, early } = brief(report);
  process.stdout.write(`    ${changes.done} changes at once: ${overtaken} of ${report.sent} overtaken\n`);
  expect(changes.done).toBe(200);
  expect(report.sent).toBe(count);
  expect({ lost, duplicated, early }).toEqual({ lost: 0, duplicated: 0, early: 0 });
});

test('the same test goes red for delete-and-add, and for a bare netem change: it can tell', async () => {
  count = perSecond * 8;
  const netem = (verb: string, ms: number): Promise<unknown> =>
    run('tc', ['qdisc', verb, 'dev', link.device, 'root', 'netem', 'delay', `${ms}ms`]);
  await netem('add', 5);
  const deleted = await udpStream(link, {
    perSecond,
    count,
    meanwhile: () =>
      whileStreaming(200, async (index) => {
        await run('tc', ['qdisc', 'del', 'dev', link.device, 'root']);
        await netem('add', index % 2 === 0 ? 8 : 5);
      }),
  });
  const changed = await udpStream(link, {
    perSecond,
    count,
    meanwhile: () => whileStreaming(200, (index) => netem('change', index % 2 === 0 ? 8 : 5)),
  });
  await run('tc', ['qdisc', 'del', 'dev', link.device, 'root']);
  process.stdout.write(
    `    delete and add: ${JSON.stringify(brief(deleted))}, change: ${JSON.stringify(brief(changed))}\n`,
  );
  expect(deleted.lost).toBeGreaterThan(0);
  expect(brief(deleted).early).toBeGreaterThan(0);
  expect(changed.overtaken).toBeGreaterThan(0);
});
