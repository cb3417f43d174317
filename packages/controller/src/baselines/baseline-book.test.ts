import type { ParsedLatencyMatrix } from '@podlag/api';
import { startTestAgent } from '@podlag/agent/testing';
import { AgentClient, httpTransport, type AgentTransport } from '@podlag/client';
import { createLogger, Duration } from '@podlag/core';
import { FakeClock } from '@podlag/core/testing';
import { until } from '../../test/until';
import type { WorldPod } from '../desired/world';
import type { SeenObject } from '../world/custom-objects';
import { BaselineBook, secondMs } from './baseline-book';
import { recalledBaselines } from './recalled-baselines';
import { regionPairs } from './region-pairs';

function pod(name: string, region: string, { port = 1, ready = true } = {}): WorldPod {
  return {
    ...{ key: `shop/${name}`, namespace: 'shop', name, uid: name, node: region, ready, gone: false },
    ...{ labels: { region }, addresses: ['127.0.0.1'], agent: { address: '127.0.0.1', port } },
  };
}

const without = (one: WorldPod): WorldPod => ({ ...one, agent: undefined });

const oneWay = Duration.parse('40ms');
const link = (from: string, to: string) => [`${from} ${to}`, { from, to, delay: { oneWay } }] as const;

const matrix: ParsedLatencyMatrix = {
  ...{ namespace: 'shop', name: 'world', uid: 'm', generation: 1, selector: {} },
  regions: ['eu', 'us'].map((name) => ({
    name,
    members: { kind: 'pods', selector: { matchLabels: { region: name } } },
  })),
  links: new Map([link('eu', 'us'), link('us', 'eu'), link('eu', 'eu')]),
  ...{ subtractBaseline: true, ttl: Duration.parse('1m'), suspend: false },
};

const pairNames = (pods: readonly WorldPod[]) =>
  [...regionPairs(matrix, pods, new Map())].map(
    ([pair, pairs]) =>
      `${pair.join('-')}: ${pairs.map(({ from, to }) => `${from.name}>${to.name}`).join(' ')}`,
  );

test('each pair of regions that has a link is measured once, between different pods, five at most', () => {
  const eu = [1, 2, 3, 4, 5, 6].map((n) => pod(`eu-${n}`, 'eu'));
  const us = [1, 2].map((n) => pod(`us-${n}`, 'us'));
  expect(pairNames([...us, ...eu, pod('other', 'asia')])).toEqual([
    'eu-us: eu-1>us-1 eu-2>us-2 eu-3>us-1 eu-4>us-2 eu-5>us-1',
    expect.stringMatching(/^eu-eu: eu-1>eu-2/),
  ]);
});

test('where nobody can measure there is no pair: one pod alone, or none with an agent', () => {
  expect(pairNames([pod('eu-1', 'eu')])).toEqual([]);
  expect(pairNames([without(pod('eu-1', 'eu')), without(pod('us-1', 'us'))])).toEqual([]);
});

test('who can measure is asked, from either side; one that is not ready only where no other is', () => {
  const waiting = pod('eu-1', 'eu', { ready: false });
  expect(pairNames([waiting, pod('us-1', 'us')])).toEqual(['eu-us: eu-1>us-1']);
  expect(pairNames([waiting, pod('eu-2', 'eu'), pod('us-1', 'us')])).toEqual([
    'eu-us: eu-2>us-1',
    'eu-eu: eu-2>eu-1',
  ]);
  expect(pairNames([without(pod('eu-1', 'eu')), pod('us-1', 'us')])).toEqual(['eu-us: us-1>eu-1']);
});

test('a round trip is measured by a real agent, at once, and told once while it stays the same', async () => {
  const agent = await startTestAgent();
  const transport = httpTransport('127.0.0.1', agent.agent.port);
  const clock = new FakeClock();
  let changes = 0;
  const book = new BaselineBook({
    ...{ clock, logger: createLogger('controller', 'silent'), intervalMs: 300_000 },
    clientOf: () => new AgentClient(transport),
    onChange: () => changes++,
  });
  const pods = [pod('eu-1', 'eu'), pod('us-1', 'us')];
  const wanted = new Map([['latencymatrix/shop/world', regionPairs(matrix, pods, new Map())]]);
  try {
    book.follow(wanted);
    expect(book.rtt('us', 'eu', 'latencymatrix/shop/world')).toBeUndefined();
    const rtt = await until(() => book.rtt('us', 'eu', 'latencymatrix/shop/world'));
    expect(rtt.milliseconds).toBeLessThan(50);
    expect(book.rtt('eu', 'us', 'latencymatrix/shop/world')).toBe(rtt);
    expect(book.statesOf('latencymatrix/shop/world')).toEqual([
      { kind: 'measured', pair: ['eu', 'us'], rtt },
    ]);
    expect(changes).toBe(1);
    expect(clock.nextAt).toBe(clock.now() + secondMs);
    book.follow(new Map());
    expect(book.rtt('eu', 'us', 'latencymatrix/shop/world')).toBeUndefined();
    expect(clock.nextAt).toBeUndefined();
  } finally {
    book.close();
    transport.close();
    await agent.agent.close();
  }
});

test('a round trip that nobody answers is taken for nothing after three tries, and measured when somebody does', async () => {
  const agent = await startTestAgent();
  const clock = new FakeClock();
  const key = 'latencymatrix/shop/world';
  let [port, changes, tries] = [1, 0, 0];
  const book = new BaselineBook({
    ...{ clock, logger: createLogger('controller', 'silent'), intervalMs: 300_000 },
    clientOf: () => {
      tries++;
      return new AgentClient(httpTransport('127.0.0.1', port));
    },
    onChange: () => changes++,
  });
  const pods = [pod('eu-1', 'eu'), pod('us-1', 'us')];
  try {
    book.follow(new Map([[key, regionPairs(matrix, pods, new Map())]]));
    for (const nth of [1, 2]) {
      await until(() => tries === nth && clock.nextAt !== undefined);
      expect(book.statesOf(key)).toEqual([{ kind: 'waiting', pair: ['eu', 'us'] }]);
      clock.advance(1_000);
    }
    await until(() => changes === 1);
    expect(tries).toBe(3);
    expect(book.rtt('eu', 'us', key)).toBe(Duration.zero);
    expect(book.statesOf(key)).toEqual([
      { kind: 'unmeasured', pair: ['eu', 'us'], problem: expect.stringContaining('shop/eu-1') },
    ]);
    port = agent.agent.port;
    await until(() => clock.nextAt !== undefined);
    clock.advance(30_000);
    await until(() => changes === 2);
    expect(book.statesOf(key)).toMatchObject([{ kind: 'measured' }]);
  } finally {
    book.close();
    await agent.agent.close();
  }
});

test('what is measured together is told together, and what lags behind keeps nobody waiting for long', async () => {
  const agent = await startTestAgent();
  const clock = new FakeClock();
  const key = 'latencymatrix/shop/world';
  let changes = 0;
  const answer = Promise.withResolvers<undefined>();
  const transport = httpTransport('127.0.0.1', agent.agent.port);
  const late: AgentTransport = { send: (call) => answer.promise.then(() => transport.send(call)) };
  const book = new BaselineBook({
    ...{ clock, logger: createLogger('controller', 'silent'), intervalMs: 300_000 },
    clientOf: (name) => new AgentClient(name === 'shop/asia-1' ? late : transport),
    onChange: () => changes++,
  });
  const wide = {
    ...matrix,
    regions: ['asia', 'eu', 'us'].map((name) => ({
      name,
      members: { kind: 'pods' as const, selector: { matchLabels: { region: name } } },
    })),
    links: new Map([link('asia', 'us'), link('eu', 'us')]),
  };
  const pods = [pod('asia-1', 'asia'), pod('eu-1', 'eu'), pod('us-1', 'us')];
  try {
    book.follow(new Map([[key, regionPairs(wide, pods, new Map())]]));
    await until(() => book.rtt('eu', 'us', key));
    expect(changes).toBe(0);
    clock.advance(2_000);
    expect(changes).toBe(1);
    answer.resolve(undefined);
    await until(() => book.rtt('asia', 'us', key));
    expect(changes).toBe(2);
  } finally {
    book.close();
    transport.close();
    await agent.agent.close();
  }
});

/** What an agent on a busy node answers, whose idle round trips were this long at least. */
function probeAnswer(min: string) {
  const idle = { answered: 11, lost: 0, min, median: '13ms', p95: '20ms', max: '30ms' };
  const asked = { dst: '127.0.0.1', port: 7, count: 11 };
  return { ...asked, roundTrip: idle, idle, added: { median: '0ms' } };
}

test('a node that is busy makes a region no farther: the shortest round trip counts', async () => {
  const body = probeAnswer('400us');
  const transport: AgentTransport = { send: () => Promise.resolve({ status: 200, body }) };
  const book = new BaselineBook({
    ...{ clock: new FakeClock(), logger: createLogger('controller', 'silent'), intervalMs: 300_000 },
    clientOf: () => new AgentClient(transport),
    onChange: () => undefined,
  });
  const key = 'latencymatrix/shop/world';
  try {
    book.follow(new Map([[key, regionPairs(matrix, [pod('eu-1', 'eu'), pod('us-1', 'us')], new Map())]]));
    await until(() => book.rtt('eu', 'us', key) !== undefined);
    expect(book.rtt('eu', 'us', key)?.toString()).toBe('400us');
  } finally {
    book.close();
  }
});

test('what was measured first is measured once more soon, and from then on at its interval', async () => {
  const clock = new FakeClock();
  let [shortest, probes] = ['4ms', 0];
  const transport: AgentTransport = {
    send: () => {
      probes++;
      return Promise.resolve({ status: 200, body: probeAnswer(shortest) });
    },
  };
  const book = new BaselineBook({
    ...{ clock, logger: createLogger('controller', 'silent'), intervalMs: 300_000 },
    clientOf: () => new AgentClient(transport),
    onChange: () => undefined,
  });
  const key = 'latencymatrix/shop/world';
  const rtt = () => book.rtt('eu', 'us', key)?.toString();
  try {
    book.follow(new Map([[key, regionPairs(matrix, [pod('eu-1', 'eu'), pod('us-1', 'us')], new Map())]]));
    await until(() => rtt() === '4ms');
    shortest = '400us';
    clock.advance(secondMs);
    await until(() => rtt() === '400us' && clock.nextAt === clock.now() + 300_000);
    expect(probes).toBe(2);
  } finally {
    book.close();
  }
});

test('what an earlier leader has measured holds until it is measured again, and is no news', async () => {
  const agent = await startTestAgent();
  const transport = httpTransport('127.0.0.1', agent.agent.port);
  const clock = new FakeClock();
  const key = 'latencymatrix/shop/world';
  let [changes, isUp] = [0, false];
  const book = new BaselineBook({
    ...{ clock, logger: createLogger('controller', 'silent'), intervalMs: 300_000 },
    clientOf: () => (isUp ? new AgentClient(transport) : undefined),
    onChange: () => changes++,
  });
  const status = {
    baselines: [
      { between: ['us', 'eu'] as const, rtt: '60ms' },
      { between: ['eu', 'eu'] as const, rtt: '20 bananas' },
    ],
  };
  const object = { metadata: { name: 'world', namespace: 'shop' }, spec: { regions: [], links: [] }, status };
  const seen = { kind: 'latencymatrix', key, object, parsed: matrix } as unknown as SeenObject;
  const pods = [pod('eu-1', 'eu'), pod('us-1', 'us')];
  try {
    book.recall(recalledBaselines(new Map([[key, seen]])));
    expect(book.rtt('eu', 'us', key)?.milliseconds).toBe(60);
    expect(book.rtt('eu', 'eu', key)).toBeUndefined();
    book.follow(new Map([[key, regionPairs(matrix, pods, new Map())]]));
    expect(book.statesOf(key)).toMatchObject([{ kind: 'measured', rtt: Duration.parse('60ms') }]);
    await until(() => clock.nextAt !== undefined);
    expect(changes).toBe(0);
    isUp = true;
    clock.advance(1_000);
    await until(() => changes === 1);
    expect(book.rtt('eu', 'us', key)?.milliseconds).toBeLessThan(50);
  } finally {
    book.close();
    transport.close();
    await agent.agent.close();
  }
});

test('of many regions each pair is measured by fewer pods', () => {
  const names = Array.from({ length: 12 }, (_, n) => `r${n}`);
  const wide = {
    ...matrix,
    regions: names.map((name) => ({
      name,
      members: { kind: 'pods' as const, selector: { matchLabels: { region: name } } },
    })),
    links: new Map(names.flatMap((from) => names.map((to) => link(from, to)))),
  };
  const pods = names.flatMap((name) => [1, 2, 3, 4, 5].map((n) => pod(`${name}-${n}`, name)));
  const found = [...regionPairs(wide, pods, new Map()).values()];
  expect(found).toHaveLength(78);
  expect(found.map((pairs) => pairs.length)).toEqual(found.map(() => 1));
});
