import { parseFault } from '@podlag/core';
import type { Condition } from '../scenario/bench-scenario';
import type { Trial } from '../schedule/trial';
import type { ExpectedWorker } from './expected-worker';
import { servableRounds } from './servable-rounds';

const pod = (name: string, service?: string): ExpectedWorker => ({
  ...{ name, node: name, zone: undefined, network: 'pod', service },
});
const host = (name: string): ExpectedWorker => ({ ...pod(name), network: 'host' });

const faults = [parseFault({ delay: { time: '1ms' } }, 'late')];
const conditions: readonly Condition[] = [
  { name: 'none', side: 'client', faults: [] },
  { name: 'at-client', side: 'client', faults },
  { name: 'at-server', side: 'server', faults },
  { name: 'at-both', side: 'both', faults },
];

function trial(overrides: Partial<Trial>): Trial {
  return {
    ...{
      id: 't',
      use: 'u',
      path: 'pod',
      placement: 'other-node',
      condition: 'none',
      client: 'a',
      server: 'b',
    },
    ...{ purpose: 'sample', block: 0, round: 0 },
    ...overrides,
  };
}

const kept = (overrides: Partial<Trial>, workers: readonly ExpectedWorker[]) =>
  servableRounds({ seed: 1, rounds: [[trial(overrides)]], leftOut: [] }, { workers, conditions });

test.each<[string, Partial<Trial>, readonly ExpectedWorker[]]>([
  ['a Service that is there', { path: 'service' }, [pod('a'), pod('b', 'svc')]],
  ['no Service where none is needed', {}, [pod('a'), pod('b')]],
  ['a host without faults', {}, [host('a'), host('b')]],
  ['faults at the end that is a pod', { condition: 'at-client' }, [pod('a'), host('b')]],
  ['faults at the other end that is a pod', { condition: 'at-server' }, [host('a'), pod('b')]],
])('%s is measured', (_, overrides, workers) => {
  expect(kept(overrides, workers)).toMatchObject({ rounds: [[trial(overrides)]], leftOut: [] });
});

test.each<[string, Partial<Trial>, readonly ExpectedWorker[], string]>([
  [
    'a server without a Service',
    { path: 'service' },
    [pod('a', 'svc'), pod('b')],
    'service: no Service leads to worker b: 1 trial',
  ],
  [
    'a fault on a host, at the client',
    { condition: 'at-client' },
    [host('a'), pod('b')],
    "condition at-client: worker a is on its node's network, where no fault is set: 1 trial",
  ],
  [
    'a fault on a host, at the server',
    { condition: 'at-both' },
    [pod('a'), host('b')],
    "condition at-both: worker b is on its node's network, where no fault is set: 1 trial",
  ],
])('%s is left out, in words', (_, overrides, workers, why) => {
  expect(kept(overrides, workers)).toEqual({ seed: 1, rounds: [], leftOut: [why] });
});
