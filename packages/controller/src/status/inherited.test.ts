import { parseNetworkFault, parseScenario, type NetworkFault, type Scenario } from '@podlag/api';
import type { Outcome } from '../desired/outcome';
import type { SeenObject } from '../world/custom-objects';
import { inheritedPods, type Inheritance } from './inherited';
import type { AnyStatus } from './object-status';

const fault = { selector: {}, delay: { time: '20ms' } };
const metadata = { name: 'it', namespace: 'shop', uid: 'u', generation: 2 };

function scenario(spec: Partial<Scenario['spec']> = {}): SeenObject {
  const object: Scenario = {
    metadata,
    spec: { state: 'Aborted', steps: [{ name: 'cut', for: '2h', fault }], ...spec },
  };
  return { kind: 'scenario', key: 'scenario/shop/it', object, parsed: parseScenario(object) };
}

function networkFault(spec: Partial<NetworkFault['spec']> = {}): SeenObject {
  const object: NetworkFault = { metadata, spec: { ...fault, suspend: true, ...spec } };
  return { kind: 'networkfault', key: 'networkfault/shop/it', object, parsed: parseNetworkFault(object) };
}

const outcome: Outcome = { pods: ['shop/web-1', 'shop/web-2'], plannedNames: new Map(), problems: [] };
const ledSince = 10_000_000;
const minuteMs = 60_000;
const status = (phase: string, rest: object = {}) => ({ phase, ...rest }) as AnyStatus;

/** A scenario that was aborted two minutes after its start, of which web-1 has not been heard. */
function given(rest: Partial<Inheritance> = {}): Inheritance {
  return {
    ...{ seen: scenario(), outcome, ledSince, now: ledSince },
    started: { startTime: ledSince - 2 * minuteMs },
    last: status('Running'),
    inherited: new Set(['shop/web-1', 'shop/other']),
    ...rest,
  };
}

const failure = { pod: 'shop/other', code: 'agent-unreachable', detail: 'no answer', hint: 'see its log' };
const suspended = { conditions: [{ type: 'Effective', reason: 'Suspended' }] };
const paused = scenario({ state: 'Paused' });

test.each<[string, Partial<Inheritance>, readonly string[]]>([
  ['a pod that it selects', {}, ['shop/web-1']],
  [
    'a pod that its last status tells of, such as a peer',
    { last: status('Failed', { failures: [failure] }) },
    ['shop/other', 'shop/web-1'],
  ],
  ['a pod of a scenario that is to pause', { seen: paused }, ['shop/web-1']],
  ['a pod of a fault that is suspended', { seen: networkFault(), last: status('Effective') }, ['shop/web-1']],
  ['one that was resumed and aborted', { last: status('Paused') }, ['shop/web-1']],
  ['all have answered', { inherited: new Set() }, []],
  ['it is to stay', { seen: scenario({ state: 'Running' }) }, []],
  ['a fault is to stay', { seen: networkFault({ suspend: false }), last: status('Effective') }, []],
  ['it was Aborted already', { last: status('Aborted') }, []],
  ['it was paused', { seen: paused, last: status('Paused'), started: { startTime: 0, position: 7 } }, []],
  ['it was suspended already', { seen: networkFault(), last: status('Pending', suspended) }, []],
  ['nobody has seen it before', { seen: networkFault(), last: undefined }, []],
  ['it has never started', { started: undefined }, []],
  ['it could not be read', { outcome: undefined }, []],
])('what an earlier leader may have left: %s', (_, rest, pods) => {
  expect(inheritedPods(given(rest))).toEqual(pods);
});

test.each<[string, SeenObject, number]>([
  ['the time of its timeline', scenario(), 118 * minuteMs],
  ['the lease that it says', scenario({ ttl: '10m' }), 10 * minuteMs],
  ['the lease of one without an end', scenario({ steps: [{ name: 'cut', fault }] }), 60 * minuteMs],
  ['the lease of a fault', networkFault(), minuteMs],
])('a pod that is not heard of has dropped it by itself after %s', (_, seen, afterMs) => {
  const at = (ms: number) => inheritedPods(given({ seen, now: ledSince + ms }));
  expect(at(afterMs - 1)).toEqual(['shop/web-1']);
  expect(at(afterMs)).toEqual([]);
});
