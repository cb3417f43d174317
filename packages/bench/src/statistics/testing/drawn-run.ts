import type { Environment, Manifest, UseRecord, WorkerRecord } from '../../record/manifest';
import type { Run } from '../../record/run';
import type { Sample } from '../../record/sample';

/** For tests: what differs from an ordinary sample. */
export type DrawnSample = Partial<Sample> & { readonly value?: number };

/** For tests: a use whose one metric is a round trip. */
export const roundTripUse: UseRecord = {
  name: 'rr',
  benchmark: 'probe-tcp-rr',
  metrics: [{ name: 'round_trip_median', unit: 's', better: 'lower', roundTrips: 1 }],
};

/** For tests: a run of these samples, in blocks as they come. `value` is that of the use's first metric. */
export function drawnRun(samples: readonly DrawnSample[], manifest: Partial<Manifest> = {}): Run {
  const uses = manifest.uses ?? [roundTripUse];
  return {
    manifest: {
      version: 1,
      run: 'quick-20261121-120000-abcd',
      startedAt: '2026-11-21T12:00:00.000Z',
      phase: 'finished',
      seed: 1,
      scenario: { name: 'quick', conditions: [] },
      uses,
      workers: [drawnWorker('w1'), drawnWorker('w2')],
      leftOut: [],
      planned: samples.length,
      samples: samples.length,
      failed: 0,
      asked: {},
      ...manifest,
    },
    samples: samples.map((sample, seq) => sampleOf(sample, seq, uses)),
  };
}

/** For tests: the same number of good samples as there are values, one a block. */
export function drawnSamples(values: readonly number[], like: DrawnSample = {}): readonly DrawnSample[] {
  return values.map((value, block) => ({ block, value, ...like }));
}

/** For tests: a worker on a node of its own. */
export function drawnWorker(name: string, environment: Environment = {}): WorkerRecord {
  return {
    name,
    node: `node-of-${name}`,
    zone: undefined,
    network: 'pod',
    addresses: ['10.0.0.1'],
    tools: { 'probe-tcp-rr': { version: '0.1.0' } },
    environment: { kernel: '6.12.0', mtu: 1500, ...environment },
  };
}

function sampleOf({ value, ...sample }: DrawnSample, seq: number, uses: readonly UseRecord[]): Sample {
  const use = uses.find(({ name }) => name === (sample.use ?? uses[0]?.name));
  const values = value === undefined ? {} : { values: { [use?.metrics[0]?.name ?? '']: value } };
  return {
    trial: `t${seq}`,
    run: 'quick-20261121-120000-abcd',
    use: use?.name ?? '',
    benchmark: use?.benchmark ?? '',
    path: 'pod',
    placement: 'other-node',
    condition: 'none',
    client: 'w1',
    server: 'w2',
    purpose: 'sample',
    block: 0,
    round: seq,
    seq,
    startedAt: '2026-11-21T12:00:00.000Z',
    endedAt: '2026-11-21T12:00:01.000Z',
    status: 'ok',
    argv: ['probe'],
    exitCode: 0,
    raw: { stdout: '', stderr: '', sha256: '', truncated: false },
    ...values,
    ...sample,
  };
}
