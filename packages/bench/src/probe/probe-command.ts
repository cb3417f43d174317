import { parseArgs } from 'node:util';
import { benchErrors } from '../bench-errors';
import type { Parameters } from '../benchmark/benchmark';
import { probeNames, type Bounds, type ListenAt, type ProbeName } from './probe';

/** What a probe's command line asks for. */
export type ProbeCommand =
  | { readonly kind: 'version' }
  | {
      readonly kind: 'serve';
      readonly probe: ProbeName;
      readonly port: number | undefined;
      readonly host?: ListenAt['host'];
    }
  | {
      readonly kind: 'measure';
      readonly probe: ProbeName;
      readonly host: string;
      readonly port: number | undefined;
      readonly parameters: Parameters;
    };

const ports: Bounds = { least: 0, most: 65_535 };
/** Of a probe's own arguments, whatever a scenario may say: they also come from people. */
const bounds = {
  seconds: { least: 0.05, most: 3600 },
  'warm-up': { least: 0, most: 3600 },
  streams: { least: 1, most: 128 },
  size: { least: 0, most: 1 << 24 },
  rate: { least: 0.001, most: 1_000_000 },
} as const satisfies Record<string, Bounds>;

/** The arguments with which a probe measures; `parseProbeCommand` reads them back. */
export function measureArguments(probe: ProbeName, host: string, parameters: Parameters): readonly string[] {
  const { seconds, warmUpSeconds, streams, size, rate } = parameters;
  const options = { seconds, 'warm-up': warmUpSeconds, streams, size, rate };
  return [
    probe,
    host,
    ...Object.entries(options).flatMap(([name, value]) =>
      value === undefined ? [] : [`--${name}`, String(value)],
    ),
  ];
}

/**
 * Reads `--version`, `NAME serve [--port N] [--host ADDRESS]` and `NAME HOST [--seconds S] [--warm-up S] [--streams N]
 * [--size BYTES] [--rate PER_SECOND] [--port N]`.
 *
 * @throws PodlagError `invalid-probe-command`
 */
export function parseProbeCommand(argv: readonly string[]): ProbeCommand {
  const { values, positionals } = words(argv);
  if (values.version === true) return { kind: 'version' };
  const [name, host, ...rest] = positionals;
  const probe = probeNames.find((known) => known === name);
  if (probe === undefined) throw invalid(`${name ?? 'nothing'} is no probe: ${probeNames.join(', ')}`);
  if (host === undefined || rest.length > 0)
    throw invalid('after the name comes `serve` or one host, and nothing else');
  const port = values.port === undefined ? undefined : number('port', values.port, ports, true);
  if (host === 'serve') return { kind: 'serve', probe, port, host: values.host };
  return { kind: 'measure', probe, host, port, parameters: parametersOf(values) };
}

type Options = ReturnType<typeof words>['values'];

function parametersOf(values: Options): Parameters {
  const option = (name: keyof typeof bounds, whole: boolean): number | undefined => {
    const text = values[name];
    return text === undefined ? undefined : number(name, text, bounds[name], whole);
  };
  return {
    seconds: option('seconds', false) ?? 10,
    warmUpSeconds: option('warm-up', false) ?? 1,
    streams: option('streams', true) ?? 1,
    size: option('size', true),
    rate: option('rate', false),
  };
}

function words(argv: readonly string[]) {
  const option = { type: 'string' } as const;
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      strict: true,
      options: {
        version: { type: 'boolean' },
        port: option,
        host: option,
        seconds: option,
        'warm-up': option,
        streams: option,
        size: option,
        rate: option,
      },
    });
  } catch (error) {
    throw invalid(error instanceof Error ? error.message : String(error));
  }
}

function number(name: string, text: string, { least, most }: Bounds, whole: boolean): number {
  const value = text.trim() === '' ? NaN : Number(text);
  if (value >= least && value <= most && (!whole || Number.isInteger(value))) return value;
  throw invalid(`--${name}: ${text} is not a ${whole ? 'whole ' : ''}number from ${least} to ${most}`);
}

function invalid(detail: string): Error {
  return benchErrors.error('invalid-probe-command', detail);
}
