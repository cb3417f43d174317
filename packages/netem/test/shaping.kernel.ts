import { Duration } from '@podlag/core';
import { netlinkDriver, type QdiscDriver, type QdiscTree } from '@podlag/netem';
import { treeFor } from './driver-conformance';
import { makeLink, snapshot, type Link } from './link';
import { coldPing, median, pingOnce, pings } from './ping';
import { udpStream } from './udp-stream';

jest.setTimeout(120_000);

let link: Link;
let driver: QdiscDriver;
let idleMs: number;

beforeAll(async () => {
  link = makeLink();
  driver = netlinkDriver({});
  idleMs = median(await pings(link, 30));
});
afterAll(() => {
  driver.close();
  link.remove();
});

const tree = (...documents: Record<string, unknown>[]): QdiscTree => treeFor(link.device, ...documents);
const clear = async (): Promise<void> => {
  await driver.apply(tree());
  await driver.tidy(tree(), true);
};
afterEach(clear);

test.each(['0.25ms', '1ms', '5ms', '20ms', '100ms'])(
  'asked %s: the median of 50 pings is that above the idle round trip, and the first, with a cold neighbour table, is no outlier',
  async (time) => {
    await driver.apply(tree({ delay: { time } }));
    const first = await coldPing(link);
    const found = median(await pings(link, 50));
    const asked = Duration.parse(time).milliseconds;
    process.stdout.write(
      `    asked ${time}, measured ${(found - idleMs).toFixed(3)} ms, first ${(first - idleMs).toFixed(3)} ms, idle ${idleMs.toFixed(3)} ms\n`,
    );
    expect(found - idleMs).toBeGreaterThanOrEqual(asked - 0.1);
    expect(found - idleMs).toBeLessThanOrEqual(asked + 0.3);
    expect(Math.abs(first - found)).toBeLessThanOrEqual(1.5);
  },
);

test('IPv6: 20 ms, the first ping too, since neighbour discovery passes untouched', async () => {
  const idle6 = median(await pings(link, 20, link.address6));
  await driver.apply(tree({ delay: { time: '20ms' } }));
  const first = await coldPing(link, link.address6);
  const found = median(await pings(link, 20, link.address6));
  expect(found - idle6).toBeGreaterThanOrEqual(19.9);
  expect(found - idle6).toBeLessThanOrEqual(20.3);
  expect(Math.abs(first - found)).toBeLessThanOrEqual(1.5);
});

test('two faults add: 20 ms and 5 ms are 25', async () => {
  await driver.apply(tree({ delay: { time: '20ms' } }, { delay: { time: '5ms' } }));
  const found = median(await pings(link, 20)) - idleMs;
  expect(found).toBeGreaterThanOrEqual(24.9);
  expect(found).toBeLessThanOrEqual(25.3);
});

test('a loss of 10 % loses 10 % of 2,000 packets, within the 99.9 % binomial interval', async () => {
  await driver.apply(tree({ loss: { ratio: '10%' } }));
  const { sent, lost } = await udpStream(link, { perSecond: 400, count: 2000 });
  process.stdout.write(`    lost ${lost} of ${sent}\n`);
  expect(sent).toBe(2000);
  // The quantiles 0.05 % and 99.95 % of Binomial(2000, 0.1): 200 less and plus 3.29 times 13.42.
  expect(lost).toBeGreaterThanOrEqual(156);
  expect(lost).toBeLessThanOrEqual(246);
});

test('two jitters make the spread of their sum, by a table of their own', async () => {
  const jittered = { delay: { time: '20ms', jitter: '5ms' } };
  await driver.apply(tree(jittered, jittered));
  const { lost, delaysMs } = await udpStream(link, { perSecond: 50, count: 200 });
  expect(lost).toBe(0);
  expect(median(delaysMs)).toBeGreaterThan(38.5);
  expect(median(delaysMs)).toBeLessThan(42);
  const within5 = delaysMs.filter((delay) => Math.abs(delay - 40) < 5).length;
  // Three quarters of a triangle; of a uniform spread over as much it would be half. 200 samples: 3.3 deviations.
  expect(within5 / 200).toBeGreaterThan(0.64);
  expect(within5 / 200).toBeLessThan(0.86);
});

test('two losses multiply what gets through: 10 % and 20 % lose 28 %', async () => {
  await driver.apply(tree({ loss: { ratio: '10%' } }, { loss: { ratio: '20%' } }));
  const { lost } = await udpStream(link, { perSecond: 400, count: 2000 });
  expect(lost).toBeGreaterThanOrEqual(494);
  expect(lost).toBeLessThanOrEqual(628);
});

test('10 mbit carries 10 mbit, within 5 %: the median of five streams', async () => {
  await driver.apply(tree({ rate: '10mbit' }));
  // 1,000 bytes of payload are 1,042 on the wire: 1,200 packets take a second. The queue is filled at once.
  const bytes = 1000;
  const count = 500;
  const mbit: number[] = [];
  // One stream tells too little: a machine that halts for 50 ms makes its half second a tenth longer.
  for (let stream = 0; stream < 5; stream += 1) {
    const { lost, numbers, seconds } = await udpStream(link, { perSecond: 1e6, count, bytes, lingerMs: 900 });
    expect(lost).toBe(0);
    mbit.push(((numbers.length - 1) * (bytes + 42) * 8) / seconds / 1e6);
  }
  process.stdout.write(`    ${mbit.map((each) => each.toFixed(2)).join(', ')} mbit\n`);
  expect(median(mbit)).toBeGreaterThan(9.5);
  expect(median(mbit)).toBeLessThan(10.5);
});

test('jitter spreads the delay, and no packet overtakes another', async () => {
  await driver.apply(tree({ delay: { time: '20ms', jitter: '10ms' } }));
  const { lost, overtaken, delaysMs } = await udpStream(link, { perSecond: 50, count: 200 });
  expect({ lost, overtaken }).toEqual({ lost: 0, overtaken: 0 });
  expect(Math.min(...delaysMs)).toBeGreaterThanOrEqual(10);
  expect(Math.min(...delaysMs)).toBeLessThan(14);
  expect(Math.max(...delaysMs)).toBeGreaterThan(26);
});

test('a quarter reordered: those overtake, as asked, and none is lost', async () => {
  await driver.apply(tree({ delay: { time: '20ms' }, reorder: { ratio: '25%' } }));
  const { lost, delaysMs } = await udpStream(link, { perSecond: 200, count: 600 });
  expect(lost).toBe(0);
  const early = delaysMs.filter((delay) => delay < 15).length;
  expect(early / 600).toBeGreaterThan(0.18);
  expect(early / 600).toBeLessThan(0.32);
});

test('duplicate and corrupt do what they say', async () => {
  await driver.apply(tree({ duplicate: { ratio: '50%' } }));
  const { duplicated } = await udpStream(link, { perSecond: 300, count: 600 });
  expect(duplicated / 600).toBeGreaterThan(0.4);
  expect(duplicated / 600).toBeLessThan(0.6);
  await driver.apply(tree({ corrupt: { ratio: '100%' } }));
  // A flipped bit somewhere in the frame: the checksums of IP and UDP throw the packet away at the other end.
  const { lost } = await udpStream(link, { perSecond: 300, count: 300 });
  expect(lost).toBeGreaterThan(250);
});

test.each([
  ['gemodel', { gemodel: { p: '5%', r: '20%' } }, 0.2],
  ['state', { state: { p13: '5%', p31: '20%' } }, 0.2],
])('loss by the %s model loses its share, in bursts', async (_, loss, share) => {
  await driver.apply(tree({ loss }));
  const { lost, numbers } = await udpStream(link, { perSecond: 400, count: 2000 });
  expect(lost / 2000).toBeGreaterThan(share - 0.08);
  expect(lost / 2000).toBeLessThan(share + 0.08);
  const bursts = numbers.filter((number, index) => number !== (numbers[index - 1] ?? -1) + 1).length;
  // Independent losses of a fifth would come in bursts of 1.25; these last 1/r = 5.
  expect(lost / bursts).toBeGreaterThan(2.5);
});

test('a partition lets nothing pass, says so to nobody, and ends at once', async () => {
  await driver.apply(tree({ partition: true }, { duplicate: { ratio: '100%' } }));
  const { sent, lost } = await udpStream(link, { perSecond: 200, count: 100 });
  // A send that failed would have ended the source: the loss is silent.
  expect({ sent, lost }).toEqual({ sent: 100, lost: 100 });
  await driver.apply(tree());
  expect(await pingOnce(link)).toBeLessThan(100);
});

test.each<[string, Record<string, unknown>]>([
  [
    'everything at once',
    {
      delay: { time: '20.5ms', jitter: '5ms', correlation: '25%', distribution: 'normal' },
      loss: { ratio: '1%', correlation: '25%' },
      duplicate: { ratio: '1%' },
      corrupt: { ratio: '0.1%' },
      reorder: { ratio: '25%', gap: 5 },
      rate: '10mbit',
    },
  ],
  ['pareto', { delay: { time: '20ms', jitter: '5ms', distribution: 'pareto' } }],
  ['paretonormal', { delay: { time: '20ms', jitter: '5ms', distribution: 'paretonormal' } }],
  [
    'a table of one’s own',
    { delay: { time: '20ms', jitter: '5ms', distribution: { table: [-1, -0.5, 0, 2] } } },
  ],
  ['an odd number of microseconds', { delay: { time: '1237us' } }],
  ['a delay that is no whole microsecond', { delay: { time: '1.000001ms' } }],
  ['the largest delay', { delay: { time: '1h' } }],
  ['the longest jitter', { delay: { time: '5s', jitter: '2147483647ns' } }],
  ['the lowest rate', { rate: '8bit' }],
  ['a rate of which the kernel keeps whole bytes', { rate: '1234567bit' }],
  ['a small ratio', { loss: { ratio: '0.0001%' } }],
  ['gemodel', { loss: { gemodel: { p: '1%', r: '10%', h: '30%', k: '99.9%' } } }],
  ['state', { loss: { state: { p13: '1%', p31: '10%', p32: '20%', p23: '30%', p14: '4%' } } }],
])('what the kernel shows is what was asked: %s, and back to a plain delay in place', async (_, document) => {
  // apply rejects when the kernel, read back, differs.
  await driver.apply(tree(document));
  const { commands } = await driver.apply(tree({ delay: { time: '5ms' } }));
  expect(commands).toEqual([expect.stringMatching(/^tc qdisc change /)]);
  const found = median(await pings(link, 5)) - idleMs;
  expect(found).toBeLessThan(5.5);
});

test('the last fault gone, the device is as it was found', async () => {
  const before = snapshot();
  await driver.apply(tree({ delay: { time: '20ms' } }));
  expect(snapshot()).not.toBe(before);
  await driver.apply(tree());
  while (!(await driver.tidy(tree(), false)));
  expect(snapshot()).toBe(before);
});

test('what is on its way when the last fault goes still arrives', async () => {
  await driver.apply(tree({ delay: { time: '400ms' } }));
  const { lost } = await udpStream(link, {
    perSecond: 200,
    count: 200,
    lingerMs: 1000,
    meanwhile: async () => {
      await driver.apply(tree());
      while (!(await driver.tidy(tree(), false)));
    },
  });
  process.stdout.write(`    lost ${lost} of 200 while the tree came down\n`);
  expect(lost).toBeLessThanOrEqual(2);
});
