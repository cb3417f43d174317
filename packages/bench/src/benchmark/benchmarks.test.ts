import type { Parameters } from './benchmark';
import { benchmarkNamed, benchmarks } from './benchmarks';
import { ports } from './ports';

const usual: Parameters = { seconds: 10, warmUpSeconds: 1, streams: 1, size: undefined, rate: undefined };

test.each(benchmarks.map((benchmark) => [benchmark.name, benchmark] as const))(
  '%s: is as the others are',
  (_, { name, ports: own, metrics, ignores, version, server, client }) => {
    expect(name).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
    expect(own.filter(({ ready }) => ready)).toHaveLength(1);
    expect(new Set(metrics.map((metric) => metric.name)).size).toBe(metrics.length);
    for (const metric of metrics) {
      expect(metric.name).toMatch(/^[a-z0-9]+(_[a-z0-9]+)*$/);
      expect(metric.meaning).toMatch(/^[A-Z0-9].*\.$/);
      if (metric.roundTrips !== undefined) expect(metric.unit).toBe('s');
      expect(metric.statistic !== undefined).toBe(metric.roundTrips !== undefined);
    }
    expect(ignores).not.toContain('seconds');
    for (const command of [version, server(usual), client(usual, { host: '10.0.0.1' })]) {
      for (const arg of command.args) expect(typeof arg).toBe('string');
    }
    expect(client(usual, { host: 'server.example' }).args.join(' ')).toContain('server.example');
  },
);

test('no two benchmarks have one name, and no two ports one number', () => {
  expect(new Set(benchmarks.map(({ name }) => name)).size).toBe(benchmarks.length);
  expect(new Set(Object.values(ports)).size).toBe(Object.values(ports).length);
});

test('what was asked for stands in the command line', () => {
  const asked: Parameters = { seconds: 6, warmUpSeconds: 2, streams: 3, size: 700, rate: 50 };
  const all = Object.fromEntries(
    benchmarks.map(({ name, client }) => [name, client(asked, { host: '10.0.0.1' }).args.join(' ')]),
  );
  expect(all).toMatchObject({
    'iperf3-tcp': expect.stringMatching(/--time 6 --omit 2 --parallel 3 --length 700$/),
    'netperf-tcp-rr': expect.stringMatching(/^-H 10.0.0.1 -p 12865 .*-l 6 .* -- -P ,12866 -r 700,700 /),
    'netperf-tcp-stream': expect.stringMatching(/-l 6 .* -- -P ,12866 -m 700 /),
    'qperf-tcp': expect.stringMatching(/--listen_port 19765 --ip_port 19766 --time 3 --msg_size 700 /),
    'fortio-tcp': expect.stringMatching(
      /-c 3 -t 6000ms -qps 50 .*-payload-size 700 .*tcp:\/\/10.0.0.1:8078$/,
    ),
    'fortio-http': expect.stringMatching(/-c 3 -t 6000ms -qps 50 .*http:\/\/10.0.0.1:8080\/$/),
  });
});

test.each([
  ['fortio-http', 'http://[fd00::1]:8080/'],
  ['fortio-tcp', 'tcp://[fd00::1]:8078'],
  ['netperf-tcp-rr', 'fd00::1,6'],
  ['iperf3-tcp', 'fd00::1'],
])('%s finds an IPv6 address as %s', (name, written) => {
  expect(benchmarkNamed(name).client(usual, { host: 'fd00::1' }).args).toContain(written);
});

test.each([
  ['iperf3-tcp', { seconds: 1.5 }, 'seconds'],
  ['iperf3-tcp', { warmUpSeconds: 0.5 }, 'warmUpSeconds'],
  ['iperf3-tcp', { streams: 65 }, 'streams'],
  ['iperf3-tcp', { size: 2 ** 20 + 1 }, 'size'],
  ['netperf-tcp-rr', { seconds: 0.5 }, 'seconds'],
  ['netperf-tcp-stream', { size: 0 }, 'size'],
  ['qperf-tcp', { seconds: 3 }, 'seconds'],
  ['qperf-tcp', { seconds: 0 }, 'seconds'],
  ['fortio-tcp', { size: 2 ** 15 + 1 }, 'size'],
  ['fortio-http', { rate: 1e7 }, 'rate'],
  ['fortio-http', { seconds: 0.01 }, 'seconds'],
] as const)('%s cannot be asked for %j', (name, asked, parameter) => {
  const problem = benchmarkNamed(name).check?.({ ...usual, ...asked });
  expect(problem).toMatchObject({ parameter, problem: expect.stringMatching(/^is [0-9.]+, and /) });
});

test.each(benchmarks.map(({ name }) => [name]))('%s can be asked for the usual', (name) => {
  expect(benchmarkNamed(name).check?.(usual)).toBeUndefined();
});

test('who mistypes a name is told the right one', () => {
  expect(() => benchmarkNamed('netperf-tcp-r')).toThrow(
    '"netperf-tcp-r" is no benchmark. Did you mean netperf-tcp-rr?',
  );
});
