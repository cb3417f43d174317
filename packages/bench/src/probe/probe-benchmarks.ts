import type { Benchmark, ParameterProblem, Parameters, ToolCommand } from '../benchmark/benchmark';
import { connectProbe } from './connect';
import { httpProbe } from './http';
import type { Bounds, Probe } from './probe';
import { measureArguments } from './probe-command';
import { readProbeDocument, readProbeProblem, readProbeVersion } from './probe-document';
import { tcpRrProbe } from './tcp-rr';
import { throughputProbe } from './throughput';
import { udpProbe } from './udp';

/** All built-in probes. */
export const probes: readonly Probe[] = [tcpRrProbe, connectProbe, udpProbe, throughputProbe, httpProbe];

/** The built-in probes as benchmarks: they need no tool but this program. */
export const probeBenchmarks: readonly Benchmark[] = probes.map(benchmarkOf);

function benchmarkOf(probe: Probe): Benchmark {
  const { name, title, ports, metrics, ignores } = probe;
  return {
    name: `probe-${name}`,
    title,
    ports,
    metrics,
    ignores,
    check: (parameters) => problemOf(probe, parameters),
    version: command('--version'),
    readVersion: readProbeVersion,
    server: () => command(name, 'serve'),
    client: (parameters, { host }) => command(...measureArguments(name, host, heeded(probe, parameters))),
    read: (output) => readProbeDocument(name, metrics, output),
    complaint: ({ stderr }) => readProbeProblem(stderr),
  };
}

function command(...args: readonly string[]): ToolCommand {
  return { program: { kind: 'probe' }, args };
}

function heeded({ ignores }: Probe, parameters: Parameters): Parameters {
  return {
    ...parameters,
    ...(ignores.includes('size') && { size: undefined }),
    ...(ignores.includes('rate') && { rate: undefined }),
  };
}

function problemOf(probe: Probe, parameters: Parameters): ParameterProblem | undefined {
  const { size, rate } = heeded(probe, parameters);
  return beyond('size', size, probe.sizes) ?? beyond('rate', rate, probe.rates);
}

function beyond(
  parameter: 'size' | 'rate',
  value: number | undefined,
  { least, most }: Bounds,
): ParameterProblem | undefined {
  if (value === undefined || (value >= least && value <= most)) return undefined;
  return { parameter, problem: `is ${value}; this probe takes ${least} to ${most}` };
}
