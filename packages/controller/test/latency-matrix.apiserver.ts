import { latencyMatrices, type LatencyMatrix } from '@podlag/api';
import { Duration } from '@podlag/core';
import { ApiServerBed } from './apiserver-bed';
import { until } from './until';

const bed = new ApiServerBed();
const { api, fleet, namespace } = bed;
const regions = ['asia', 'eu', 'us'];
const members = [1, 2, 3];

jest.setTimeout(120_000);
beforeAll(() => bed.open());
afterEach(() => bed.clear());
afterAll(() => bed.close());

function world(spec: Partial<LatencyMatrix['spec']> = {}): LatencyMatrix {
  return {
    metadata: { name: 'world', namespace },
    spec: {
      regions: regions.map((name) => ({ name, pods: { matchLabels: { region: name } } })),
      links: [
        { between: ['eu', 'us'], rtt: '80ms' },
        { from: 'eu', to: 'asia', delay: '100ms' },
        { from: 'asia', to: 'eu', delay: '120ms' },
        { between: ['eu', 'eu'], rtt: '2ms' },
      ],
      ...spec,
    },
  };
}

const status = async () => (await bed.latencyMatrix('world'))?.status;

/** What is added to packets from one pod to another, in milliseconds. */
const addedMs = (from: string, to: string) => bed.addedMs(from, fleet.at(to).address);

async function nine(): Promise<void> {
  await Promise.all(regions.flatMap((region) => members.map((n) => bed.add(`${region}-${n}`, { region }))));
}

test('nine agents of three regions measure what is there, and add what is missing to what is asked, each its own row', async () => {
  await nine();
  await bed.start();
  await api.create(latencyMatrices, world());
  const found = await until(async () => {
    const now = await status();
    return now?.phase === 'Effective' ? now : undefined;
  }, 30_000);
  expect(found).toMatchObject({
    ready: '9/9',
    conditions: [
      { type: 'Effective', status: 'True' },
      { type: 'BaselineMeasured', status: 'True', reason: 'Measured' },
    ],
  });
  const baselines = new Map(
    found.baselines?.map(({ between, rtt }) => [between.join(' '), Duration.parse(rtt).milliseconds]),
  );
  expect([...baselines.keys()].sort()).toEqual(['asia eu', 'eu eu', 'eu us']);
  const oneWay = [
    ['eu', 'us', 40, 'eu us'],
    ['us', 'eu', 40, 'eu us'],
    ['eu', 'asia', 100, 'asia eu'],
    ['asia', 'eu', 120, 'asia eu'],
  ] as const;
  for (const [from, to, asked, pair] of oneWay)
    for (const n of members)
      expect(await addedMs(`${from}-${n}`, `${to}-1`)).toBeCloseTo(
        asked - (baselines.get(pair) ?? NaN) / 2,
        1,
      );
  expect(await addedMs('us-1', 'asia-1')).toBe(0);
  expect(await addedMs('us-1', 'us-2')).toBe(0);
  expect(await bed.faultsOf('us-1')).toEqual(['world.eu.latencymatrix in-force']);
});

test('another value, another region and another pod of one are followed', async () => {
  await nine();
  await bed.start();
  await api.create(latencyMatrices, world({ subtractBaseline: false }));
  await until(async () => (await status())?.phase === 'Effective', 30_000);
  expect((await status())?.conditions?.map(({ type }) => type)).toEqual(['Effective']);
  await bed.edit(latencyMatrices, 'world', { links: [{ between: ['eu', 'us'], rtt: '10ms' }] });
  await until(async () => (await addedMs('us-1', 'eu-1')) === 5);
  await until(async () => (await bed.faultsOf('asia-1')).length === 0);
  await bed.add('us-4', { region: 'us' });
  await until(
    async () => (await addedMs('eu-1', 'us-4')) === 5 && (await addedMs('us-4', 'eu-1')) === 5,
    5_000,
  );
  await until(async () => (await status())?.ready === '10/10');
});
