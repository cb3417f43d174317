import { execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseFault } from '@podlag/core';
import { makeTree, tcDriver, type QdiscDriver } from '@podlag/netem';
import { makeLink, type Link } from './link';
import { median } from './ping';
import { udpStream } from './udp-stream';

jest.setTimeout(180_000);

const packets = 2_000;
/** A set that is far off is seen to be so with fewer. */
const packetsOfNormal = 1_000;
/** Packets keep their order: with a gap as long as the spread none has to wait for the one before it. */
const perSecond = 50;

/**
 * What the bed adds: a timer of a kernel in a process fires some tenths of a millisecond late, and how late depends on what
 * else runs. A constant delay measures it, and each sample gets a draw of it; this is for what changes between the streams.
 */
const bedTolerance = 0.03;

const program = join(__dirname, '../../agent/dist/distribution.js');
const samples = measuredOnALine();

let link: Link;
let driver: QdiscDriver;

beforeAll(() => {
  link = makeLink();
  driver = tcDriver({
    tableDirectory: mkdtempSync(join(tmpdir(), 'podlag-tc-')),
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
  });
});
afterAll(async () => {
  const tree = makeTree({ device: link.device, exemptions: [], faults: [] });
  await driver.apply(tree);
  await driver.tidy(tree, true);
  driver.close();
  link.remove();
});

test(`${packets} delays follow the samples that podlag-distribution made the fault of; with a normal distribution of the same mean and deviation they do not`, async () => {
  const document = JSON.parse(
    execFileSync(process.execPath, [program, '--name', 'measured'], {
      input: samples.join('\n'),
      encoding: 'utf8',
      stdio: ['pipe', 'pipe', 'ignore'],
    }),
  ) as { readonly delay: Record<string, unknown> };
  const noiseBefore = await bedNoise();
  const delays = await delaysUnder(document, packets);
  const noiseMs = [...noiseBefore, ...(await bedNoise())];
  process.stdout.write(`    the bed adds ${median(noiseMs).toFixed(3)} ms in the median\n`);
  const expected = samples.map((sample, index) => sample + noiseMs[index % noiseMs.length]!);
  const normal = { ...document, delay: { ...document.delay, distribution: 'normal' } };
  const delaysOfNormal = await delaysUnder(normal, packetsOfNormal);
  const [distance, bound] = [kolmogorovSmirnov(delays, expected), boundFor(delays, expected)];
  const [distanceOfNormal, boundOfNormal] = [
    kolmogorovSmirnov(delaysOfNormal, expected),
    boundFor(delaysOfNormal, expected),
  ];
  process.stdout.write(
    `    distance ${distance.toFixed(3)} of ${bound.toFixed(3)}, with a normal distribution ${distanceOfNormal.toFixed(3)} of ${boundOfNormal.toFixed(3)}\n`,
  );
  expect(distance).toBeLessThan(bound);
  expect(distanceOfNormal).toBeGreaterThan(boundOfNormal);
});

/** Just before and just after the stream, for what else runs comes and goes. */
async function bedNoise(): Promise<readonly number[]> {
  return (await delaysUnder({ delay: { time: '10ms' } }, 200)).map((delay) => delay - 10);
}

/** In one run of a thousand, two sets of one distribution are further apart (Smirnov, alpha 0.001); and the bed's share. */
function boundFor({ length: n }: readonly number[], { length: m }: readonly number[]): number {
  return 1.949 * Math.sqrt((n + m) / (n * m)) + bedTolerance;
}

async function delaysUnder(document: object, count: number): Promise<readonly number[]> {
  const faults = [parseFault(document, 'measured')];
  await driver.apply(makeTree({ device: link.device, exemptions: [], faults }));
  const { delaysMs, lost } = await udpStream(link, { perSecond, count });
  expect(lost).toBe(0);
  return delaysMs;
}

/** The greatest distance between the distribution functions of two sets. */
function kolmogorovSmirnov(some: readonly number[], others: readonly number[]): number {
  const [one, other] = [some, others].map((values) => [...values].sort((a, b) => a - b)) as [
    number[],
    number[],
  ];
  let [reached, otherReached, greatest] = [0, 0, 0];
  for (const value of [...one, ...other].sort((a, b) => a - b)) {
    while (reached < one.length && one[reached]! <= value) reached += 1;
    while (otherReached < other.length && other[otherReached]! <= value) otherReached += 1;
    greatest = Math.max(greatest, Math.abs(reached / one.length - otherReached / other.length));
  }
  return greatest;
}

/** In milliseconds: two routes, the longer one taken by every fourth packet, each with a tail to one side. */
function measuredOnALine(): readonly number[] {
  // Numbers that are the same in each run: Park and Miller's generator.
  let state = 2332;
  const random = (): number => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
  return Array.from({ length: packets }, () => {
    const base = random() < 0.25 ? 18 : 6;
    return Number((base + Math.min(5, -1.6 * Math.log(1 - random()))).toFixed(3));
  });
}
