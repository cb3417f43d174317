import { AgentClient, type AgentCall } from '@podlag/client';
import type { ReachedAgent } from '../agents/agents';
import { CommandLine } from '../../test/command-line';
import { cliErrors } from '../frame/cli-errors';
import type { CommandContext } from '../frame/command-context';
import type { Pair, Source } from './end';
import { measurePair, type PairResult } from './measure-pair';
import { measureRounds } from './measure-rounds';
import { concernedPairs } from './object-pairs';

/** An agent by its answers: profiles and measured milliseconds, one after the other; the last again and again. */
class ScriptedEnd {
  readonly calls: string[] = [];
  readonly end: Source;

  constructor(
    name: string,
    readonly profiles: object[],
    readonly addedMs: number[] = [0],
  ) {
    const client = new AgentClient({
      send: (call) => Promise.resolve({ status: 200, body: this.#answer(call) }),
    });
    const pod = { metadata: { name, labels: { app: name } } };
    const agent: ReachedAgent = { name, namespace: 'shop', pod, client, close: () => undefined };
    this.end = { name, address: `10.1.0.${name.charCodeAt(0) - 96}`, agent };
  }

  #answer({ path, body }: AgentCall): unknown {
    this.calls.push(`${path} ${JSON.stringify(body ?? '')}`);
    const next = <T>(values: T[]): T => (values.length > 1 ? values.shift() : values[0]) as T;
    if (path.startsWith('/v1/explain')) {
      const way = { exempt: false, reason: 'meets it', faults: ['controller/slow.networkfault'] };
      return {
        packet: { dst: '10.1.0.9', protocol: 'tcp' },
        egress: { ...way, profile: next(this.profiles) },
        expected: { roundTrip: { least: '0ms', most: '0ms' }, without: [] },
      };
    }
    const ms = next(this.addedMs);
    const summary = (median: number): object => ({ answered: 20, lost: 0, median: `${median}ms` });
    const measured = { roundTrip: summary(ms + 0.5), idle: summary(0.5), added: { median: `${ms}ms` } };
    return { dst: '10.1.0.9', port: 7, count: 20, ...measured };
  }
}

const settings = { port: 2379, count: 20 };
const delay = (time: string): object => ({ delay: { time } });

function pairOf(profiles: object[], addedMs?: number[]): { a: ScriptedEnd; b: ScriptedEnd; pair: Pair } {
  const [a, b] = [new ScriptedEnd('a', profiles, addedMs), new ScriptedEnd('b', [{}])];
  return { a, b, pair: { from: a.end, to: b.end } };
}

/** What measuring needs of it. */
const context = (stderr: string[] = []): CommandContext => ({
  name: 'podlag',
  stdout: () => undefined,
  stderr: (text) => stderr.push(text),
  isTTY: false,
  stderrColumns: () => undefined,
  clock: new CommandLine().clock,
  connect: () => Promise.reject(cliErrors.error('usage', 'no cluster is needed')),
  transportFor: () => ({ send: () => Promise.reject(new Error('nobody')) }),
  readFile: () => Promise.resolve(''),
  writeFile: () => Promise.resolve(),
  interrupted: new AbortController().signal,
  exitWith: () => undefined,
});

test('the port is the peer’s to the source, and its own to the destination', async () => {
  const { a, b, pair } = pairOf([delay('20ms')], [20]);
  expect(await measurePair(pair, settings)).toMatchObject({ verdict: 'ok' });
  expect(a.calls[0]).toMatch(/dst=10\.1\.0\.2.*port=2379/);
  expect(b.calls[0]).toMatch(/dst=10\.1\.0\.1.*localPort=2379/);
});

test('an agent waits longer for what is to take longer', async () => {
  const { a, pair } = pairOf([delay('5s')], [5_000]);
  expect(await measurePair(pair, settings)).toMatchObject({ verdict: 'ok' });
  expect(a.calls.find((call) => call.startsWith('/v1/probes'))).toContain('"timeout":"7000ms"');
});

test('what changes while it is measured cannot be judged', async () => {
  const { pair } = pairOf([delay('20ms'), delay('30ms')], [20]);
  expect(await measurePair(pair, settings)).toMatchObject({
    verdict: 'unmeasurable',
    reason: 'what is asked for changed while it was measured',
  });
});

test.each([
  ['30 s', delay('29s')],
  ['a second apart', { delay: { time: '1s', jitter: '600ms' } }],
  ['fewer packets', { rate: '8kbit' }],
])('what cannot be measured is not: %s', async (reason, profile) => {
  const { a, pair } = pairOf([profile]);
  expect(await measurePair(pair, settings)).toMatchObject({
    verdict: 'unmeasurable',
    reason: expect.stringContaining(reason),
  });
  expect(a.calls.filter((call) => call.startsWith('/v1/probes'))).toEqual([]);
});

const verdictOf = ([result]: readonly PairResult[]): string | undefined => result?.verdict;

test('of what is not as asked the second measurement counts', async () => {
  const told: string[] = [];
  const onceOff = pairOf([delay('20ms')], [40, 20]);
  expect(verdictOf(await measureRounds(context(told), [[onceOff.pair]], settings))).toBe('ok');
  expect(told).toContain('1 not as asked, measured once more\n');
  expect(onceOff.a.calls.filter((call) => call.includes('"count":60'))).toHaveLength(1);
  const twiceOff = pairOf([delay('20ms')], [40]);
  expect(verdictOf(await measureRounds(context(), [[twiceOff.pair]], settings))).toBe('off');
  const wasOk = pairOf([delay('20ms')], [20, 40]);
  expect(verdictOf(await measureRounds(context(), [[wasOk.pair]], settings))).toBe('ok');
});

test('of an object only pods that it selects are asked, about each other and about their peers', async () => {
  const [a, b, c] = ['a', 'b', 'c'].map((name) => new ScriptedEnd(name, [delay('20ms')])) as [
    ScriptedEnd,
    ScriptedEnd,
    ScriptedEnd,
  ];
  const pair = (from: ScriptedEnd, to: ScriptedEnd): Pair => ({ from: from.end, to: to.end });
  const object = {
    ...{ name: 'networkfault/slow', phase: 'Effective', port: undefined },
    selector: { matchLabels: { app: 'a' } },
    isOwn: (name: string) => name === 'controller/slow.networkfault',
  };
  const rounds = [[pair(a, b)], [pair(b, c)], [pair(c, a)]];
  const found = await concernedPairs(context(), object, rounds, settings);
  expect(found.flat().map(({ from, to }) => `${from.name}${to.name}`)).toEqual(['ab', 'ca']);
  expect(b.calls).toHaveLength(1);
});
