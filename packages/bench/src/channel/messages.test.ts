import fc from 'fast-check';
import type { Environment } from '../record/manifest';
import { workCall } from './bench-service';
import { printFromWorker, readFromWorker, type FromWorker } from './from-worker';
import { taskStatuses } from './task';
import { printToWorker, readToWorker, type ToWorker } from './to-worker';

const label = fc.stringMatching(/^[a-z0-9]([-a-z0-9]{0,20}[a-z0-9])?$/);
const id = fc.stringMatching(/^[!-~]{1,60}$/);
const words = fc.string({ maxLength: 200, unit: 'grapheme' });
const address = fc.oneof(fc.ipV4(), fc.constant('fd00::1'));
const count = (min: number, max: number): fc.Arbitrary<number> => fc.integer({ min, max });
const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(value, { nil: undefined });
const finite = (options: fc.DoubleConstraints): fc.Arbitrary<number> =>
  fc.double({ noNaN: true, ...options });

const environment = fc.record<Environment>(
  {
    kernel: words,
    cpus: count(1, 512),
    cpuLimit: finite({ min: 0, max: 512 }).map(positiveZero),
    image: words,
  },
  { requiredKeys: [] },
);

const fromWorker: fc.Arbitrary<FromWorker> = fc.oneof(
  fc.record({
    kind: fc.constant('hello' as const),
    hello: fc.record({
      ...{ worker: label, version: words, node: label, zone: maybe(label) },
      network: fc.constantFrom('pod' as const, 'host' as const),
      addresses: fc.array(address, { maxLength: 8 }),
      tools: fc.dictionary(label, fc.oneof(fc.record({ version: words }), fc.record({ problem: words })), {
        noNullPrototype: true,
      }),
      environment,
    }),
  }),
  fc.record({ kind: fc.constant('ready' as const), task: id }),
  fc.record({ kind: fc.constant('heartbeat' as const) }),
  fc.record({
    kind: fc.constant('outcome' as const),
    outcome: fc.record({
      ...{ task: id, detail: words, stdout: words, stderr: words, truncated: fc.boolean() },
      status: fc.constantFrom(...taskStatuses),
      argv: fc.array(words, { maxLength: 20 }),
      exitCode: maybe(count(0, 255)),
      stdoutSha256: fc.stringMatching(/^[0-9a-f]{64}$/),
      startedMs: count(0, 8.64e15),
      endedMs: count(0, 8.64e15),
      selfCheck: maybe(
        fc.record({
          eventLoopDelay: finite({ min: 0, max: 100 }).map(positiveZero),
          reasons: fc.array(words, { maxLength: 3 }),
        }),
      ),
    }),
  }),
);

const toWorker: fc.Arbitrary<ToWorker> = fc.oneof(
  fc.record({ kind: fc.constant('welcome' as const), run: label, heartbeatMs: count(10, 60_000) }),
  fc.record({ kind: fc.constant('cancel' as const), task: id }),
  fc.record({ kind: fc.constant('goodbye' as const), reason: words }),
  fc.record({
    kind: fc.constant('task' as const),
    role: fc.constantFrom('server' as const, 'client' as const),
    task: fc.record({
      ...{ id, benchmark: label, serverHost: address, timeoutMs: count(1, 86_400_000) },
      parameters: fc.record({
        seconds: finite({ min: 0.001, max: 86_400 }),
        warmUpSeconds: finite({ min: 0, max: 86_400 }).map(positiveZero),
        streams: count(1, 65_536),
        size: maybe(count(1, 2 ** 31 - 1)),
        rate: maybe(finite({ min: 0.001, max: 1e9 })),
      }),
    }),
  }),
);

/** -0 is 0 on the wire. */
function positiveZero(value: number): number {
  return value === 0 ? 0 : value;
}

test('what a worker says arrives as it was, through the bytes of the contract', () => {
  fc.assert(
    fc.property(fromWorker, (message) => {
      const bytes = workCall.requestSerialize(printFromWorker(message));
      expect(readFromWorker(workCall.requestDeserialize(bytes))).toEqual(message);
    }),
  );
});

test('what an orchestrator says arrives as it was, through the bytes of the contract', () => {
  fc.assert(
    fc.property(toWorker, (message) => {
      const bytes = workCall.responseSerialize(printToWorker(message));
      expect(readToWorker(workCall.responseDeserialize(bytes))).toEqual(message);
    }),
  );
});

const client = {
  ...{ id: 't', role: 'ROLE_CLIENT', benchmark: 'iperf3-tcp', serverHost: '10.1.2.3', timeoutMs: 1_000 },
  parameters: { seconds: 1, warmUpSeconds: 0, streams: 1 },
};

test.each<[string, object, RegExp]>([
  [
    'a host that a program would take for an option',
    { serverHost: '-oProxy' },
    /serverHost: must be an IP address or a DNS name/,
  ],
  ['a host with a shell in it', { serverHost: 'a;reboot' }, /serverHost/],
  ['a client without a host', { serverHost: '' }, /serverHost: must name the server of a client/],
  ['no role', { role: 'ROLE_UNSPECIFIED' }, /role/],
  ['a benchmark that is a path', { benchmark: '../../bin/sh' }, /benchmark: must be a DNS label/],
  ['an id with a line break', { id: 'a\nb' }, /id: must be/],
  ['no time', { timeoutMs: 0 }, /timeoutMs/],
  ['no parameters', { parameters: null }, /parameters/],
  ['no streams', { parameters: { ...client.parameters, streams: 0 } }, /parameters.streams/],
  [
    'seconds that are no number',
    { parameters: { ...client.parameters, seconds: Number.NaN } },
    /parameters.seconds/,
  ],
  ['endless seconds', { parameters: { ...client.parameters, seconds: Infinity } }, /parameters.seconds/],
])('a worker does not take a task with %s', (_, changes, words) => {
  const wire = { message: 'task', task: { ...client, ...changes } };
  expect(() => readToWorker(wire)).toThrow(
    expect.objectContaining({ code: 'bad-message', detail: expect.stringMatching(words) }),
  );
});

test('output that is no UTF-8 gets longer when it is read, and is within bounds all the same', () => {
  const outcome = {
    ...{
      task: 't',
      status: 'exit' as const,
      detail: '',
      argv: [],
      exitCode: 0,
      truncated: true,
      startedMs: 0,
      endedMs: 0,
    },
    ...{ stdout: '\u{fffd}'.repeat(65_536), stderr: '', stdoutSha256: 'a'.repeat(64), selfCheck: undefined },
  } as const;
  const bytes = workCall.requestSerialize(printFromWorker({ kind: 'outcome', outcome }));
  expect(readFromWorker(workCall.requestDeserialize(bytes))).toMatchObject({ kind: 'outcome' });
});
