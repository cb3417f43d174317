import type { ParsedFaultSpec, ParsedTarget } from '@podlag/api';
import { addressWords, blockOf, prefixMask, type Cidr, type PlannedFault, type Protocol } from '@podlag/core';
import { meets } from '@podlag/netem';
import fc from 'fast-check';
import { desired } from './desired';
import { objectsOf } from './testing/plan-text';
import { app, faultOf, matrixOf, ms, namespace, podOf, worldOf } from './testing/small-world';
import type { World, WorldPod } from './world';

/** One packet between two pods. */
interface Sent {
  readonly from: WorldPod;
  readonly to: WorldPod;
  readonly protocol: Protocol;
  readonly fromPort: number;
  readonly toPort: number;
}

const selectors = [{}, app('a'), app('b'), app('c')];
const somePod = fc.record({
  app: fc.constantFrom('a', 'b', 'c'),
  agent: fc.boolean(),
  own: fc.boolean(),
  region: fc.constantFrom('eu', 'us', 'ap'),
});
const somePods = fc.array(somePod, { minLength: 2, maxLength: 7 }).map((list) =>
  list.map(({ app: name, agent, own, region }, index) =>
    podOf(`${name}-${index}`, `10.0.0.${index}`, {
      namespace: own ? namespace : 'other',
      labels: `app=${name} region=${region}`,
      ...(agent ? {} : { agent: false }),
    }),
  ),
);

const narrowing = fc.oneof(
  { weight: 3, arbitrary: fc.constant({}) },
  fc.constantFrom({ protocol: 'tcp' as const }, { protocol: 'udp' as const }),
  fc.constant({ ports: [{ first: 80, last: 80 }] }),
);
const cidrs: readonly Cidr[] = [
  { family: 4, address: '10.0.0.0', prefixLength: 30 },
  { family: 4, address: '10.0.0.3', prefixLength: 32 },
  { family: 4, address: '0.0.0.0', prefixLength: 0 },
];
const whom = fc.oneof(
  fc.record({
    kind: fc.constant('pods' as const),
    selector: fc.constantFrom(...selectors),
    namespaces: fc.constantFrom([namespace], ['other'], [namespace, 'other']),
  }),
  fc.record({ kind: fc.constant('cidr' as const), cidr: fc.constantFrom(...cidrs) }),
);
const someTarget: fc.Arbitrary<ParsedTarget> = fc
  .tuple(whom, narrowing)
  .map(([one, narrow]) => ({ ...one, ...narrow }));
const someTargets = fc.option(fc.array(someTarget, { minLength: 1, maxLength: 3 }), { nil: undefined });
const someSpec: fc.Arbitrary<ParsedFaultSpec> = fc.record({
  selector: fc.constantFrom(...selectors),
  mode: fc.constant({ kind: 'all' as const }),
  effects: fc.constantFrom({ delay: { time: ms('16ms') } }, { delay: { rtt: ms('16ms') } }),
  direction: fc.constantFrom('egress' as const, 'ingress' as const, 'both' as const),
  to: someTargets,
  except: fc.option(fc.array(whom, { minLength: 1, maxLength: 2 }), { nil: undefined }),
});

const packets = (pods: readonly WorldPod[]): readonly Sent[] =>
  pods.flatMap((from) =>
    pods
      .filter((to) => to !== from)
      .flatMap((to) =>
        (['tcp', 'udp', 'icmp'] as const).flatMap((protocol) => [
          { from, to, protocol, fromPort: 80, toPort: 40_000 },
          { from, to, protocol, fromPort: 40_000, toPort: 80 },
        ]),
      ),
  );

/** By the rules, from the object alone. */
function isMet(spec: ParsedFaultSpec, peer: WorldPod, port: number, protocol: Protocol): boolean {
  const fits = (target: ParsedTarget): boolean => {
    if (target.protocol && target.protocol !== protocol) return false;
    if (target.ports && (protocol === 'icmp' || port !== 80)) return false;
    if (target.kind === 'cidr') {
      const word = addressWords(peer.addresses[0]!)[0]!;
      return (word & prefixMask(target.cidr.prefixLength, 0)) >>> 0 === blockOf(target.cidr).words[0];
    }
    return (
      target.kind === 'pods' &&
      target.namespaces!.includes(peer.namespace) &&
      isSelected(target.selector, peer)
    );
  };
  return (spec.to?.some(fits) ?? true) && !(spec.except?.some(fits) ?? false);
}

function isSelected({ matchLabels }: ParsedFaultSpec['selector'], pod: WorldPod): boolean {
  return matchLabels === undefined || matchLabels.app === pod.labels.app;
}

function delayByRules(spec: ParsedFaultSpec, { from, to, protocol, fromPort, toPort }: Sent): number {
  const isChosen = (pod: WorldPod): boolean =>
    pod.namespace === namespace && pod.agent !== undefined && isSelected(spec.selector, pod);
  const isSent = spec.direction !== 'ingress' && isChosen(from) && isMet(spec, to, toPort, protocol);
  const isReceived = spec.direction !== 'egress' && isChosen(to) && isMet(spec, from, fromPort, protocol);
  if (!isSent && !isReceived) return 0;
  return spec.effects.delay?.rtt && spec.direction === 'both' ? 8 : 16;
}

type Plans = ReadonlyMap<string, readonly PlannedFault[]>;

function faultsOnTheWay(plans: Plans, sent: Sent): readonly PlannedFault[] {
  const { from, to, protocol, fromPort, toPort } = sent;
  const packet = { family: 4 as const, protocol };
  const leaving = { ...packet, peer: wordsOf(to), localPort: fromPort, peerPort: toPort };
  const arriving = { ...packet, peer: wordsOf(from), localPort: toPort, peerPort: fromPort };
  const planned = ({ key }: WorldPod): readonly PlannedFault[] => plans.get(key) ?? [];
  return [
    ...planned(from).filter(({ fault }) => meets(fault, leaving, 'egress')),
    ...planned(to).filter(({ fault }) => meets(fault, arriving, 'ingress')),
  ];
}

const wordsOf = ({ addresses }: WorldPod): readonly number[] => addressWords(addresses[0]!);

const delayByPlans = (plans: Plans, sent: Sent): number =>
  faultsOnTheWay(plans, sent).reduce(
    (sum, { fault }) => sum + (fault.delay?.time ?? fault.delay?.rtt)!.milliseconds,
    0,
  );

const plansFor = (specs: readonly ParsedFaultSpec[], world: World): Plans =>
  desired(
    objectsOf({ networkFaults: specs.map((fault, index) => ({ ...faultOf(`f-${index}`), fault })) }),
    world,
    0,
  ).plans;

/** Ports beside protocols alone overlap in a way that no target can say: rather not at all than twice. */
const isExact = ({ direction, to = [] }: ParsedFaultSpec): boolean =>
  direction !== 'both' ||
  !(to.some(({ ports }) => ports) && to.some(({ ports, protocol }) => protocol && ports === undefined));

test('a packet waits for as long as the rules say: no fault is missed, and none is met twice', () => {
  const specs = fc.array(someSpec.filter(isExact), { minLength: 1, maxLength: 2 });
  fc.assert(
    fc.property(somePods, specs, (pods, list) => {
      const plans = plansFor(list, worldOf(pods));
      const byRules = (sent: Sent): number => list.reduce((sum, spec) => sum + delayByRules(spec, sent), 0);
      const wrong = packets(pods).filter((sent) => delayByPlans(plans, sent) !== byRules(sent));
      expect(wrong).toEqual([]);
    }),
    { numRuns: 2000 },
  );
});

test('where targets or exceptions overlap by ports and protocols, a packet is still never delayed twice', () => {
  const except = fc.array(someTarget, { minLength: 1, maxLength: 2 });
  fc.assert(
    fc.property(somePods, someSpec, except, (pods, spec, spared) => {
      const narrowed = { ...spec, except: spared };
      const plans = plansFor([narrowed], worldOf(pods));
      const wrong = packets(pods).filter(
        (sent) => faultsOnTheWay(plans, sent).length > (delayByRules(narrowed, sent) === 0 ? 0 : 1),
      );
      expect(wrong).toEqual([]);
    }),
    { numRuns: 2000 },
  );
});

test('a packet between regions waits for its link, once, unless neither end has an agent', () => {
  const oneWay = new Map(
    ['eu', 'us', 'ap'].flatMap((from, row) =>
      ['eu', 'us', 'ap'].map((to, column) => [`${from} ${to}`, 1 + 3 * row + column]),
    ),
  );
  const links = [...oneWay].map(([key, delay]) => ({
    from: key.split(' ')[0]!,
    to: key.split(' ')[1]!,
    delay: { oneWay: ms(delay) },
  }));
  fc.assert(
    fc.property(somePods, (pods) => {
      const { plans } = desired(objectsOf({ latencyMatrices: [matrixOf('world', links)] }), worldOf(pods), 0);
      for (const sent of packets(pods)) {
        const isInside = sent.from.namespace === namespace && sent.to.namespace === namespace;
        const isShaped = isInside && (sent.from.agent ?? sent.to.agent) !== undefined;
        const asked = oneWay.get(`${sent.from.labels.region} ${sent.to.labels.region}`);
        expect(delayByPlans(plans, sent)).toBe(isShaped ? asked : 0);
      }
    }),
  );
});

test('the order of pods and objects does not matter', () => {
  fc.assert(
    fc.property(somePods, fc.array(someSpec, { minLength: 1, maxLength: 3 }), (pods, specs) => {
      const networkFaults = specs.map((fault, index) => ({ ...faultOf(`f-${index}`), fault }));
      const one = desired(objectsOf({ networkFaults }), worldOf(pods), 0);
      const other = desired(
        objectsOf({ networkFaults: networkFaults.toReversed() }),
        worldOf(pods.toReversed()),
        0,
      );
      expect(JSON.stringify([...other.plans])).toBe(JSON.stringify([...one.plans]));
      expect([...other.outcomes]).toEqual([...one.outcomes]);
    }),
  );
});

test('without an object its faults are gone, and no others', () => {
  fc.assert(
    fc.property(somePods, fc.tuple(someSpec, someSpec), (pods, specs) => {
      const before = plansFor(specs, worldOf(pods));
      const after = plansFor(specs.slice(0, 1), worldOf(pods));
      for (const { key } of pods) {
        const left = (before.get(key) ?? []).filter(({ fault }) => fault.name.startsWith('f-0.'));
        expect(after.get(key) ?? []).toEqual(left);
      }
    }),
  );
});

test('no pod is asked to shape what it sends to itself', () => {
  fc.assert(
    fc.property(
      somePods,
      fc.constantFrom(...selectors),
      fc.constantFrom('egress' as const, 'ingress' as const, 'both' as const),
      (pods, selector, direction) => {
        const fault = {
          ...faultOf('f', { direction }).fault,
          selector: {},
          to: [{ kind: 'pods' as const, selector }],
        };
        const plans = plansFor([fault], worldOf(pods));
        for (const pod of pods) {
          const itself = { from: pod, to: pod, protocol: 'tcp' as const, fromPort: 80, toPort: 40_000 };
          expect(faultsOnTheWay(plans, itself)).toEqual([]);
        }
      },
    ),
  );
});

test('what the outcome names is what is planned', () => {
  fc.assert(
    fc.property(somePods, someSpec, (pods, fault) => {
      const { plans, outcomes } = desired(
        objectsOf({ networkFaults: [{ ...faultOf('f'), fault }] }),
        worldOf(pods),
        0,
      );
      const planned = [...plans].map(([key, faults]) => [key, faults.map((one) => one.fault.name)]);
      expect([...outcomes.get('networkfault/shop/f')!.plannedNames]).toEqual(planned);
    }),
  );
});
