import { Ratio, type Duration } from '@podlag/core';
import { desired } from './desired';
import { objectsOf, planText } from './testing/plan-text';
import { matrixOf, ms, podOf, worldOf } from './testing/small-world';
import type { World } from './world';

const link = (from: string, to: string, oneWay: string, more = {}) => ({
  from,
  to,
  delay: { oneWay: ms(oneWay), ...more },
});
const eu0 = podOf('eu-0', '10.0.0.10', { labels: 'region=eu' });
const eu1 = podOf('eu-1', '10.0.0.11', { labels: 'region=eu' });
const us0 = podOf('us-0', '10.0.1.10', { labels: 'region=us', node: 'n-us' });
const ap0 = podOf('ap-0', '10.0.2.10 fd00::2', { labels: 'region=ap' });
const none = podOf('z-0', '10.0.3.1', { labels: '' });
const pods = [eu0, eu1, us0, ap0, none];

const run = (matrix: Parameters<typeof matrixOf>, world: World) =>
  desired(objectsOf({ latencyMatrices: [matrixOf(...matrix)] }), world, 0);
const outcomeOf = (...args: Parameters<typeof run>) => run(...args).outcomes.get('latencymatrix/shop/world');

test('each agent gets its own row, and those of one region the same object', () => {
  const result = run(
    ['world', [link('eu', 'us', '40ms'), link('us', 'eu', '45ms'), link('eu', 'ap', '100ms')]],
    worldOf(pods),
  );
  expect(planText(result)).toEqual([
    'eu-0 world.ap.latencymatrix egress 100ms 10.0.2.10 + fd00::2',
    'eu-0 world.us.latencymatrix egress 40ms 10.0.1.10',
    'eu-1 world.ap.latencymatrix egress 100ms 10.0.2.10 + fd00::2',
    'eu-1 world.us.latencymatrix egress 40ms 10.0.1.10',
    'us-0 world.eu.latencymatrix egress 45ms 10.0.0.10/31',
  ]);
  const [one, other] = ['shop/eu-0', 'shop/eu-1'].map((key) => result.plans.get(key));
  expect(one?.[0]).toBe(other?.[0]);
  expect(result.outcomes.get('latencymatrix/shop/world')?.pods).toEqual([
    'shop/ap-0',
    'shop/eu-0',
    'shop/eu-1',
    'shop/us-0',
  ]);
});

test('within a region a pod is not its own peer, and one alone there has nobody', () => {
  expect(planText(run(['world', [link('eu', 'eu', '1ms'), link('us', 'us', '1ms')]], worldOf(pods)))).toEqual(
    [
      'eu-0 world.eu.latencymatrix egress 1ms 10.0.0.10/31 but 10.0.0.10',
      'eu-1 world.eu.latencymatrix egress 1ms 10.0.0.10/31 but 10.0.0.11',
    ],
  );
});

test('a region may be that of the nodes, and a pod is in the first that has it', () => {
  const regions = [
    { name: 'west', members: { kind: 'nodeRegion' as const, nodeRegion: 'us-west-1' } },
    { name: 'rest', members: { kind: 'pods' as const, selector: {} } },
  ];
  const world = worldOf([us0, eu0], { nodeRegions: new Map([['n-us', 'us-west-1']]) });
  expect(planText(run(['world', [link('west', 'rest', '9ms')], { regions }], world))).toEqual([
    'us-0 world.rest.latencymatrix egress 9ms 10.0.0.10',
  ]);
});

test('what a pod without an agent sends is shaped where it comes in', () => {
  const mute = { ...us0, agent: undefined };
  const matrix: Parameters<typeof matrixOf> = ['world', [link('eu', 'us', '40ms'), link('us', 'eu', '45ms')]];
  expect(planText(run(matrix, worldOf([eu0, mute])))).toEqual([
    'eu-0 world.us.latencymatrix egress 40ms 10.0.1.10',
    'eu-0 world.us.latencymatrix.received ingress 45ms 10.0.1.10',
  ]);
  expect(outcomeOf(matrix, worldOf([eu0, mute]))?.problems).toEqual([
    expect.objectContaining({ code: 'no-agent', pod: 'shop/us-0' }),
  ]);
});

describe('the baseline', () => {
  const measured = (rtt: Duration | undefined) =>
    worldOf(pods, { baseline: (from) => (from === 'eu' ? rtt : undefined) });
  const matrix = (oneWay: string, more = {}): Parameters<typeof matrixOf> => [
    'world',
    [link('eu', 'us', oneWay, more)],
    { subtractBaseline: true },
  ];
  const delays = (...args: Parameters<typeof run>) =>
    run(...args)
      .plans.get('shop/eu-0')
      ?.map(({ fault }) => fault.delay);

  test('half of it is taken off what is asked', () => {
    expect(delays(matrix('40ms'), measured(ms('1ms')))).toEqual([{ time: ms('39.5ms') }]);
  });

  test('a link that is as slow as is asked gets no fault', () => {
    expect(delays(matrix('40ms'), measured(ms('80ms')))).toBeUndefined();
    expect(delays(matrix('40ms'), measured(ms('90ms')))).toBeUndefined();
  });

  test('the jitter is no more than what is left to add', () => {
    expect(delays(matrix('5ms', { jitter: ms('3ms') }), measured(ms('6ms')))).toEqual([
      { time: ms('2ms'), jitter: ms('2ms') },
    ]);
  });

  test('until it is known nothing is sent for its links, and the outcome says so', () => {
    expect(delays(matrix('40ms'), measured(undefined))).toBeUndefined();
    expect(outcomeOf(matrix('40ms'), measured(undefined))?.waitingFor).toBe('baseline');
  });

  test('a link without a delay, or with nobody at an end, does not wait for it', () => {
    const links = [
      { from: 'us', to: 'eu', loss: { ratio: Ratio.parse('1%') } },
      link('eu', 'nowhere', '1ms'),
    ];
    const world = measured(undefined);
    expect(outcomeOf(['world', links, { subtractBaseline: true }], world)?.waitingFor).toBeUndefined();
    expect(run(['world', links, { subtractBaseline: true }], world).plans.get('shop/us-0')).toHaveLength(1);
  });
});
