import * as fc from 'fast-check';
import type { Parameters } from '../benchmark/benchmark';
import { probeNames } from './probe';
import { measureArguments, parseProbeCommand } from './probe-command';

const parameters: fc.Arbitrary<Parameters> = fc.record({
  seconds: fc.double({ min: 0.05, max: 3600, noNaN: true }),
  warmUpSeconds: fc.double({ min: 0, max: 3600, noNaN: true }),
  streams: fc.integer({ min: 1, max: 128 }),
  size: fc.option(fc.integer({ min: 0, max: 1 << 24 }), { nil: undefined }),
  rate: fc.option(fc.double({ min: 0.001, max: 1e6, noNaN: true }), { nil: undefined }),
});

describe('a probe’s command line', () => {
  test('says exactly what the benchmark asked for', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...probeNames),
        fc.constantFrom('10.0.1.2', 'fd00::2', 'worker-b'),
        parameters,
        (probe, host, asked) => {
          expect(parseProbeCommand(measureArguments(probe, host, asked))).toEqual({
            kind: 'measure',
            probe,
            host,
            port: undefined,
            parameters: asked,
          });
        },
      ),
    );
  });

  test('of a server has a name, and where to listen only when told', () => {
    expect(parseProbeCommand(['udp', 'serve'])).toEqual({
      kind: 'serve',
      probe: 'udp',
      port: undefined,
      host: undefined,
    });
    expect(parseProbeCommand(['udp', 'serve', '--port', '0', '--host', '127.0.0.1'])).toMatchObject({
      port: 0,
      host: '127.0.0.1',
    });
  });

  test.each([
    ['no probe', []],
    ['a probe that is not there', ['icmp', 'serve']],
    ['no host', ['tcp-rr']],
    ['two hosts', ['tcp-rr', 'a', 'b']],
    ['an option that is not there', ['tcp-rr', 'a', '--secnods', '1']],
    ['no number', ['tcp-rr', 'a', '--seconds', 'ten']],
    ['an empty number', ['tcp-rr', 'a', '--seconds', '']],
    ['no time at all', ['tcp-rr', 'a', '--seconds', '0']],
    ['half a stream', ['tcp-rr', 'a', '--streams', '1.5']],
    ['a negative rate', ['tcp-rr', 'a', '--rate=-1']],
    ['a port that there cannot be', ['tcp-rr', 'serve', '--port', '65536']],
  ])('%s is refused', (_, argv) => {
    expect(() => parseProbeCommand(argv)).toThrow(expect.objectContaining({ code: 'invalid-probe-command' }));
  });
});
