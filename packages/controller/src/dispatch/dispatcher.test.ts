import { AgentClient, clientErrors, httpTransport, type AgentTransport } from '@podlag/client';
import { createLogger, parseFault, parsePlan, type PlannedFault } from '@podlag/core';
import { FakeClock } from '@podlag/core/testing';
import { startTestAgent, type TestAgent } from '@podlag/agent/testing';
import { termAfter } from '@podlag/kube';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { until } from '../../test/until';
import type { SendOutcome } from './agent-link';
import { Dispatcher, type AgentPlace } from './dispatcher';

const closers: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

interface Bed {
  readonly dispatcher: Dispatcher;
  readonly clock: FakeClock;
  readonly agent: TestAgent;
  readonly place: AgentPlace;
  readonly sent: SendOutcome[];
  /** When it told that something is known. */
  readonly reports: number[];
  /** What the Lease says when it is asked, and whether it was renewed in time. */
  readonly lease: { isOurs: boolean; isRenewed: boolean };
  readonly wire: Wire;
}

/** What becomes of a PUT of a plan, and of its deletion, on their way. */
interface Wire {
  lost: 'nothing' | 'the question' | 'the answer';
}

/** That of the first controller of a cluster that was made on that day. */
const firstTerm = termAfter(0, {}, Date.UTC(2026, 10, 20));
const firstGeneration = firstTerm * 1e9;

function lossy(whole: AgentTransport, wire: Wire): AgentTransport {
  const lost = (): never => {
    throw clientErrors.error('agent-unreachable', 'no answer');
  };
  return {
    send: async (call, authorization) => {
      const isChange = call.method !== 'GET' && !call.path.endsWith('/lease');
      if (isChange && wire.lost === 'the question') lost();
      const answer = await whole.send(call, authorization);
      return isChange && wire.lost === 'the answer' ? lost() : answer;
    },
  };
}

async function bed({ agentAheadMs = 0, maxConcurrent = 4, env = {} } = {}): Promise<Bed> {
  const clock = new FakeClock();
  const agentClock = new FakeClock(clock.now() + agentAheadMs);
  const agent = await startTestAgent({ clock: agentClock, env });
  closers.push(() => agent.agent.close());
  const wire: Wire = { lost: 'nothing' };
  const sent: SendOutcome[] = [];
  const reports: number[] = [];
  const lease = { isOurs: false, isRenewed: true };
  const dispatcher = new Dispatcher({
    ...{ clock, maxConcurrent, silentMs: 10_000, logger: createLogger('controller', 'silent') },
    connect: ({ address, port }) => {
      const transport = httpTransport(address, port);
      const client = new AgentClient(lossy(transport, wire));
      return { client, clientWith: () => client, close: () => transport.close() };
    },
    isLeading: () => lease.isRenewed,
    isStillLeader: () => Promise.resolve(lease.isOurs),
    onReport: () => reports.push(clock.now()),
    onSent: (outcome) => void sent.push(outcome),
  });
  closers.push(() => dispatcher.close());
  dispatcher.startTerm(firstTerm);
  const place = {
    ...{ key: 'shop/web-1', namespace: 'shop', name: 'web-1', uid: 'a', mark: '' },
    ...{ address: '127.0.0.1', port: agent.agent.port },
  };
  return { dispatcher, clock, agent, place, sent, reports, lease, wire };
}

function planned(name: string, document: object = {}, timing?: PlannedFault['timing']): PlannedFault {
  const fault = parseFault({ delay: { time: '20ms' }, ttl: '30s', ...document }, 'a-name');
  return { fault: { ...fault, name }, ...(timing === undefined ? {} : { timing }) };
}

const held = async ({ agent }: Bed) =>
  (await agent.call('/v1/plans/controller')).body as {
    code?: string;
    generation?: number;
    heardAt?: string;
    faults?: readonly { name: string; state: string; changesAt?: string }[];
  };

const idle = ({ dispatcher }: Bed) => until(() => dispatcher.isIdle);

async function wanting(given: Bed, ...faults: readonly PlannedFault[]): Promise<void> {
  given.dispatcher.want([given.place], new Map([[given.place.key, faults]]));
  await idle(given);
}

test('a plan is sent once, read back, and sent again only when it is another', async () => {
  const given = await bed();
  await wanting(given, planned('slow.networkfault'));
  expect(given.dispatcher.reportOf('shop/web-1', 'slow.networkfault')).toEqual({ kind: 'in-force' });
  expect(given.dispatcher.reportOf('shop/web-1', 'other.networkfault')).toEqual({ kind: 'pending' });
  await wanting(given, planned('slow.networkfault'));
  expect(given.sent).toEqual(['sent']);
  await wanting(given, planned('slow.networkfault', { delay: { time: '30ms' } }));
  expect(given.sent).toEqual(['sent', 'sent']);
  expect((await held(given)).generation).toBe(firstGeneration + 2);
});

test('what is in force stays told as such while another fault is on its way to the same agent', async () => {
  const given = await bed();
  const slow = planned('slow.networkfault');
  await wanting(given, slow);
  const both = new Map([[given.place.key, [slow, planned('lossy.networkfault')]]]);
  given.dispatcher.want([given.place], both);
  expect(given.dispatcher.reportOf('shop/web-1', 'slow.networkfault').kind).toBe('in-force');
  expect(given.dispatcher.reportOf('shop/web-1', 'lossy.networkfault').kind).toBe('pending');
  await idle(given);
  expect(given.dispatcher.reportOf('shop/web-1', 'lossy.networkfault').kind).toBe('in-force');
});

test('what nobody wants any more is left over until its agent has dropped it', async () => {
  const given = await bed();
  await wanting(given, planned('slow.networkfault'));
  expect(given.dispatcher.leftovers.size).toBe(0);
  given.dispatcher.want([given.place], new Map());
  expect(given.dispatcher.leftovers).toEqual(new Map([['shop/web-1', ['slow.networkfault']]]));
  await idle(given);
  expect(given.dispatcher.leftovers.size).toBe(0);
});

test('an agent that is away has what is left until its lease is over', async () => {
  const given = await bed();
  await wanting(given, planned('slow.networkfault'));
  await given.agent.agent.close();
  given.dispatcher.want([given.place], new Map());
  await idle(given);
  given.clock.advance(10_000);
  expect(given.dispatcher.reportOf('shop/web-1', 'slow.networkfault')).toMatchObject({
    problem: { code: 'agent-unreachable' },
  });
  expect(given.dispatcher.leftovers.size).toBe(1);
  given.clock.advance(20_000);
  expect(given.dispatcher.leftovers.size).toBe(0);
});

test('a plan is renewed at a third of its least ttl', async () => {
  const given = await bed();
  await wanting(given, planned('slow.networkfault'), planned('long.networkfault', { ttl: '10m' }));
  given.clock.advance(9_999);
  expect(given.sent).toEqual(['sent']);
  given.clock.advance(1);
  await until(() => given.sent.length === 2);
  expect(given.sent).toEqual(['sent', 'renewed']);
});

test('a plan whose lease is long is looked at three times a minute all the same', async () => {
  const given = await bed();
  await wanting(given, planned('long.scenario', { ttl: '1h' }));
  given.clock.advance(19_999);
  expect(given.sent).toEqual(['sent']);
  given.clock.advance(1);
  await until(() => given.sent.length === 2);
  expect(given.sent).toEqual(['sent', 'renewed']);
});

/** An address where calls are taken, and never answered. */
async function silentPort({ hangsUpFirst = false } = {}): Promise<number> {
  let calls = 0;
  const server = createServer(({ socket }) => {
    if (++calls === 1 && hangsUpFirst) socket.destroy();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(() => {
    server.close();
    server.closeAllConnections();
  });
  return (server.address() as AddressInfo).port;
}

test('agents that have fallen silent keep the others waiting for a second, and are waited for as long as before', async () => {
  const given = await bed({ maxConcurrent: 2 });
  const port = await silentPort();
  const silent = [1, 2].map((n) => ({ ...given.place, key: `shop/gone-${n}`, uid: `gone-${n}`, port }));
  const faults = [planned('slow.networkfault')];
  const all = [...silent, given.place];
  given.dispatcher.want(all, new Map(all.map(({ key }) => [key, faults])));
  const report = () => given.dispatcher.reportOf(given.place.key, 'slow.networkfault').kind;
  given.clock.advance(999);
  expect(report()).toBe('pending');
  expect(given.sent).toEqual([]);
  given.clock.advance(1);
  await until(() => report() === 'in-force');
  // The silent ones are not asked twice at a time, nor given up.
  expect(given.sent).toEqual(['sent']);
  expect(given.dispatcher.isIdle).toBe(false);
});

test('an agent that refuses does not wait for those that do not answer', async () => {
  const given = await bed({ maxConcurrent: 1, env: { PODLAG_MOST_TARGETS: '2' } });
  const wide = planned('wide.networkfault', { to: [1, 2, 3].map((last) => ({ cidr: `10.0.0.${last}` })) });
  const port = await silentPort({ hangsUpFirst: true });
  const silent = { ...given.place, key: 'shop/gone', uid: 'gone', port };
  given.dispatcher.want([silent], new Map([[silent.key, [wide]]]));
  await idle(given);
  // It is tried again, and that takes the one slot for those that do not answer.
  given.clock.advance(5_000);
  const all = [silent, given.place];
  given.dispatcher.want(all, new Map(all.map(({ key }) => [key, [wide]])));
  await until(() => given.sent.length === 2);
  given.clock.advance(5_000);
  await until(() => given.sent.length === 3);
  expect(given.sent).toEqual(['failed', 'failed', 'failed']);
  expect(given.dispatcher.reportOf(given.place.key, 'wide.networkfault')).toMatchObject({
    problem: { code: 'too-many-targets' },
  });
});

test('what an earlier leader has left may be there until the agent has answered, and is emptied or given a plan', async () => {
  const given = await bed();
  const left = { generation: 7, faults: [{ name: 'old.scenario', delay: { time: '1s' }, ttl: '1h' }] };
  await given.agent.put('/v1/plans/controller', left);
  given.wire.lost = 'the question';
  expect([...given.dispatcher.inherited]).toEqual([]);
  await wanting(given);
  // It has told what it has, and was not brought to drop it.
  expect(given.sent).toEqual(['asked', 'failed']);
  expect([...given.dispatcher.inherited]).toEqual(['shop/web-1']);
  given.wire.lost = 'nothing';
  given.clock.advance(5_000);
  await until(() => given.dispatcher.inherited.size === 0);
  expect(given.sent).toEqual(['asked', 'failed', 'deleted']);
});

test('a plan of its own takes the place of what an earlier leader has left, and a pod that is new has nothing of it', async () => {
  const given = await bed();
  await given.agent.put('/v1/plans/controller', { generation: 7, faults: [] });
  const port = await silentPort();
  const wanted = new Map([[given.place.key, [planned('slow.networkfault')]]]);
  given.dispatcher.want([given.place], wanted);
  expect([...given.dispatcher.inherited]).toEqual(['shop/web-1']);
  await idle(given);
  given.dispatcher.want([given.place, { ...given.place, key: 'shop/new', uid: 'new', port }], wanted);
  expect([...given.dispatcher.inherited]).toEqual([]);
});

test('a plan that was taken away and wanted again while others were asked is renewed all the same', async () => {
  const given = await bed({ maxConcurrent: 1 });
  const slow = planned('slow.networkfault');
  await wanting(given, slow);
  const other = await startTestAgent({ clock: given.clock });
  closers.push(() => other.agent.close());
  const busy = { ...given.place, key: 'shop/web-2', uid: 'b', port: other.agent.port };
  const want = (...faults: readonly PlannedFault[]) =>
    given.dispatcher.want([busy, given.place], new Map([[given.place.key, faults]]));
  want();
  want(slow);
  await idle(given);
  expect(given.sent).toEqual(['sent', 'asked']);
  given.clock.advance(10_000);
  await until(() => given.sent.length === 3);
  expect(given.sent.at(-1)).toBe('renewed');
});

test.each(['the question', 'the answer'] as const)(
  'where %s of a change was lost, what was there before can be wanted again',
  async (lost) => {
    for (const faults of [[planned('slow.networkfault', { delay: { time: '90ms' } })], []]) {
      const given = await bed();
      const slow = planned('slow.networkfault');
      await wanting(given, slow);
      given.wire.lost = lost;
      await wanting(given, ...faults);
      expect(given.sent).toEqual(['sent', 'failed']);
      given.wire.lost = 'nothing';
      given.dispatcher.want([given.place], new Map([[given.place.key, [slow]]]));
      expect(given.dispatcher.reportOf('shop/web-1', 'slow.networkfault')).toEqual({ kind: 'pending' });
      await idle(given);
      const latency = async () => (await given.agent.call('/latency')).body as { latency: string };
      await until(async () => (await latency()).latency === '20ms');
      expect(given.dispatcher.reportOf('shop/web-1', 'slow.networkfault').kind).toBe('in-force');
      expect(given.dispatcher.counts()).toMatchObject({ settled: 1 });
      const before = given.sent.length;
      given.clock.advance(10_000);
      await until(() => given.sent.length > before);
      expect(given.sent.at(-1)).toBe('renewed');
    }
  },
);

test('a plan of which the answer was lost and that nobody wants any more is taken away', async () => {
  const given = await bed();
  await wanting(given);
  given.wire.lost = 'the answer';
  await wanting(given, planned('slow.networkfault'));
  given.wire.lost = 'nothing';
  await wanting(given);
  expect(given.sent).toEqual(['asked', 'failed', 'asked', 'deleted']);
  expect((await held(given)).code).toBe('no-such-plan');
});

test('while a change is refused what is held is renewed, and told as it is', async () => {
  const given = await bed({ env: { PODLAG_MOST_TARGETS: '2' } });
  const slow = planned('slow.networkfault');
  const wide = planned('wide.networkfault', { to: [1, 2, 3].map((last) => ({ cidr: `10.0.0.${last}` })) });
  await wanting(given, slow);
  for (let seconds = 0; seconds < 60; seconds += 5) {
    given.clock.advance(5_000);
    given.agent.clock.advance(5_000);
    await wanting(given, slow, wide);
  }
  expect((await held(given)).faults).toMatchObject([{ name: 'slow.networkfault', state: 'in-force' }]);
  expect(given.dispatcher.reportOf('shop/web-1', 'slow.networkfault')).toEqual({ kind: 'in-force' });
  expect(given.dispatcher.reportOf('shop/web-1', 'wide.networkfault')).toMatchObject({
    kind: 'failed',
    problem: { code: 'too-many-targets' },
  });
});

test('a refused change keeps nothing alive that nobody wants any more', async () => {
  const given = await bed({ env: { PODLAG_MOST_TARGETS: '2' } });
  const wide = planned('wide.networkfault', { to: [1, 2, 3].map((last) => ({ cidr: `10.0.0.${last}` })) });
  await wanting(given, planned('slow.networkfault'), planned('gone.networkfault'));
  await wanting(given, planned('slow.networkfault'), wide);
  expect(given.sent).toEqual(['sent', 'failed']);
});

test('who may not lead any more renews, and brings back nothing that another has taken away', async () => {
  const given = await bed();
  const slow = planned('slow.networkfault');
  await wanting(given, slow);
  given.lease.isRenewed = false;
  await wanting(given, slow, planned('more.networkfault'));
  given.clock.advance(10_000);
  await until(() => given.sent.length === 2);
  await given.agent.call(`/v1/plans/controller?generation=${firstGeneration + 1e9}`, { method: 'DELETE' });
  for (let seconds = 0; seconds < 120; seconds += 10) {
    given.clock.advance(10_000);
    given.agent.clock.advance(10_000);
    await idle(given);
  }
  expect(given.sent).toEqual(['sent', 'renewed', 'failed']);
  expect((await held(given)).code).toBe('no-such-plan');
  given.lease.isRenewed = true;
  await wanting(given, slow);
  expect((await held(given)).faults).toHaveLength(1);
});

test('who may not lead any more takes nothing away either', async () => {
  const given = await bed();
  await wanting(given, planned('slow.networkfault'));
  given.lease.isRenewed = false;
  await wanting(given);
  expect(given.sent).toEqual(['sent']);
  given.lease.isRenewed = true;
  await wanting(given);
  expect(given.sent).toEqual(['sent', 'deleted']);
});

test('an agent that has lost its plan gets it again at the next renewal, or as soon as its pod has changed', async () => {
  const given = await bed();
  await wanting(given, planned('slow.networkfault'));
  await given.agent.call('/v1/plans/controller', { method: 'DELETE' });
  given.clock.advance(10_000);
  await until(async () => (await held(given)).faults?.length === 1);
  await given.agent.call('/v1/plans/controller', { method: 'DELETE' });
  given.dispatcher.want(
    [{ ...given.place, mark: 'restarted' }],
    new Map([[given.place.key, [planned('slow.networkfault')]]]),
  );
  await until(async () => (await held(given)).faults?.length === 1);
});

test('an agent of which nothing is wanted is asked once, and emptied of what another leader has left', async () => {
  const given = await bed();
  await given.agent.put('/v1/plans/controller', {
    generation: 7,
    faults: [{ name: 'old.networkfault', delay: { time: '1s' } }],
  });
  await wanting(given);
  expect(given.sent).toEqual(['asked', 'deleted']);
  expect((await held(given)).code).toBe('no-such-plan');
});

test('a leader of an earlier term changes nothing, unless the Lease says that it still leads', async () => {
  const given = await bed();
  const later = firstGeneration + 4e9;
  await given.agent.put('/v1/plans/controller', { generation: later, faults: [] });
  await wanting(given, planned('slow.networkfault'));
  expect(given.dispatcher.reportOf('shop/web-1', 'slow.networkfault')).toMatchObject({
    kind: 'failed',
    problem: { code: 'stale-generation' },
  });
  expect((await held(given)).generation).toBe(later);
  given.lease.isOurs = true;
  given.clock.advance(5_000);
  await until(async () => ((await held(given)).generation ?? 0) > later);
  await until(() => given.dispatcher.reportOf('shop/web-1', 'slow.networkfault').kind === 'in-force');
});

test('an agent that claims to hold a generation that no controller gives is that agent’s own problem', async () => {
  const given = await bed();
  given.lease.isOurs = true;
  await given.agent.put('/v1/plans/controller', { generation: Number.MAX_SAFE_INTEGER, faults: [] });
  const liar = { ...given.place, key: 'shop/liar', uid: 'liar' };
  const honest = await startTestAgent({ clock: given.clock });
  closers.push(() => honest.agent.close());
  const web2 = { ...given.place, key: 'shop/web-2', uid: 'b', port: honest.agent.port };
  const faults = [planned('slow.networkfault')];
  const wanted = new Map([liar, web2].map(({ key }) => [key, faults]));
  given.dispatcher.want([liar], wanted);
  await idle(given);
  expect(given.dispatcher.reportOf(liar.key, 'slow.networkfault')).toMatchObject({
    kind: 'failed',
    problem: { code: 'strange-generation', detail: expect.stringContaining('9007199254740991') },
  });
  given.dispatcher.want([liar, web2], wanted);
  await idle(given);
  expect(given.dispatcher.reportOf(web2.key, 'slow.networkfault').kind).toBe('in-force');
  const { body } = await honest.call('/v1/plans/controller');
  expect((body as { generation: number }).generation).toBeLessThan(firstGeneration + 100);
});

test('what one agent is overtaken by moves the generations of no other', async () => {
  const given = await bed();
  const later = firstGeneration + 4e9;
  given.lease.isOurs = true;
  await given.agent.put('/v1/plans/controller', { generation: later, faults: [] });
  await wanting(given, planned('slow.networkfault'));
  expect((await held(given)).generation).toBe(later + 1);
  const other = await startTestAgent({ clock: given.clock });
  closers.push(() => other.agent.close());
  const web2 = { ...given.place, key: 'shop/web-2', uid: 'b', port: other.agent.port };
  given.dispatcher.want([web2], new Map([[web2.key, [planned('slow.networkfault')]]]));
  await idle(given);
  const { body } = await other.call('/v1/plans/controller');
  expect((body as { generation: number }).generation).toBeLessThan(firstGeneration + 1e9);
});

test('on hold an agent keeps what another leader has left, renewed, until it is known what is wanted', async () => {
  const given = await bed();
  const left = { name: 'old.networkfault', delay: { time: '1s' }, ttl: '10s' };
  await given.agent.put('/v1/plans/controller', { generation: 7, faults: [left] });
  const want = (unlearnt: readonly string[]) =>
    given.dispatcher.want([given.place], new Map(), new Set(unlearnt));
  want(['shop']);
  await idle(given);
  for (const times of [2, 3, 4]) {
    given.clock.advance(3_000);
    given.agent.clock.advance(3_000);
    await until(() => given.sent.length === times);
    await idle(given);
  }
  expect(given.sent.every((outcome) => outcome === 'renewed')).toBe(true);
  expect(await held(given)).toMatchObject({ generation: 7, faults: [{ state: 'in-force' }] });
  expect(Date.parse((await held(given)).heardAt ?? '')).toBe(given.clock.now());
  want([]);
  await until(async () => (await held(given)).code === 'no-such-plan');
});

test('on hold an agent that holds nothing gets what is wanted at once', async () => {
  const given = await bed();
  const faults = new Map([[given.place.key, [planned('slow.networkfault')]]]);
  given.dispatcher.want([given.place], faults, new Set(['shop']));
  await idle(given);
  expect(given.sent).toEqual(['asked', 'sent']);
});

test('a kernel that is otherwise than asked is told as not in force, and as failed when it stays so', async () => {
  const given = await bed();
  await wanting(given, planned('slow.networkfault'));
  const report = () => given.dispatcher.reportOf('shop/web-1', 'slow.networkfault');
  given.agent.driver.tamper('eth0', (observed) => ({
    ...observed,
    qdiscs: observed.qdiscs.map((one) =>
      one.netem ? { ...one, netem: { ...one.netem, delaySeconds: 0.1 } } : one,
    ),
  }));
  // The agent's own clock would have it repaired: it is not asked to go that far.
  given.clock.advance(10_000);
  await until(() => report().kind === 'pending');
  for (let seconds = 0; seconds < 21; seconds += 3) {
    const sent = given.sent.length;
    given.clock.advance(3_000);
    await until(() => given.sent.length > sent);
    await idle(given);
  }
  expect(report()).toMatchObject({ kind: 'failed', problem: { code: 'drift' } });
});

test('an agent whose clock is ahead gets its times by its own clock', async () => {
  const given = await bed({ agentAheadMs: 90_000 });
  const start = given.clock.now() + 2_000;
  const timing = { start: new Date(start).toISOString(), at: '0s', for: '10s' };
  const { faults } = parsePlan(
    { generation: 1, faults: [{ name: 'a.scenario', delay: { time: '20ms' }, timing }] },
    'controller',
  );
  await wanting(given, ...faults);
  const [fault] = (await held(given)).faults ?? [];
  expect(Date.parse(fault?.changesAt ?? '')).toBe(start + 90_000);
  expect(given.dispatcher.skewMsOf('shop/web-1')).toBeLessThanOrEqual(5);
});

test('an agent that does not answer is tried again after a pause, and another of the same name is another', async () => {
  const given = await bed();
  await given.agent.agent.close();
  await wanting(given, planned('slow.networkfault'));
  expect(given.dispatcher.reportOf('shop/web-1', 'slow.networkfault')).toEqual({ kind: 'pending' });
  given.clock.advance(200);
  await until(() => given.sent.length === 2);
  expect(given.sent).toEqual(['failed', 'failed']);
  const next = await startTestAgent({ clock: given.clock });
  closers.push(() => next.agent.close());
  given.dispatcher.want(
    [{ ...given.place, uid: 'b', port: next.agent.port }],
    new Map([[given.place.key, [planned('slow.networkfault')]]]),
  );
  await until(() => given.dispatcher.reportOf('shop/web-1', 'slow.networkfault').kind === 'in-force');
});

test('an agent that has not answered for ten seconds has failed, and until then what was known holds', async () => {
  const given = await bed();
  await wanting(given, planned('slow.networkfault'));
  const { port } = given.agent.agent;
  await given.agent.agent.close();
  const since = given.clock.now() + 10_000;
  given.clock.advance(10_000);
  await until(() => given.sent.at(-1) === 'failed');
  const report = () => given.dispatcher.reportOf('shop/web-1', 'slow.networkfault');
  for (let ms = 0; ms < 9_999; ms++) given.clock.advance(1);
  expect(report()).toEqual({ kind: 'in-force' });
  given.clock.advance(1);
  expect(given.reports.at(-1)).toBe(since + 10_000);
  expect(report()).toMatchObject({
    kind: 'failed',
    problem: { code: 'agent-unreachable', detail: expect.any(String), hint: expect.any(String) },
  });
  const next = await startTestAgent({ clock: given.clock, env: { PODLAG_LISTEN_PORT: String(port) } });
  closers.push(() => next.agent.close());
  await until(() => {
    given.clock.advance(100);
    return report().kind === 'in-force';
  });
});

test('what an agent cannot do is told with its reason, and the rest is in force', async () => {
  const given = await bed();
  const gemodel = { loss: { gemodel: { p: '1%' } } };
  await wanting(given, planned('one.networkfault', gemodel), planned('two.networkfault', gemodel));
  expect(given.dispatcher.reportOf('shop/web-1', 'one.networkfault').kind).toBe('in-force');
  expect(given.dispatcher.reportOf('shop/web-1', 'two.networkfault')).toMatchObject({
    kind: 'failed',
    problem: { code: 'not-composable', hint: expect.any(String) },
  });
});
