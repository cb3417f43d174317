import { isPodlagError } from '@podlag/core';
import { parseLatencyMatrix, parseNetworkFault, parseScenario } from '../src/index';
import { kubectl, prepared, tryKubectl, written } from './api-server';

let namespace: string;
beforeAll(() => (namespace = prepared()));
afterAll(() => kubectl(['delete', 'namespace', namespace, '--wait=false']));

/** What kubectl says of an object that the API server refuses, on one line; nothing is made. */
function refusal(object: unknown): string {
  const dryRun = ['create', '--dry-run=server', '--validate=strict', '--namespace', namespace, '-f', '-'];
  const { ok, stderr } = tryKubectl(dryRun, object);
  return ok ? 'accepted' : stderr.replaceAll(/\s+/g, ' ');
}

function isRefused(parse: (object: unknown) => unknown, object: unknown): boolean {
  try {
    parse(object);
    return false;
  } catch (error) {
    if (isPodlagError(error, 'invalid-object')) return true;
    throw error;
  }
}

const literal = (text: string) => text.replaceAll(/[.[\]]/g, '\\$&');

type BadSpec = readonly [title: string, spec: unknown, field: string, reason: string];

const everybody = { selector: {} };
const delay = { time: '20ms' };
const fault = (fields: object) => ({ ...everybody, delay, ...fields });
const toward = (target: object) => fault({ to: [target] });

const badFaults: readonly BadSpec[] = [
  ['no selector', { delay }, 'spec.selector', 'Required value'],
  ['no effect', everybody, 'spec', 'does nothing: set at least one of delay, loss,'],
  ['an unknown field', fault({ dely: delay }), 'spec.dely', 'unknown field'],
  [
    'a duration without a unit that is known',
    fault({ delay: { time: '20parsecs' } }),
    'spec.delay.time',
    'must be a duration like 20ms',
  ],
  ['a negative duration', fault({ delay: { time: -1 } }), 'spec.delay.time', 'must be a duration like 20ms'],
  ['a delay of more than an hour', fault({ delay: { time: '61m' } }), 'spec.delay.time', 'from 0ms to 1h'],
  ['neither time nor rtt', fault({ delay: {} }), 'spec.delay', 'takes exactly one of time (one way) and rtt'],
  [
    'both time and rtt',
    fault({ delay: { time: 1, rtt: 2 } }),
    'spec.delay',
    'takes exactly one of time (one way) and rtt',
  ],
  [
    'more jitter than delay',
    fault({ delay: { time: '20ms', jitter: '30ms' } }),
    'spec.delay',
    'jitter is more than time',
  ],
  [
    'more jitter than round trip, one as a number',
    fault({ delay: { rtt: 20, jitter: '30ms' } }),
    'spec.delay',
    'jitter is more than rtt',
  ],
  [
    'correlation without jitter',
    fault({ delay: { time: 1, correlation: '5%' } }),
    'spec.delay',
    'correlation needs a jitter',
  ],
  [
    'a distribution without jitter',
    fault({ delay: { time: 1, distribution: 'normal' } }),
    'spec.delay.jitter',
    'Required value',
  ],
  [
    'an unknown distribution',
    fault({ delay: { time: 2, jitter: 1, distribution: 'gauss' } }),
    'spec.delay.distribution',
    'should match',
  ],
  [
    'a number as distribution',
    fault({ delay: { time: 2, jitter: 1, distribution: 5 } }),
    'spec.delay.distribution',
    'Invalid value',
  ],
  [
    'a list as distribution',
    fault({ delay: { time: 2, jitter: 1, distribution: [] } }),
    'spec.delay.distribution',
    'Invalid value',
  ],
  [
    'a boolean as distribution',
    fault({ delay: { time: 2, jitter: 1, distribution: true } }),
    'spec.delay.distribution',
    'Invalid value',
  ],
  [
    'a distribution under another key',
    fault({ delay: { time: 2, jitter: 1, distribution: { tabel: [1, 2] } } }),
    'spec.delay.distribution.table',
    'Required value',
  ],
  [
    'a share of more than all',
    fault({ loss: { ratio: '150%' } }),
    'spec.loss.ratio',
    'must be a share like 1%',
  ],
  [
    'two kinds of loss',
    fault({ loss: { ratio: '1%', gemodel: { p: '1%' } } }),
    'spec.loss',
    'takes exactly one of ratio, gemodel and state',
  ],
  [
    'a loss model without its chance',
    fault({ loss: { gemodel: {} } }),
    'spec.loss.gemodel.p',
    'Required value',
  ],
  ['reorder without delay', { ...everybody, reorder: { ratio: '5%' } }, 'spec', 'reorder needs a delay'],
  [
    'reorder with a delay of 0',
    { ...everybody, delay: { time: 0 }, reorder: { ratio: '5%' } },
    'spec',
    'reorder needs a delay',
  ],
  ['a rate in megabytes or megabits', fault({ rate: '10mbps' }), 'spec.rate', 'must be a rate like 10mbit'],
  ['a rate of nothing', fault({ rate: '0mbit' }), 'spec.rate', 'must be a rate like 10mbit'],
  ['partition: false', { ...everybody, partition: false }, 'spec.partition', 'supported values: "true"'],
  [
    'an unknown direction',
    fault({ direction: 'sideways' }),
    'spec.direction',
    'supported values: "egress", "ingress", "both"',
  ],
  [
    'an unknown mode',
    fault({ mode: 'some' }),
    'spec.mode',
    'supported values: "all", "one", "fixed", "percent"',
  ],
  [
    'mode fixed without a value',
    fault({ mode: 'fixed' }),
    'spec',
    'mode fixed and mode percent need a value',
  ],
  [
    'a value without a mode that has one',
    fault({ value: 3 }),
    'spec',
    'value belongs to mode fixed or percent',
  ],
  ['more than 100 percent', fault({ mode: 'percent', value: 101 }), 'spec', 'value is more than 100 percent'],
  ['0 pods', fault({ mode: 'fixed', value: 0 }), 'spec.value', 'should be greater than or equal to 1'],
  ['an empty list of targets', fault({ to: [] }), 'spec.to', 'should have at least 1 items'],
  ['a target that names nobody', toward({}), 'spec.to[0]', 'names nobody'],
  [
    'a target of two kinds',
    toward({ cidr: '10.0.0.0/8', hostname: 'a.b' }),
    'spec.to[0]',
    'takes only one of cidr, pods, service and hostname',
  ],
  ['no address block', toward({ cidr: 'database' }), 'spec.to[0].cidr', 'must be of type cidr'],
  ['too long a prefix', toward({ cidr: '10.0.0.0/33' }), 'spec.to[0].cidr', 'Invalid value'],
  ['IPv4 inside IPv6', toward({ cidr: '::FFFF:10.0.0.1' }), 'spec.to[0].cidr', 'is IPv4 inside IPv6'],
  [
    'an address as hostname',
    toward({ hostname: '10.0.0.1' }),
    'spec.to[0].hostname',
    'is an address: write it as cidr',
  ],
  ['a wildcard as hostname', toward({ hostname: '*.example.com' }), 'spec.to[0].hostname', 'should match'],
  [
    'a Service with dots',
    toward({ service: { name: 'db.default' } }),
    'spec.to[0].service.name',
    'should match',
  ],
  ['pods without a selector', toward({ pods: {} }), 'spec.to[0].pods.selector', 'Required value'],
  [
    'namespaces by name and by label',
    toward({ pods: { selector: {}, namespaces: ['a'], namespaceSelector: {} } }),
    'spec.to[0].pods',
    'takes only one of namespaces and namespaceSelector',
  ],
  ['port 0', toward({ ports: [0] }), 'spec.to[0].ports[0]', 'should be greater than or equal to 1'],
  ['a port that is none, as text', toward({ ports: ['70000'] }), 'spec.to[0].ports[0]', 'should match'],
  ['ports of ICMP', toward({ ports: [80], protocol: 'icmp' }), 'spec.to[0]', 'ICMP has no ports'],
  [
    'a selector of nothing in nothing',
    fault({ selector: { matchExpressions: [{ key: 'a', operator: 'In' }] } }),
    'spec.selector.matchExpressions[0]',
    'In and NotIn take at least one',
  ],
  [
    'an unknown operator',
    fault({ selector: { matchExpressions: [{ key: 'a', operator: 'Is' }] } }),
    'spec.selector.matchExpressions[0].operator',
    'supported values',
  ],
  [
    'a label with a blank',
    fault({ selector: { matchLabels: { app: 'my app' } } }),
    'spec.selector.matchLabels.app',
    'should match',
  ],
  ['a lease that is too short', fault({ ttl: '5s' }), 'spec.ttl', 'from 10s to 720h'],
  ['a duration of 0', fault({ duration: 0 }), 'spec.duration', 'from 1ms to 720h'],
  ['a negative seed', fault({ seed: -1 }), 'spec.seed', 'should be greater than or equal to 0'],
];

const regions = [{ name: 'a' }, { name: 'b' }];
const matrix = (link: object) => ({ regions, links: [link] });

const badMatrices: readonly BadSpec[] = [
  ['no regions', { links: [{ between: ['a', 'b'], rtt: 1 }] }, 'spec.regions', 'Required value'],
  ['neither preset nor links', { regions }, 'spec', 'set at least one of preset and links'],
  ['an unknown preset', { regions, preset: 'moon' }, 'spec.preset', 'supported values: "aws-2022"'],
  [
    'a region of no preset',
    { regions: [{ name: 'a', preset: 'us-east-1' }], links: [{ between: ['a', 'a'], rtt: 1 }] },
    'spec',
    'the matrix has no preset',
  ],
  [
    'a region twice',
    { regions: [...regions, { name: 'a' }], links: [{ between: ['a', 'b'], rtt: 1 }] },
    'spec.regions[2]',
    'Duplicate value',
  ],
  [
    'a region by node and by labels',
    { regions: [{ name: 'a', nodeRegion: 'x', pods: {} }], links: [{ between: ['a', 'a'], rtt: 1 }] },
    'spec.regions[0]',
    'takes only one of nodeRegion and pods',
  ],
  [
    'a link between three',
    matrix({ between: ['a', 'b', 'a'], rtt: 1 }),
    'spec.links[0].between',
    'must have at most 2 items',
  ],
  [
    'a link between and from',
    matrix({ between: ['a', 'b'], from: 'a', to: 'b', rtt: 1 }),
    'spec.links[0]',
    'takes between, or from and to',
  ],
  [
    'a link from somewhere to nowhere',
    matrix({ from: 'a', delay: 1 }),
    'spec.links[0]',
    'takes between, or from and to',
  ],
  [
    'a round trip of one direction',
    matrix({ from: 'a', to: 'b', rtt: 1 }),
    'spec.links[0]',
    'rtt is there and back',
  ],
  [
    'a one-way delay of both directions',
    matrix({ between: ['a', 'b'], delay: 1 }),
    'spec.links[0]',
    'delay is one way',
  ],
  ['a link that does nothing', matrix({ between: ['a', 'b'] }), 'spec.links[0]', 'does nothing'],
  [
    'more jitter than delay',
    matrix({ from: 'a', to: 'b', delay: '5ms', jitter: 6 }),
    'spec.links[0]',
    'jitter is more than delay',
  ],
  [
    'an unknown region in between',
    matrix({ between: ['a', 'c'], rtt: 1 }),
    'spec',
    'between names a region that is not among regions',
  ],
  [
    'an unknown region in from',
    matrix({ from: 'c', to: 'a', delay: 1 }),
    'spec',
    'from names a region that is not among regions',
  ],
  [
    'an unknown region in to',
    matrix({ from: 'a', to: 'c', delay: 1 }),
    'spec',
    'to names a region that is not among regions',
  ],
];

const step = (fields: object) => ({ steps: [{ networkFault: 'slow', ...fields }] });
const ramp = { from: '0ms', to: '1s', steps: 3 };
const lossModel = { ...everybody, loss: { gemodel: { p: '1%' } } };

const badScenarios: readonly BadSpec[] = [
  [
    'a ramp of the loss of a model',
    { steps: [{ fault: lossModel, ramp: { from: '0%', to: '5%', steps: 2, over: '1s' } }] },
    'spec.steps[0]',
    'the loss of this fault is a model without a ratio',
  ],
  ['no steps', {}, 'spec.steps', 'Required value'],
  ['an empty list of steps', { steps: [] }, 'spec.steps', 'should have at least 1 items'],
  [
    'an unknown state',
    { ...step({}), state: 'Stopped' },
    'spec.state',
    'supported values: "Running", "Paused", "Aborted"',
  ],
  [
    'a step of nothing',
    { steps: [{ at: '1s' }] },
    'spec.steps[0]',
    'takes exactly one of networkFault, latencyMatrix, fault',
  ],
  ['a step of two things', step({ latencyMatrix: 'world' }), 'spec.steps[0]', 'takes exactly one of'],
  ['every without for', step({ every: '5s' }), 'spec.steps[0]', 'every needs a for'],
  ['every of 99 ms', step({ every: 99, for: 1 }), 'spec.steps[0].every', 'from 100ms'],
  [
    'more steps of a ramp than there is time for',
    step({ for: '1s', ramp: { ...ramp, steps: 101 } }),
    'spec.steps[0]',
    'ramp.steps are too many',
  ],
  [
    'more steps than over has time for',
    step({ for: '1m', ramp: { ...ramp, steps: 101, over: 1009 } }),
    'spec.steps[0]',
    'ramp.steps are too many',
  ],
  ['every shorter than for', step({ every: '5s', for: '10s' }), 'spec.steps[0]', 'every is shorter than for'],
  ['a ramp without an end', step({ ramp }), 'spec.steps[0]', 'ramp needs over, or a for'],
  [
    'a ramp longer than for',
    step({ for: '5s', ramp: { ...ramp, over: '6s' } }),
    'spec.steps[0]',
    'ramp.over is longer than for',
  ],
  [
    'a ramp from a time to a share',
    step({ for: 1, ramp: { ...ramp, to: '5%' } }),
    'spec.steps[0].ramp',
    'from and to must be of one kind',
  ],
  [
    'a ramp of another kind than its unit',
    step({ for: 1, ramp: { ...ramp, of: 'rate' } }),
    'spec.steps[0].ramp',
    'from and to must be of one kind',
  ],
  [
    'a ramp of one value',
    step({ for: 1, ramp: { ...ramp, steps: 1 } }),
    'spec.steps[0].ramp.steps',
    'should be greater than or equal to 2',
  ],
  [
    'a ramp of delay for a matrix',
    { steps: [{ latencyMatrix: 'world', for: 1, ramp }] },
    'spec.steps[0]',
    'a latencyMatrix has one of scale only',
  ],
  [
    'a ramp of scale for a fault',
    step({ for: 1, ramp: { of: 'scale', from: '0%', to: '1%', steps: 2 } }),
    'spec.steps[0]',
    'scale is for a latencyMatrix',
  ],
  [
    'two steps of one name',
    {
      steps: [
        { networkFault: 'a', name: 'x' },
        { networkFault: 'b', name: 'x' },
      ],
    },
    'spec',
    'a name is there twice',
  ],
  [
    'a step that has the name of another by its place',
    { steps: [{ networkFault: 'a', name: 'step-2' }, { networkFault: 'b' }] },
    'spec.steps[0].name',
    'what a step without a name is called',
  ],
  ['a lease that is too short', { ...step({}), ttl: '9s' }, 'spec.ttl', 'from 10s to 720h'],
  [
    'a step after the end',
    { ...step({ at: '1m' }), duration: '60s' },
    'spec',
    'one begins when duration is over',
  ],
  [
    'a fault of its own with a life',
    { steps: [{ fault: fault({ ttl: '1m' }) }] },
    'spec.steps[0].fault.ttl',
    'unknown field',
  ],
  [
    'a fault of its own that does nothing',
    { steps: [{ fault: everybody }] },
    'spec.steps[0].fault',
    'does nothing',
  ],
];

describe.each([
  ['NetworkFault', parseNetworkFault, badFaults],
  ['LatencyMatrix', parseLatencyMatrix, badMatrices],
  ['Scenario', parseScenario, badScenarios],
] as const)('%s', (kind, parse, badSpecs) => {
  test.each(badSpecs)('the API server refuses %s, and podlag does', (_, spec, field, reason) => {
    const object = written(kind, spec);
    const said = refusal(object);
    expect(said).toContain(reason);
    expect(said).toMatch(new RegExp(`(^|[ "])${literal(field)}[":]`));
    expect(isRefused(parse, object)).toBe(true);
  });
});

/** Where an object is held to more than a fault document is: one way to write a thing. */
const strict: readonly BadSpec[] = [
  ['a duration as text without a unit', fault({ delay: { time: '20' } }), 'spec.delay.time', 'should match'],
  ['a share as a number', fault({ loss: { ratio: 0.5 } }), 'spec.loss.ratio', 'must be of type string'],
];

test.each(strict)('the API server refuses %s', (_, spec, field, reason) => {
  const said = refusal(written('NetworkFault', spec));
  expect(said).toContain(reason);
  expect(said).toMatch(new RegExp(`(^|[ "])${literal(field)}[":]`));
});
