import { parseScenario, type PlannedWorker } from '@podlag/bench';
import { planText } from './plan-text';

const worker = (name: string, more: Partial<PlannedWorker> = {}): PlannedWorker => ({
  ...{ name, node: name, zone: 'a', network: 'pod', environment: {} },
  ...more,
});
const workers = ['n1', 'n2', 'n3', 'n4'].map((name) => worker(name));

const plan = (more: object = {}, among = workers): string =>
  planText(parseScenario({ name: 'x', benchmarks: ['probe-tcp-rr'], ...more }), among, 1);

const slow = { name: 'slow', side: 'both', faults: [{ name: 'slow', delay: { time: '20ms' } }] };

test('it counts samples, cells and rounds, with those of the interference check apart', () => {
  expect(plan()).toContain('x: 30 samples of 6 cells, 5 each, in ');
  expect(plan()).toContain('more show whether pairs that are measured at once change each other');
  expect(plan({ interference: false })).not.toContain('change each other');
});

test('too few samples for one cell among so many to be told are told, and what would do', () => {
  const many = { paths: ['pod', 'service'], conditions: [slow] };
  const note = /^To detect a single worse row among 24 .* takes 7 samples per cell; this plan has 5\.$/m;
  expect(plan(many)).toMatch(note);
  expect(plan({ ...many, repeats: 8, enough: { halfWidth: '5%', atLeast: 5 } })).toMatch(note);
  expect(plan({ ...many, repeats: 7 })).not.toContain('To detect');
});

test('pairs are listed with how often each is measured, under all conditions together', () => {
  const lines = plan({ conditions: [slow], repeats: 4 }).split('\n');
  expect(lines.filter((line) => /^pod +other-node +n\d +n\d +8$/.test(line))).toHaveLength(6);
});

test('a condition is told with what it adds to a round trip', () => {
  expect(plan({ conditions: [slow] })).toMatch(/^slow +slow +both +40ms$/m);
});

test('what cannot be measured among these workers is told', () => {
  expect(plan({ placements: ['other-node', 'other-zone'] })).toMatch(/^Left out: .*another zone/m);
});

test('what the run will leave out is not counted, and told: no fault is set on the network of a node', () => {
  const hosts = ['h1', 'h2'].map((name) => worker(name, { network: 'host' }));
  const text = plan({ paths: ['host-network'], conditions: [slow] }, hosts);
  expect(text).toContain('x: 5 samples of 1 cell, 5 each, in 5 rounds');
  expect(text).toMatch(/^Left out: condition slow: worker h\d is on its node's network, .*: 5 trials$/m);
});

test('a budget that ends it is told, with how much will be measured', () => {
  expect(plan({ budget: '1m' })).toMatch(
    /no round begins after 1m \(budget\): about \d+ % of it will be measured/,
  );
  expect(plan()).toContain('no round begins after 30m (budget).');
});
