import { parseArgs } from 'node:util';
import { didYouMean, isPodlagError, quote } from '@podlag/core';
import { distributionErrors } from './distribution-errors';
import { printFault, outputs, type Output } from './fault-output';
import { fitDelay, type FittedDelay } from './fitted-delay';
import { histogram } from './histogram';
import { parseSamples, sampleUnits, type Samples, type SampleUnit } from './samples';

/** What the command needs of the process around it. */
export interface DistributionSurroundings {
  /** The whole of a file, or of standard input for `-`. @throws PodlagError `unreadable` */
  readonly read: (file: string) => Promise<string>;
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
}

const help = `Usage: podlag-distribution [OPTION ...] [FILE ...]

Makes a fault whose delays spread as they were measured, out of what ping printed or of one delay a line. Without FILE, or
for -, it reads standard input.

  --output json|dist|curl  a fault document (json, the default), netem's own table file, or the call to the agent
  --name NAME              of the fault (default: measured)
  --unit ms|us|s|ns        of bare numbers (default: ms); 20.3ms and the like say it themselves
  --rtt                    the samples are round trips: delay.rtt (default for a ping log)
  --one-way                they are one way: delay.time (default for numbers)
  --correlation            also how much of each delay is that of the one before
  --plot                   show on stderr how samples and table spread
  --help

Examples:
  ping -i 0.2 -c 1000 db.example.net | podlag-distribution --name to-db >to-db.json
  curl -X PUT -H 'Content-Type: application/json' http://POD-IP:2332/v1/faults/to-db -d @to-db.json
  podlag-distribution --unit us --output curl --plot samples.txt | sh

Exit status: 0 the fault is on stdout; 1 it could not be made, for the reason that is told; 2 a bad argument.
`;

const optionTypes = {
  output: { type: 'string', default: 'json' },
  name: { type: 'string', default: 'measured' },
  unit: { type: 'string', default: 'ms' },
  rtt: { type: 'boolean' },
  'one-way': { type: 'boolean' },
  correlation: { type: 'boolean', default: false },
  plot: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

interface Request {
  readonly files: readonly string[];
  readonly output: Output;
  readonly name: string;
  readonly unit: SampleUnit;
  /** Absent: what the samples are by themselves. */
  readonly measure: 'rtt' | 'time' | undefined;
  readonly correlation: boolean;
  readonly plot: boolean;
  readonly help: boolean;
}

class BadArgument extends Error {}

/** The command line of `podlag-distribution`; resolves to its exit status. */
export async function distributionCommand(
  args: readonly string[],
  surroundings: DistributionSurroundings,
): Promise<0 | 1 | 2> {
  const { stdout, stderr } = surroundings;
  try {
    const request = requestOf(args);
    if (request.help) stdout(help);
    else await makeFault(request, surroundings);
    return 0;
  } catch (error) {
    if (error instanceof BadArgument) {
      stderr(`podlag-distribution: ${error.message}\n  hint: see podlag-distribution --help\n`);
      return 2;
    }
    if (!isPodlagError(error)) throw error;
    stderr(`podlag-distribution: ${error.toText()}\n`);
    return 1;
  }
}

async function makeFault(
  request: Request,
  { read, stdout, stderr }: DistributionSurroundings,
): Promise<void> {
  const texts = await Promise.all(
    request.files.map(async (file) => {
      return parseSamples(file === '-' ? 'standard input' : file, await read(file), request.unit);
    }),
  );
  const nanoseconds = texts.flatMap((samples) => samples.nanoseconds);
  const delay = fitDelay(nanoseconds);
  const measure = request.measure ?? measureOf(texts);
  stdout(printFault(delay, { ...request, measure }, request.output));
  for (const note of [`${nanoseconds.length} samples`, ...notes(delay, texts)]) stderr(`${note}\n`);
  if (request.plot) stderr(histogram(nanoseconds, delay));
}

/** @throws PodlagError `mixed-samples` */
function measureOf(texts: readonly Samples[]): 'rtt' | 'time' {
  const kinds = new Set(texts.map(({ kind }) => kind));
  if (kinds.size > 1 || kinds.has('mixed')) {
    const detail = "ping's round trips beside bare numbers, which are one way by themselves";
    throw distributionErrors.error('mixed-samples', detail);
  }
  return kinds.has('ping') ? 'rtt' : 'time';
}

/** What the reader would not guess from the fault alone. */
function notes(delay: FittedDelay, texts: readonly Samples[]): readonly string[] {
  const { mean, jitter, correlation, furthestBeyond } = delay;
  const found: string[] = [];
  if (jitter.isZero) found.push(`note: ${samenessOf(delay)}: a delay without jitter`);
  else
    found.push(
      `mean ${mean.toString()}, jitter ${jitter.toString()}, lag-1 correlation ${correlation.toFixed(3)}`,
    );
  if (furthestBeyond !== undefined) {
    found.push(
      `note: ${(delay.beyondShare * 100).toPrecision(3)} % of the samples are beyond 4 jitters, up to ${milliseconds(furthestBeyond)}; netem's table ends there, and they become ${milliseconds(mean.nanoseconds + 3.9998 * jitter.nanoseconds)}`,
    );
  }
  if (delay.standardDeviationNanoseconds > mean.nanoseconds) {
    found.push(
      `note: the standard deviation, ${milliseconds(delay.standardDeviationNanoseconds)}, is more than the mean: the jitter is the mean, the most that a fault may have`,
    );
  }
  const tooShort = texts.reduce((sum, samples) => sum + samples.tooShort, 0);
  if (tooShort > 0)
    found.push(`note: ${tooShort} samples are below what this ping shows (time<), and taken as half of it`);
  return [...found, ...texts.flatMap(({ lostShare = 0 }) => (lostShare > 0 ? [lossNote(lostShare)] : []))];
}

function samenessOf({ standardDeviationNanoseconds: deviation }: FittedDelay): string {
  return deviation === 0 ? 'all samples are the same' : 'the samples spread by less than a microsecond';
}

function lossNote(share: number): string {
  const percent = `${Number((share * 100).toPrecision(6))}%`;
  return `note: the log has ${percent} packet loss; a fault says that by loss: {ratio: ${percent}}`;
}

function milliseconds(nanoseconds: number): string {
  return `${Number((nanoseconds / 1e6).toPrecision(4))} ms`;
}

function requestOf(args: readonly string[]): Request {
  const { values, positionals } = parsedArguments(args);
  if (values.rtt === true && values['one-way'] === true) throw new BadArgument('either --rtt or --one-way');
  if (!/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(values.name)) {
    throw new BadArgument(`--name ${quote(values.name)}: lower-case letters, digits and "-", at most 63`);
  }
  return {
    files: positionals.length === 0 ? ['-'] : positionals,
    output: oneOf('--output', values.output, outputs),
    name: values.name,
    unit: oneOf('--unit', values.unit, Object.keys(sampleUnits) as SampleUnit[]),
    measure: values.rtt === true ? 'rtt' : values['one-way'] === true ? 'time' : undefined,
    correlation: values.correlation,
    plot: values.plot,
    help: values.help,
  };
}

function parsedArguments(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: optionTypes, allowPositionals: true });
  } catch (error) {
    throw new BadArgument((error as Error).message, { cause: error });
  }
}

function oneOf<T extends string>(option: string, value: string, known: readonly T[]): T {
  const found = known.find((one) => one === value);
  if (found !== undefined) return found;
  throw new BadArgument(`${option} ${quote(value)}: one of ${known.join(', ')}.${didYouMean(value, known)}`);
}
