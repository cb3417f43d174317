import { parseProbeCommand } from './probe-command';
import { probeBenchmarks } from './probe-benchmarks';

const parameters = { seconds: 10, warmUpSeconds: 1, streams: 2, size: undefined, rate: undefined };

describe.each(probeBenchmarks.map((benchmark) => [benchmark.name, benchmark] as const))(
  '%s',
  (name, benchmark) => {
    test('is run by the program that reads its command lines', () => {
      const { program, args } = benchmark.client(parameters, { host: '10.0.0.7' });
      expect(program).toEqual({ kind: 'probe' });
      expect(parseProbeCommand(args)).toMatchObject({ kind: 'measure', host: '10.0.0.7', parameters });
      expect(parseProbeCommand(benchmark.server(parameters).args)).toMatchObject({ kind: 'serve' });
      expect(parseProbeCommand(benchmark.version.args)).toEqual({ kind: 'version' });
      expect(name).toBe(`probe-${args[0]!}`);
    });

    test('says why it has not measured in words, not in JSON', () => {
      const stderr = `${JSON.stringify({ code: 'tool-failed', detail: 'refused', hint: 'Look.' })}\n`;
      expect(benchmark.complaint!({ stdout: '', stderr })).toBe('refused (Look.)');
      expect(benchmark.complaint!({ stdout: '', stderr: 'Killed\n' })).toBeUndefined();
    });

    test('listens on just one TCP port that shows that it is ready', () => {
      expect(benchmark.ports.filter(({ ready }) => ready === true)).toMatchObject([{ protocol: 'tcp' }]);
    });

    test('has metrics of different names, and round trips only of times', () => {
      const names = benchmark.metrics.map((metric) => metric.name);
      expect(new Set(names).size).toBe(names.length);
      for (const { unit, roundTrips } of benchmark.metrics)
        expect(unit === 's').toBe(roundTrips !== undefined);
    });

    test('takes what it is for, and says what it cannot take', () => {
      expect(benchmark.check!(parameters)).toBeUndefined();
      for (const parameter of ['size', 'rate'] as const) {
        const asked = { ...parameters, [parameter]: 1e9 };
        if (benchmark.ignores.includes(parameter)) {
          expect(benchmark.check!(asked)).toBeUndefined();
          expect(benchmark.client(asked, { host: 'a' }).args).not.toContain(`--${parameter}`);
        } else {
          expect(benchmark.check!(asked)).toMatchObject({
            parameter,
            problem: expect.stringContaining('this probe takes'),
          });
        }
      }
    });
  },
);
