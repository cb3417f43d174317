import type { Manifest, WorkerRecord } from './manifest';
import type { Run } from './run';
import type { Sample } from './sample';

const problem = {
  code: 'tool-timeout',
  detail: 'netperf did not end in 12 s',
  hint: 'See that it is reached.',
};

/** A good sample of netperf-tcp-rr, and what is to be different in it. */
export function sampleWith(overrides: Partial<Sample> = {}): Sample {
  const values = { round_trip_median: 0.000204, transactions: 4900 };
  return { ...attempt(overrides.seq), status: 'ok', values, exitCode: 0, ...overrides };
}

/** One that failed: no figure, and why. */
export function failedSample(overrides: Partial<Sample> = {}): Sample {
  return { ...attempt(overrides.seq), status: 'timeout', problem, ...overrides };
}

function attempt(seq = 0): Omit<Sample, 'status'> {
  return {
    ...{ trial: `t-${seq}`, run: 'cross-node-20260102-030405-ab12' },
    ...{ use: 'netperf-tcp-rr', benchmark: 'netperf-tcp-rr' },
    ...{ path: 'pod', placement: 'other-node', condition: 'none' },
    ...{ client: 'pw-0', server: 'pw-1' },
    ...{ purpose: 'sample', block: seq, round: seq, seq },
    ...{ startedAt: '2026-01-02T03:04:05.000Z', endedAt: '2026-01-02T03:04:16.500Z' },
    ...{ timeoutSeconds: 12, argv: ['netperf', '-H', '10.0.0.2'] },
    raw: { stdout: 'P50_LATENCY\n204\n', stderr: '', sha256: 'ab'.repeat(32), truncated: false },
  };
}

export const workerRecord: WorkerRecord = {
  ...{ name: 'pw-0', node: 'node-a', zone: 'zone-1', network: 'pod', addresses: ['10.0.0.1', 'fd00::1'] },
  ...{ tools: { 'netperf-tcp-rr': { version: '2.7.1' } }, environment: { kernel: '6.12.1', cpus: 2 } },
};

/** Of a run of netperf-tcp-rr between two workers, and what is to be different in it. */
export function manifestWith(overrides: Partial<Manifest> = {}): Manifest {
  return {
    ...{ version: 1, run: 'cross-node-20260102-030405-ab12' },
    ...{ startedAt: '2026-01-02T03:04:05.000Z', phase: 'finished', seed: 7 },
    scenario: { name: 'cross-node', benchmarks: ['netperf-tcp-rr'] },
    uses: [
      {
        ...{ name: 'netperf-tcp-rr', benchmark: 'netperf-tcp-rr' },
        metrics: [
          { name: 'round_trip_median', unit: 's', better: 'lower', roundTrips: 1 },
          { name: 'transactions', unit: '1/s', better: 'higher' },
        ],
      },
    ],
    workers: [workerRecord, { ...workerRecord, name: 'pw-1', node: 'node-b', addresses: ['10.0.0.2'] }],
    ...{ leftOut: [], planned: 5, samples: 5, failed: 0 },
    asked: { none: { addedRoundTrip: 0 } },
    ...overrides,
  };
}

/** A run of `samples`, in their places. */
export function runWith(samples: readonly Partial<Sample>[], manifest: Partial<Manifest> = {}): Run {
  const placed = samples.map((sample, seq) => ({
    ...(sample.status === undefined || sample.status === 'ok' ? sampleWith() : failedSample()),
    ...{ trial: `t-${seq}`, seq, block: seq, round: seq },
    ...sample,
  }));
  const failed = placed.filter(({ status }) => status !== 'ok').length;
  const counts = { planned: placed.length, samples: placed.length, failed };
  return { manifest: manifestWith({ ...counts, ...manifest }), samples: placed };
}
