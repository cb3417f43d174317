import { execFile } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { compose, TcDriver, type QdiscTree } from '@podlag/netem';
import { parseFault } from '@podlag/core';
import { ip, makeLink, type Link } from './link';
import { calibrate, udpStream, type StreamReport } from './udp-stream';

jest.setTimeout(180_000);

const run = promisify(execFile);
const changes = 200;

let link: Link;
let perSecond: number;
let count: number;

beforeAll(async () => {
  link = makeLink();
  perSecond = await calibrate(link, [1200, 900, 600, 450, 300]);
  count = perSecond * 8;
  process.stdout.write(`    calibrated: ${perSecond} packets a second arrive clean\n`);
});
afterAll(() => link.remove());

const brief = ({ lost, duplicated, overtaken, delaysMs }: StreamReport): Record<string, number> => ({
  lost,
  duplicated,
  overtaken,
  early: delaysMs.filter((delay) => delay < 5).length,
});

/** Spreads the changes over the stream, evenly. */
async function whileStreaming(change: (index: number) => Promise<unknown>): Promise<void> {
  const start = performance.now();
  const gapMs = ((count / perSecond) * 1000) / (changes + 1);
  for (let index = 0; index < changes; index += 1) {
    await change(index);
    const wait = start + (index + 1) * gapMs - performance.now();
    if (wait > 0) await new Promise((resolve) => void setTimeout(resolve, wait));
  }
}

test(`${changes} changes between 5 and 8 ms: no packet is lost, none is early, none is overtaken`, async () => {
  const driver = new TcDriver({
    tableDirectory: mkdtempSync(join(tmpdir(), 'podlag-tc-')),
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
  });
  const treeWith = (ms: number): QdiscTree => ({
    device: link.device,
    agentPort: 2332,
    profile: compose([parseFault({ delay: { time: `${ms}ms` } }, 'latency')]),
  });
  await driver.apply(treeWith(5));
  const report = await udpStream(link, {
    perSecond,
    count,
    meanwhile: () => whileStreaming((index) => driver.apply(treeWith(index % 2 === 0 ? 8 : 5))),
  });
  driver.close();
  ip('link', 'show', 'dev', link.device);
  await run('tc', ['qdisc', 'del', 'dev', link.device, 'root']);
  process.stdout.write(`    podlag: ${JSON.stringify(brief(report))} of ${report.sent}\n`);
  expect(report.sent).toBe(count);
  expect(brief(report)).toEqual({ lost: 0, duplicated: 0, overtaken: 0, early: 0 });
});

test('the same test goes red for delete-and-add, and for a bare netem change: it can tell', async () => {
  const netem = (verb: string, ms: number): Promise<unknown> =>
    run('tc', ['qdisc', verb, 'dev', link.device, 'root', 'netem', 'delay', `${ms}ms`]);
  await netem('add', 5);
  const deleted = await udpStream(link, {
    perSecond,
    count,
    meanwhile: () =>
      whileStreaming(async (index) => {
        await run('tc', ['qdisc', 'del', 'dev', link.device, 'root']);
        await netem('add', index % 2 === 0 ? 8 : 5);
      }),
  });
  const changed = await udpStream(link, {
    perSecond,
    count,
    meanwhile: () => whileStreaming((index) => netem('change', index % 2 === 0 ? 8 : 5)),
  });
  await run('tc', ['qdisc', 'del', 'dev', link.device, 'root']);
  process.stdout.write(
    `    delete and add: ${JSON.stringify(brief(deleted))}, change: ${JSON.stringify(brief(changed))}\n`,
  );
  expect(deleted.lost).toBeGreaterThan(0);
  expect(brief(deleted).early).toBeGreaterThan(0);
  expect(changed.overtaken).toBeGreaterThan(0);
});
