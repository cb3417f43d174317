import { Duration, effects, faultDocument, parseFault } from '@podlag/core';
import fc from 'fast-check';
import { parseNetworkFault } from './network-fault';

const minimal = { selector: {}, delay: { time: '20ms' } };
const objectOf = (spec: unknown, more: object = {}): object => ({
  apiVersion: 'podlag.io/v1alpha1',
  kind: 'NetworkFault',
  metadata: { name: 'slow-pd', namespace: 'tidb', uid: 'u-1', generation: 3, ...more },
  spec,
});
const parseSpec = (spec: unknown): ReturnType<typeof parseNetworkFault> => parseNetworkFault(objectOf(spec));

test('the smallest one has the defaults that the reference says', () => {
  expect(parseSpec(minimal)).toEqual({
    ...{ namespace: 'tidb', name: 'slow-pd', uid: 'u-1', generation: 3 },
    fault: {
      ...{ selector: {}, mode: { kind: 'all' }, direction: 'egress', to: undefined, except: undefined },
      effects: { delay: { time: Duration.parse('20ms') } },
    },
    ...{ duration: undefined, ttl: Duration.parse('1m'), suspend: false },
  });
});

test('a file has neither uid nor generation, and may leave out its namespace', () => {
  const { namespace, uid, generation } = parseNetworkFault({ metadata: { name: 'a' }, spec: minimal });
  expect({ namespace, uid, generation }).toEqual({ namespace: 'default', uid: '', generation: 0 });
});

test('what the API server adds to metadata, and the status, are no matter', () => {
  const object = objectOf(minimal, { resourceVersion: '7', managedFields: [], labels: { a: 'b' } });
  expect(parseNetworkFault({ ...object, status: { phase: 'Effective' } }).name).toBe('slow-pd');
});

test('all that a fault may say arrives as values', () => {
  const parsed = parseSpec({
    selector: { matchLabels: { app: 'pd' } },
    ...{ mode: 'percent', value: 30, direction: 'both', seed: 42, rate: '10mbit', partition: true },
    ...{ loss: { gemodel: { p: '1%' } }, delay: { rtt: '80ms', jitter: 4 }, duplicate: { ratio: '1%' } },
    ...{ corrupt: { ratio: '0.1%' }, reorder: { ratio: '25%', gap: 5 } },
    ...{ duration: '5m', ttl: 15_000, suspend: true },
  });
  expect(parsed.fault).toMatchObject({ mode: { kind: 'percent', percent: 30 }, direction: 'both' });
  expect(JSON.parse(JSON.stringify(parsed.fault.effects))).toEqual({
    ...{ seed: 42, rate: '10mbit', partition: true, duplicate: { ratio: '1%' } },
    ...{ loss: { gemodel: { p: '1%' } }, delay: { rtt: '80ms', jitter: '4ms' } },
    ...{ corrupt: { ratio: '0.1%' }, reorder: { ratio: '25%', gap: 5 } },
  });
  expect([parsed.duration?.toString(), parsed.ttl.toString(), parsed.suspend]).toEqual(['5m', '15s', true]);
});

test.each<[string, object, object]>([
  ['all', { mode: 'all' }, { kind: 'all' }],
  ['one', { mode: 'one' }, { kind: 'one' }],
  ['fixed', { mode: 'fixed', value: 3 }, { kind: 'fixed', count: 3 }],
  ['percent', { mode: 'percent', value: 100 }, { kind: 'percent', percent: 100 }],
])('mode %s', (_, said, mode) => expect(parseSpec({ ...minimal, ...said }).fault.mode).toEqual(mode));

test.each<[string, object, object]>([
  [
    'a block, with ports',
    { cidr: '10.1.0.0/16', ports: [80, '90-99'], protocol: 'tcp' },
    {
      kind: 'cidr',
      cidr: { family: 4, address: '10.1.0.0', prefixLength: 16 },
      ports: [
        { first: 80, last: 80 },
        { first: 90, last: 99 },
      ],
      protocol: 'tcp',
    },
  ],
  ['pods of the own namespace', { pods: { selector: {} } }, { kind: 'pods', selector: {} }],
  [
    'pods of namespaces by name',
    { pods: { selector: {}, namespaces: ['a'] } },
    { kind: 'pods', selector: {}, namespaces: ['a'] },
  ],
  [
    'pods of namespaces by label',
    { pods: { selector: {}, namespaceSelector: { matchLabels: { team: 'x' } } } },
    { kind: 'pods', selector: {}, namespaceSelector: { matchLabels: { team: 'x' } } },
  ],
  [
    'a Service of another namespace',
    { service: { name: 'b', namespace: 'n' } },
    { kind: 'service', name: 'b', namespace: 'n' },
  ],
  ['a host', { hostname: 'DB.Example.com.' }, { kind: 'hostname', hostname: 'db.example.com' }],
  ['a host with _', { hostname: '_db.a_b.c' }, { kind: 'hostname', hostname: '_db.a_b.c' }],
  ['a host of one label', { hostname: 'db' }, { kind: 'hostname', hostname: 'db' }],
  ['everybody at a port', { ports: [53] }, { kind: 'everybody', ports: [{ first: 53, last: 53 }] }],
  ['everybody by a protocol', { protocol: 'icmp' }, { kind: 'everybody', protocol: 'icmp' }],
])('a target may be %s', (_, target, parsed) => {
  const { to, except } = parseSpec({ ...minimal, to: [target], except: [target] }).fault;
  expect(to).toEqual([parsed]);
  expect(except).toEqual(to);
});

test('exceptions are apart from targets', () => {
  const { to, except } = parseSpec({ ...minimal, except: [{ ports: [22] }] }).fault;
  expect(to).toBeUndefined();
  expect(except).toEqual([{ kind: 'everybody', ports: [{ first: 22, last: 22 }] }]);
});

const bad = (more: object): object => objectOf({ ...minimal, ...more });
const toward = (target: unknown): object => bad({ to: [target] });
const selecting = (selector: unknown): object => bad({ selector });

test.each<[string, unknown, string, string]>([
  ['no object', 'slow', 'object', 'expected object'],
  ['no metadata', { spec: minimal }, 'metadata', 'is missing'],
  ['a name of capitals', objectOf(minimal, { name: 'Slow' }), 'metadata.name', 'name of an object'],
  ['another kind', { ...bad({}), kind: 'Scenario' }, 'kind', '"Scenario", not NetworkFault'],
  ['another version', { ...bad({}), apiVersion: 'v1' }, 'apiVersion', 'not podlag.io/v1alpha1'],
  ['no spec', { metadata: { name: 'a' } }, 'spec', 'is missing'],
  ['no selector', objectOf({ delay: { time: '1ms' } }), 'spec.selector', 'is missing'],
  ['a misspelt field', bad({ sedd: 1 }), 'spec.sedd', 'Did you mean seed?'],
  ['a field of another level', bad({ rtt: '1ms' }), 'spec.rtt', 'does not belong here'],
  ['a key of no resemblance', bad({ colour: 1 }), 'spec.colour', 'is not known.'],
  ['no effect', objectOf({ selector: {} }), 'spec', 'does nothing: set at least one of delay'],
  ['an effect of null', bad({ delay: null }), 'spec.delay', 'expected object'],
  ['a bad delay', bad({ delay: { time: 'soon' } }), 'spec.delay.time', 'is not a duration like 20ms'],
  ['a long delay', bad({ delay: { time: '2h' } }), 'spec.delay.time', 'more than 1h'],
  ['a misspelt part of an effect', bad({ delay: { tmie: '1ms' } }), 'spec.delay.tmie', 'mean time?'],
  ['time and rtt', bad({ delay: { time: '1ms', rtt: '1ms' } }), 'spec.delay', 'exactly one of'],
  ['too much jitter', bad({ delay: { time: '1ms', jitter: '2ms' } }), 'spec.delay.jitter', 'than the delay'],
  ['a loss above all', bad({ loss: { ratio: '101%' } }), 'spec.loss.ratio', 'more than 100%'],
  ['a bad loss model', bad({ loss: { gemodel: { p: 'x' } } }), 'spec.loss.gemodel.p', 'not a ratio'],
  ['duplicates by word', bad({ duplicate: { ratio: 'some' } }), 'spec.duplicate.ratio', 'not a ratio'],
  ['corruption without ratio', bad({ corrupt: {} }), 'spec.corrupt.ratio', 'not a ratio'],
  ['bytes a second', bad({ rate: '10mbps' }), 'spec.rate', 'is not a rate like 10mbit'],
  ['reordering alone', objectOf({ selector: {}, reorder: { ratio: '1%' } }), 'spec.reorder', 'needs a delay'],
  ['no partition', bad({ partition: false }), 'spec.partition', 'true'],
  ['a seed below 0', bad({ seed: -1 }), 'spec.seed', '>=0'],
  ['a fault’s own ttl of zero', bad({ ttl: '0s' }), 'spec.ttl', 'from 10s'],
  ['a ttl that is too short', bad({ ttl: '9s' }), 'spec.ttl', 'from 10s'],
  ['a duration of nothing', bad({ duration: '0s' }), 'spec.duration', 'from 1ms'],
  ['a duration of words', bad({ duration: 'long' }), 'spec.duration', '"long" is not a duration'],
  ['suspend by word', bad({ suspend: 'yes' }), 'spec.suspend', 'boolean'],
  ['a mode that there is not', bad({ mode: 'some' }), 'spec.mode', '"all"|"one"|"fixed"|"percent"'],
  ['fixed without value', bad({ mode: 'fixed' }), 'spec.value', 'mode fixed needs it'],
  ['percent without value', bad({ mode: 'percent' }), 'spec.value', 'mode percent needs it'],
  ['a value for all', bad({ value: 3 }), 'spec.value', 'does not go with mode all'],
  ['a value for one', bad({ mode: 'one', value: 1 }), 'spec.value', 'does not go with mode one'],
  ['none fixed', bad({ mode: 'fixed', value: 0 }), 'spec.value', '>=1'],
  ['a part of a pod', bad({ mode: 'fixed', value: 1.5 }), 'spec.value', 'int'],
  ['more than all', bad({ mode: 'percent', value: 101 }), 'spec.value', 'more than 100 percent'],
  ['a direction of its own', bad({ direction: 'out' }), 'spec.direction', '"egress"|"ingress"|"both"'],
  ['nobody at all', bad({ to: [] }), 'spec.to', '>=1'],
  ['a target of nothing', toward({}), 'spec.to[0]', 'names nobody'],
  ['two in one', toward({ cidr: '::/0', hostname: 'a.b' }), 'spec.to[0]', 'make a target of each'],
  ['a misspelt target', toward({ hosntame: 'a.b' }), 'spec.to[0].hosntame', 'Did you mean hostname?'],
  ['a bad block', toward({ cidr: '10.0.0.0/33' }), 'spec.to[0].cidr', 'not an address block'],
  ['IPv4 inside IPv6', toward({ cidr: '::ffff:10.0.0.1' }), 'spec.to[0].cidr', 'write 10.0.0.1/32'],
  ['a port beyond', toward({ ports: [70_000] }), 'spec.to[0].ports[0]', 'is not a port like 2379'],
  ['a range backwards', toward({ ports: [1, '9-1'] }), 'spec.to[0].ports[1]', 'or a range'],
  ['ports of ICMP', toward({ ports: [1], protocol: 'icmp' }), 'spec.to[0].ports', 'ICMP has no ports'],
  ['a protocol of its own', toward({ protocol: 'sctp' }), 'spec.to[0].protocol', '"tcp"|"udp"|"icmp"'],
  ['an address as host', toward({ hostname: '10.1.2.3' }), 'spec.to[0].hostname', 'write it as cidr'],
  ['a URL as host', toward({ hostname: 'http://a.b' }), 'spec.to[0].hostname', 'must be a DNS name'],
  ['a wildcard as host', toward({ hostname: '*.a.b' }), 'spec.to[0].hostname', 'must be a DNS name'],
  ['a host of a long label', toward({ hostname: 'a'.repeat(64) }), 'spec.to[0].hostname', 'DNS name'],
  [
    'more namespaces than a target may have',
    toward({ pods: { selector: {}, namespaces: Array.from({ length: 33 }, (_, n) => `n${n}`) } }),
    ...(['spec.to[0].pods.namespaces', '<=32'] as const),
  ],
  [
    'more requirements than a selector may have',
    selecting({ matchExpressions: Array.from({ length: 17 }, () => ({ key: 'a', operator: 'Exists' })) }),
    ...(['spec.selector.matchExpressions', '<=16'] as const),
  ],
  [
    'more values than a requirement may have',
    selecting({ matchExpressions: [{ key: 'a', operator: 'In', values: Array(33).fill('v') }] }),
    ...(['spec.selector.matchExpressions[0].values', '<=32'] as const),
  ],
  [
    'more labels than a selector may have',
    selecting({ matchLabels: Object.fromEntries(Array.from({ length: 65 }, (_, n) => [`l${n}`, 'v'])) }),
    ...(['spec.selector.matchLabels', 'at most 64'] as const),
  ],
  ['a long host', toward({ hostname: 'a.'.repeat(130) }), 'spec.to[0].hostname', 'at most 253'],
  ['a bad Service', toward({ service: { name: 'B' } }), 'spec.to[0].service.name', 'DNS label'],
  ['a Service without name', toward({ service: {} }), 'spec.to[0].service.name', 'is missing'],
  ['pods without selector', toward({ pods: {} }), 'spec.to[0].pods.selector', 'is missing'],
  [
    'pods of two kinds of namespaces',
    toward({ pods: { selector: {}, namespaces: ['a'], namespaceSelector: {} } }),
    'spec.to[0].pods',
    'at most one of namespaces and namespaceSelector',
  ],
  [
    'pods of a bad namespace',
    toward({ pods: { selector: {}, namespaces: ['A'] } }),
    'spec.to[0].pods.namespaces[0]',
    'DNS label',
  ],
  ['a bad exception', bad({ except: [{ cidr: 'x' }] }), 'spec.except[0].cidr', 'address block'],
  ['labels without matchLabels', selecting({ app: 'pd' }), 'spec.selector.app', 'is not known'],
  ['a number as label', selecting({ matchLabels: { v: 1 } }), 'spec.selector.matchLabels.v', 'quote numbers'],
  ['a bad label', selecting({ matchLabels: { v: 'a b' } }), 'spec.selector.matchLabels.v', 'of a label'],
  [
    'In without values',
    selecting({ matchExpressions: [{ key: 'a', operator: 'In' }] }),
    'spec.selector.matchExpressions[0].values',
    'at least one value',
  ],
  [
    'Exists with values',
    selecting({ matchExpressions: [{ key: 'a', operator: 'Exists', values: ['b'] }] }),
    'spec.selector.matchExpressions[0].values',
    'none',
  ],
  [
    'an operator of its own',
    selecting({ matchExpressions: [{ key: 'a', operator: 'Equals' }] }),
    'spec.selector.matchExpressions[0].operator',
    '"In"',
  ],
])('refuses %s', (_, object, field, words) => {
  expect(() => parseNetworkFault(object)).toThrow(
    expect.objectContaining({
      code: 'invalid-object',
      field,
      message: expect.stringContaining(words),
    }),
  );
});

test('several errors are told together, each with its field', () => {
  const spec = { selector: {}, delay: { time: 'x' }, loss: { ratio: 'y' } };
  expect(() => parseSpec(spec)).toThrow(/^spec\.delay\.time: .*; spec\.loss\.ratio: /);
});

const times = fc.integer({ min: 0, max: 3_600_000 });
const effectDocuments = fc
  .record(
    {
      delay: times.map((time) => ({ time })),
      loss: fc.integer({ min: 0, max: 100 }).map((percent) => ({ ratio: `${percent}%` })),
      rate: fc.integer({ min: 8, max: 1e9 }).map((bits) => `${bits}bit`),
      partition: fc.constant(true as const),
    },
    { requiredKeys: [] },
  )
  .filter((document) => Object.keys(document).length > 0);
const anyTarget = fc.oneof(
  fc.ipV4().map((address) => ({ cidr: address })),
  fc.domain().map((hostname) => ({ hostname })),
  fc.constantFrom({ service: { name: 'b' } }, { pods: { selector: {} } }, { ports: [53] }),
);

test('whatever is within the ranges is read, and says what was written', () => {
  fc.assert(
    fc.property(
      effectDocuments,
      fc.record(
        {
          ttl: fc.integer({ min: 10_000, max: 2_592_000_000 }),
          duration: fc.integer({ min: 1, max: 2_592_000_000 }),
          suspend: fc.boolean(),
          direction: fc.constantFrom('egress', 'ingress', 'both'),
          to: fc.array(anyTarget, { minLength: 1, maxLength: 5 }),
        },
        { requiredKeys: [] },
      ),
      (document, rest) => {
        const parsed = parseSpec({ selector: {}, ...document, ...rest });
        const { to, ...asFault } = faultDocument({
          ...parseFault({ ...document, name: 'a' }),
          ...parsed.fault.effects,
        });
        expect(to).toBeUndefined();
        expect(asFault).toEqual(faultDocument(parseFault({ ...document, name: 'a' })));
        expect(effects.filter((effect) => effect in parsed.fault.effects).toSorted()).toEqual(
          Object.keys(document).toSorted(),
        );
        expect(parsed.ttl.milliseconds).toBe(rest.ttl ?? 60_000);
        expect(parsed.duration?.milliseconds).toBe(rest.duration);
        expect(parsed.suspend).toBe(rest.suspend ?? false);
        expect(parsed.fault.direction).toBe(rest.direction ?? 'egress');
        expect(parsed.fault.to?.length).toBe(rest.to?.length);
      },
    ),
  );
});

test('whatever it is given, it answers with values or with an error of its own', () => {
  fc.assert(
    fc.property(fc.anything(), fc.jsonValue(), (garbage, spec) => {
      for (const object of [garbage, objectOf(spec), bad({ to: [spec], delay: spec })]) {
        try {
          parseNetworkFault(object);
        } catch (error) {
          expect(error).toMatchObject({ code: 'invalid-object', field: expect.any(String) });
        }
      }
    }),
  );
});
