import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadAll } from 'js-yaml';
import { parseLatencyMatrix, parseNetworkFault, parseScenario } from '../src/index';
import { deploy, kubectl, prepared, tryKubectl, written, type Written } from './api-server';

let namespace: string;
beforeAll(() => (namespace = prepared()));
afterAll(() => kubectl(['delete', 'namespace', namespace, '--wait=false']));

const here = (...args: readonly string[]) => [...args, '--namespace', namespace];

function made(object: Written): unknown {
  return JSON.parse(kubectl(here('create', '--validate=strict', '-o', 'json', '-f', '-'), object));
}

const patched = (ref: string, patch: object, ...more: readonly string[]) =>
  tryKubectl(here('patch', ref, '--type=merge', '-p', JSON.stringify(patch), ...more));

const parsers: Readonly<Record<string, (object: unknown) => unknown>> = {
  NetworkFault: parseNetworkFault,
  LatencyMatrix: parseLatencyMatrix,
  Scenario: parseScenario,
};

const exampleFiles = readdirSync(join(deploy, 'examples')).filter((file) => file.endsWith('.yaml'));
const examples = exampleFiles.flatMap((file) => {
  const objects = loadAll(readFileSync(join(deploy, 'examples', file), 'utf8')) as (Written | null)[];
  return objects
    .filter((object) => object !== null && object.kind in parsers)
    .map((object) => [`${file}: ${object!.kind} ${object!.metadata.name}`, object!] as const);
});

test.each(examples)('the API server and podlag accept %s', (_, { metadata, ...object }) => {
  const answer = made({ ...object, metadata: { name: metadata.name } });
  expect(() => parsers[object.kind]!(answer)).not.toThrow();
});

const everybody = { selector: {} };

const goodSpecs: readonly (readonly [title: string, kind: string, spec: unknown])[] = [
  [
    'each effect and each kind of target at once',
    'NetworkFault',
    {
      selector: { matchExpressions: [{ key: 'a.b/c', operator: 'Exists' }] },
      ...{ mode: 'fixed', value: 2, direction: 'both', seed: Number.MAX_SAFE_INTEGER },
      delay: { time: 1500, jitter: '0.5ms', correlation: '25%', distribution: { table: [-1, 0, 1] } },
      loss: { state: { p13: '1%', p31: '99%', p32: '0%', p23: '100%', p14: '0.1%' } },
      ...{ duplicate: { ratio: '1%' }, corrupt: { ratio: '0.01' }, rate: '1.5Gbit', partition: true },
      reorder: { ratio: '25%', correlation: '50%', gap: 5 },
      to: [
        { cidr: '10.0.0.0/8', ports: [80, '8000-9000'], protocol: 'tcp' },
        { cidr: 'fd00::1' },
        { pods: { selector: {}, namespaceSelector: { matchLabels: { team: 'db' } } } },
        { service: { name: 'db', namespace: 'other' }, protocol: 'udp' },
        { hostname: 'DB.example.com.' },
        { hostname: '_db._tcp.example.com' },
        { protocol: 'icmp' },
      ],
      except: [{ ports: ['53'] }],
      ...{ duration: '1h30m', ttl: 10_000, suspend: true },
    },
  ],
  [
    'links of each form',
    'LatencyMatrix',
    {
      regions: [{ name: 'a' }, { name: 'b', pods: {} }],
      links: [
        { between: ['a', 'a'], rtt: '1ms' },
        { between: ['b', 'a'], rtt: 80, jitter: '4ms', distribution: 'pareto' },
        { from: 'a', to: 'b', delay: '35ms', loss: { gemodel: { p: '1%', r: '10%' } }, rate: '1mbit' },
      ],
    },
  ],
  [
    'ramps of each kind',
    'Scenario',
    {
      ...{ duration: 60_000, ttl: '90s' },
      steps: [
        {
          name: 'step-2b',
          networkFault: 'x.y',
          for: '5s',
          every: 5000,
          ramp: { from: '0ms', to: '1h', steps: 2 },
        },
        { networkFault: 'x', ramp: { from: '0%', to: '5%', steps: 3, over: '1s' } },
        { networkFault: 'x', ramp: { of: 'loss', from: '0', to: '0.05', steps: 3, over: '1s' } },
        { latencyMatrix: 'm', at: '50s', ramp: { from: '0%', to: '100%', steps: 1000, over: '10s' } },
        { fault: { ...everybody, rate: '1mbit' }, for: 30, ramp: { from: '8bit', to: '1tbit', steps: 3 } },
      ],
    },
  ],
];

test.each(goodSpecs)('the API server and podlag accept %s', (title, kind, spec) => {
  const answer = made(written(kind, spec, title.replaceAll(' ', '-')));
  expect(() => parsers[kind]!(answer)).not.toThrow();
});

test('what is not said is filled in', () => {
  expect(made(written('NetworkFault', { ...everybody, partition: true }, 'bare'))).toMatchObject({
    spec: { mode: 'all', direction: 'egress', ttl: '1m', suspend: false },
  });
  const links = [{ between: ['a', 'a'], rtt: '1ms' }];
  expect(made(written('LatencyMatrix', { regions: [{ name: 'a' }], links }, 'bare'))).toMatchObject({
    spec: { selector: {}, subtractBaseline: true, ttl: '1m', suspend: false },
  });
  const steps = [{ fault: { ...everybody, partition: true } }];
  expect(made(written('Scenario', { steps }, 'bare'))).toMatchObject({
    spec: { state: 'Running', steps: [{ at: '0s', fault: { mode: 'all', direction: 'egress' } }] },
  });
});

test('a Scenario may be paused, and keeps its steps and its duration', () => {
  made(written('Scenario', { duration: '1m', steps: [{ networkFault: 'x' }] }, 'fixed'));
  const steps = [{ networkFault: 'y' }];
  expect(patched('scenario/fixed', { spec: { state: 'Paused' } })).toMatchObject({ ok: true });
  expect(patched('scenario/fixed', { spec: { steps } }).stderr).toContain('steps cannot change');
  expect(patched('scenario/fixed', { spec: { duration: '2m' } }).stderr).toContain('duration cannot change');
  expect(patched('scenario/fixed', { spec: { duration: null } }).stderr).toContain('duration cannot change');
});

test('a Scenario that is aborted stays so', () => {
  made(written('Scenario', { steps: [{ networkFault: 'x' }] }, 'over'));
  expect(patched('scenario/over', { spec: { state: 'Aborted' } })).toMatchObject({ ok: true });
  expect(patched('scenario/over', { spec: { ttl: '2m' } })).toMatchObject({ ok: true });
  for (const state of ['Running', 'Paused', null]) {
    expect(patched('scenario/over', { spec: { state } }).stderr).toContain('Aborted is for good');
  }
});

test('other objects may change as a whole', () => {
  made(written('NetworkFault', { ...everybody, rate: '1mbit' }, 'changing'));
  expect(patched('nf/changing', { spec: { rate: null, partition: true } })).toMatchObject({ ok: true });
});

const status = {
  observedGeneration: 1,
  ...{ phase: 'Effective', summary: 'delay 20ms to db', ready: '3/3' },
  pods: { selected: 3, effective: 3, pending: 0, failed: 0 },
  failures: [],
  conditions: [
    {
      ...{ type: 'Effective', status: 'True', reason: 'ReadBack', message: 'All agents have it.' },
      lastTransitionTime: '2026-11-21T12:00:00Z',
    },
  ],
};

const statusOf = (ref: string) => kubectl(here('get', ref, '-o', 'jsonpath={.status.phase}'));

test('status is written by its subresource only, and is held to its own schema', () => {
  made({ ...written('NetworkFault', { ...everybody, partition: true }, 'told'), status });
  expect(statusOf('nf/told')).toBe('');
  expect(patched('nf/told', { status }, '--subresource=status')).toMatchObject({ ok: true });
  expect(statusOf('nf/told')).toBe('Effective');
  const unknown = patched('nf/told', { status: { phase: 'Great' } }, '--subresource=status');
  expect(unknown.stderr).toContain(
    'supported values: "Pending", "Effective", "Partial", "Failed", "Finished"',
  );
  const ofSpec = { spec: { partition: null, rate: '1mbit' }, status: { phase: 'Partial' } };
  expect(patched('nf/told', ofSpec, '--subresource=status')).toMatchObject({ ok: true });
  expect(kubectl(here('get', 'nf/told', '-o', 'jsonpath={.spec}'))).toContain('"partition":true');
});

const wordsOf = (text: string) =>
  text
    .trim()
    .split('\n')
    .map((line) => line.split(/\s{2,}/));

test.each([
  ['nf', 'networkfault', ['NAME', 'WHAT', 'PHASE', 'READY', 'AGE'], []],
  ['lm', 'latencymatrix', ['NAME', 'SUMMARY', 'PHASE', 'READY', 'AGE'], []],
  ['scn', 'scenario', ['NAME', 'PHASE', 'READY', 'POSITION', 'AGE'], ['SKEW']],
])('kubectl get %s shows how it stands', (short, kind, columns, wide) => {
  const spec = {
    networkfault: ['NetworkFault', { ...everybody, partition: true }],
    latencymatrix: ['LatencyMatrix', { regions: [{ name: 'a' }], links: [{ between: ['a', 'a'], rtt: 1 }] }],
    scenario: ['Scenario', { steps: [{ networkFault: 'x' }] }],
  }[kind] as [string, object];
  made(written(...spec, 'shown'));
  const phase = kind === 'scenario' ? 'Running' : 'Effective';
  const more = kind === 'scenario' ? { position: '42s', skew: '3ms' } : {};
  const shown = { status: { ...status, ...more, phase } };
  expect(patched(`${short}/shown`, shown, '--subresource=status')).toMatchObject({ ok: true });
  const [header, row] = wordsOf(kubectl(here('get', short, 'shown')));
  expect(header!.map((word) => word.trim())).toEqual(columns);
  expect(row).toEqual(expect.arrayContaining(['shown', phase, '3/3']));
  const [wideHeader] = wordsOf(kubectl(here('get', short, 'shown', '-o', 'wide')));
  expect(wideHeader!.filter((word) => !columns.includes(word))).toEqual(wide);
});

test('the objects of all kinds are one category', () => {
  const names = kubectl(here('get', 'podlag', '-o', 'name')).split('\n');
  const kinds = new Set(names.filter((name) => name !== '').map((name) => name.split('/')[0]));
  expect([...kinds].sort()).toEqual([
    'latencymatrix.podlag.io',
    'networkfault.podlag.io',
    'scenario.podlag.io',
  ]);
});

test.each([
  ['networkfault.spec.delay.jitter', 'Spread around the delay'],
  ['nf.spec.to.service', 'its ClusterIPs at its ports'],
  ['latencymatrix.spec.links', 'What is between the regions'],
  ['scenario.spec.steps.ramp.of', 'ENUM: delay loss rate scale'],
  ['scenario.spec.steps.fault.delay.distribution', 'paretonormal'],
  ['nf.status.conditions', 'What is so, and since when'],
])('kubectl explain %s', (field, words) => {
  // The API server publishes a schema some time after it takes objects.
  const end = performance.now() + 30_000;
  let said = tryKubectl(['explain', field]);
  while (!said.ok && performance.now() < end) said = tryKubectl(['explain', field]);
  expect(said.stdout.replaceAll(/\s+/g, ' ')).toContain(words);
});
