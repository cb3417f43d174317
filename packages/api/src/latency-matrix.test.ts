import { Duration } from '@podlag/core';
import fc from 'fast-check';
import { parseLatencyMatrix } from './latency-matrix';
import { presets } from './presets';

const regions = [
  { name: 'a', pods: { matchLabels: { region: 'a' } } },
  { name: 'b', nodeRegion: 'eu-west-1' },
];
const far = { between: ['a', 'b'], rtt: '80ms' };
const objectOf = (spec: unknown): object => ({
  apiVersion: 'podlag.io/v1alpha1',
  kind: 'LatencyMatrix',
  metadata: { name: 'world', namespace: 'tidb', uid: 'u-1', generation: 3 },
  spec,
});
const parseSpec = (spec: unknown): ReturnType<typeof parseLatencyMatrix> =>
  parseLatencyMatrix(objectOf(spec));
const linksOf = (links: readonly object[], more: object = {}): unknown =>
  JSON.parse(JSON.stringify(Object.fromEntries(parseSpec({ regions, links, ...more }).links)));

test('the smallest one has the defaults that the reference says', () => {
  expect(parseSpec({ regions, links: [far] })).toEqual({
    ...{ namespace: 'tidb', name: 'world', uid: 'u-1', generation: 3, selector: {} },
    regions: [
      { name: 'a', members: { kind: 'pods', selector: { matchLabels: { region: 'a' } } } },
      { name: 'b', members: { kind: 'nodeRegion', nodeRegion: 'eu-west-1' } },
    ],
    links: new Map([
      ['a b', { from: 'a', to: 'b', delay: { oneWay: Duration.parse('40ms') } }],
      ['b a', { from: 'b', to: 'a', delay: { oneWay: Duration.parse('40ms') } }],
    ]),
    ...{ subtractBaseline: true, duration: undefined, ttl: Duration.parse('1m'), suspend: false },
  });
});

test('a region without members is the nodes of its own name', () => {
  const [region] = parseSpec({ regions: [{ name: 'a' }], links: [{ ...far, between: ['a', 'a'] }] }).regions;
  expect(region).toEqual({ name: 'a', members: { kind: 'nodeRegion', nodeRegion: 'a' } });
});

test.each<[string, object[], object]>([
  [
    'a round trip is halved, and its jitter with it',
    [{ ...far, jitter: '10ms', distribution: 'normal' }],
    {
      'a b': { from: 'a', to: 'b', delay: { oneWay: '40ms', jitter: '5ms', distribution: 'normal' } },
      'b a': { from: 'b', to: 'a', delay: { oneWay: '40ms', jitter: '5ms', distribution: 'normal' } },
    },
  ],
  [
    'an odd nanosecond goes the way that is named first',
    [{ between: ['b', 'a'], rtt: '5ns' }],
    {
      'b a': { from: 'b', to: 'a', delay: { oneWay: '3ns' } },
      'a b': { from: 'a', to: 'b', delay: { oneWay: '2ns' } },
    },
  ],
  [
    'one direction alone is not halved',
    [{ from: 'a', to: 'b', delay: 80, jitter: '10ms' }],
    { 'a b': { from: 'a', to: 'b', delay: { oneWay: '80ms', jitter: '10ms' } } },
  ],
  [
    'within a region a packet is on one link both ways',
    [{ between: ['a', 'a'], rtt: '3ns' }],
    { 'a a': { from: 'a', to: 'a', delay: { oneWay: '2ns' } } },
  ],
  [
    'a later link wins, in its direction alone',
    [far, { from: 'b', to: 'a', delay: '10ms' }],
    {
      'a b': { from: 'a', to: 'b', delay: { oneWay: '40ms' } },
      'b a': { from: 'b', to: 'a', delay: { oneWay: '10ms' } },
    },
  ],
  [
    'a link that says only what is lost leaves the delay as it was',
    [
      { ...far, jitter: '2ms' },
      { from: 'a', to: 'b', loss: { ratio: '1%' }, rate: '10mbit' },
    ],
    {
      'a b': {
        ...{ from: 'a', to: 'b', loss: { ratio: '1%' }, rate: '10mbit' },
        delay: { oneWay: '40ms', jitter: '1ms' },
      },
      'b a': { from: 'b', to: 'a', delay: { oneWay: '40ms', jitter: '1ms' } },
    },
  ],
  [
    'a jitter may come later than its delay',
    [far, { from: 'a', to: 'b', jitter: '40ms', distribution: 'pareto' }],
    {
      'a b': { from: 'a', to: 'b', delay: { oneWay: '40ms', jitter: '40ms', distribution: 'pareto' } },
      'b a': { from: 'b', to: 'a', delay: { oneWay: '40ms' } },
    },
  ],
  [
    'a new delay has no jitter of the one before, and keeps loss and rate',
    [
      { ...far, jitter: '20ms', rate: '10mbit' },
      { from: 'a', to: 'b', delay: '1ms' },
      { from: 'b', to: 'a', jitter: '0ms' },
    ],
    {
      'a b': { from: 'a', to: 'b', delay: { oneWay: '1ms' }, rate: '10mbit' },
      'b a': { from: 'b', to: 'a', delay: { oneWay: '40ms' }, rate: '10mbit' },
    },
  ],
  [
    'loss needs no delay',
    [{ from: 'a', to: 'b', loss: { gemodel: { p: '1%' } } }],
    { 'a b': { from: 'a', to: 'b', loss: { gemodel: { p: '1%' } } } },
  ],
])('%s', (_, links, expected) => expect(linksOf(links)).toEqual(expected));

describe('with a preset', () => {
  const places = [{ name: 'us', preset: 'us-east-1', pods: {} }, { name: 'eu-west-1' }];
  const preset = presets.find(({ name }) => name === 'aws-2022')!;
  const rtt = preset.rttMs('us-east-1', 'eu-west-1')!;
  const withPreset = (more: object): ReturnType<typeof parseLatencyMatrix>['links'] =>
    parseSpec({ preset: 'aws-2022', regions: places, ...more }).links;

  test('each direction has half of what was measured', () => {
    const links = withPreset({});
    const [there, back] = ['us eu-west-1', 'eu-west-1 us'].map((key) => links.get(key)?.delay?.oneWay);
    expect(there!.milliseconds + back!.milliseconds).toBeCloseTo(rtt, 5);
    expect(Math.abs(there!.nanoseconds - back!.nanoseconds)).toBeLessThanOrEqual(1);
  });

  test('links lie over it, field by field', () => {
    const links = withPreset({
      links: [
        { between: ['us', 'eu-west-1'], loss: { ratio: '1%' } },
        { from: 'us', to: 'eu-west-1', delay: '7ms' },
      ],
    });
    expect(links.get('us eu-west-1')).toMatchObject({
      delay: { oneWay: Duration.parse('7ms') },
      loss: { ratio: {} },
    });
    expect(links.get('eu-west-1 us')!.delay!.oneWay.milliseconds).toBeCloseTo(rtt / 2, 3);
  });

  const stranger = [...places, { name: 'home', pods: {} }];

  test('a region that it does not know is refused, with both regions and the way out', () => {
    expect(() => withPreset({ regions: stranger })).toThrow(
      expect.objectContaining({
        field: 'spec.regions[2].name',
        message: expect.stringMatching(/how far us is from home: "home" is no region of aws-2022/),
        hint: expect.stringContaining('{between: [us, home], rtt: 80ms}'),
      }),
    );
  });

  test('links of its own to each other region fill it', () => {
    const toHome = [
      { between: ['home', 'us'], rtt: '10ms' },
      { from: 'home', to: 'eu-west-1', delay: '1ms' },
    ];
    const back = { from: 'eu-west-1', to: 'home', delay: '2ms' };
    for (const links of [toHome, [toHome[0], back]])
      expect(() => withPreset({ regions: stranger, links })).toThrow('how far eu-west-1 is from home');
    const links = withPreset({
      regions: stranger,
      links: [...toHome, back],
    });
    expect(links.get('eu-west-1 home')?.delay?.oneWay.toString()).toBe('2ms');
  });

  test('what only loses is no answer to how far it is', () => {
    const links = [{ between: ['home', 'us'], loss: { ratio: '1%' } }];
    expect(() => withPreset({ regions: stranger, links })).toThrow('how far us is from home');
  });

  // Not every data set has each pair; each has whole ones that have not.
  test.each(presets.map((one) => [one.name, one] as const))(
    'all pairs of %s are in a matrix of it, or it says which is not',
    (name, one) => {
      const all = one.regions.map((region) => ({ name: region }));
      const missing = all.flatMap(({ name: a }, index) =>
        all.slice(index + 1).flatMap(({ name: b }) => (one.rttMs(a, b) === undefined ? [[a, b]] : [])),
      );
      const filled = { preset: name, regions: all, links: missing.map((between) => ({ between, rtt: 1 })) };
      if (missing.length > 0)
        expect(() => parseSpec({ ...filled, links: undefined })).toThrow(
          expect.objectContaining({ field: 'spec.links' }),
        );
      const links = parseSpec(missing.length > 0 ? filled : { preset: name, regions: all }).links;
      const between = [...links.values()].filter(({ from, to }) => from !== to);
      expect(between).toHaveLength(all.length * (all.length - 1));
    },
  );
});

const bad = (more: object): object => objectOf({ regions, links: [far], ...more });
const linked = (link: unknown, ...more: unknown[]): object => bad({ links: [link, ...more] });

test.each<[string, unknown, string, string]>([
  ['no spec', { metadata: { name: 'a' } }, 'spec', 'is missing'],
  ['another kind', { ...bad({}), kind: 'NetworkFault' }, 'kind', 'not LatencyMatrix'],
  ['no regions', objectOf({ links: [far] }), 'spec.regions', 'is missing'],
  ['none of them', bad({ regions: [] }), 'spec.regions', '>=1'],
  ['more than it can', bad({ regions: Array(33).fill({ name: 'a' }) }), 'spec.regions', '<=32'],
  ['a misspelt field', bad({ substractBaseline: true }), 'spec.substractBaseline', 'mean subtractBaseline?'],
  ['a region of capitals', bad({ regions: [{ name: 'A' }] }), 'spec.regions[0].name', 'DNS label'],
  [
    'a region twice',
    bad({ regions: [...regions, { name: 'a' }] }),
    'spec.regions[2].name',
    'a is there twice',
  ],
  [
    'a region of nodes and pods',
    bad({ regions: [{ name: 'a', pods: {}, nodeRegion: 'a' }] }),
    'spec.regions[0]',
    'at most one of nodeRegion and pods',
  ],
  ['neither preset nor links', objectOf({ regions }), 'spec', 'set at least one of preset and links'],
  ['a misspelt preset', bad({ preset: 'aws-2202' }), 'spec.preset', 'Did you mean aws-2022?'],
  ['a preset of its own', bad({ preset: 'mars' }), 'spec.preset', 'There are aws-2022, gcp-2022'],
  [
    'a place of no preset',
    bad({ regions: [{ name: 'a', preset: 'eu-west-1' }, regions[1]] }),
    'spec.preset',
    'a region names one of its regions',
  ],
  [
    'a misspelt place',
    bad({ preset: 'aws-2022', regions: [regions[1], { name: 'a', preset: 'eu-wset-1' }] }),
    'spec.regions[1].preset',
    'Did you mean eu-west-1?',
  ],
  ['a link of three', linked({ between: ['a', 'b', 'a'], rtt: 1 }), 'spec.links[0].between', 'two names'],
  ['a link of nobody', linked({ rtt: 1 }), 'spec.links[0]', 'takes either between'],
  ['a link to nobody', linked({ from: 'a', delay: 1 }), 'spec.links[0]', 'takes either between'],
  ['both ways to say whose', linked({ ...far, from: 'a', to: 'b' }), 'spec.links[0]', 'takes either between'],
  ['both, by half', linked({ ...far, to: 'b' }), 'spec.links[0]', 'takes either between'],
  [
    'a link to elsewhere',
    linked(far, { from: 'a', to: 'c', delay: 1 }),
    'spec.links[1].to',
    'There are a, b',
  ],
  [
    'a misspelt end',
    bad({ regions: [...regions, { name: 'east' }], links: [{ between: ['a', 'aest'], rtt: 1 }] }),
    'spec.links[0].between[1]',
    'Did you mean east?',
  ],
  ['rtt one way', linked({ from: 'a', to: 'b', rtt: 1 }), 'spec.links[0].rtt', 'write delay'],
  ['delay both ways', linked({ between: ['a', 'b'], delay: 1 }), 'spec.links[0].delay', 'write rtt'],
  ['a link of nothing', linked({ between: ['a', 'b'] }), 'spec.links[0]', 'does nothing'],
  ['a bad rtt', linked({ ...far, rtt: 'far' }), 'spec.links[0].rtt', '"far" is not a duration'],
  ['an rtt of more than an hour', linked({ ...far, rtt: '2h' }), 'spec.links[0].rtt', 'to 1h'],
  ['too much jitter', linked({ ...far, jitter: '81ms' }), 'spec.links[0].jitter', 'more than the delay'],
  [
    'too much jitter for an earlier delay',
    linked(far, { from: 'a', to: 'b', jitter: '41ms' }, { from: 'a', to: 'b', rate: '1mbit' }),
    'spec.links[1].jitter',
    '41ms one way is more than the delay of 40ms from a to b',
  ],
  [
    'jitter alone',
    linked({ from: 'a', to: 'b', jitter: 1 }),
    'spec.links[0].jitter',
    'has no delay beside it',
  ],
  ['a jitter of 0 alone', linked({ from: 'a', to: 'b', jitter: 0 }), 'spec.links[0].jitter', 'no delay'],
  [
    'a shape of no jitter',
    linked({ ...far, distribution: 'normal' }),
    'spec.links[0].distribution',
    'needs a jitter',
  ],
  [
    'a shape of its own',
    linked({ ...far, jitter: 1, distribution: 'bell' }),
    'spec.links[0].distribution',
    'uniform',
  ],
  [
    'a table of one',
    linked({ ...far, jitter: 1, distribution: { table: [1] } }),
    'spec.links[0].distribution.table',
    '>=2',
  ],
  ['a bad loss', linked({ ...far, loss: { ratio: 2 } }), 'spec.links[0].loss.ratio', 'more than 100%'],
  ['a bad rate', linked({ ...far, rate: '1mbps' }), 'spec.links[0].rate', 'is not a rate'],
  [
    'an effect that links have not',
    linked({ ...far, corrupt: {} }),
    'spec.links[0].corrupt',
    'not belong here',
  ],
  ['subtractBaseline by word', bad({ subtractBaseline: 'no' }), 'spec.subtractBaseline', 'boolean'],
  ['a ttl that is too short', bad({ ttl: 9_999 }), 'spec.ttl', 'from 10s'],
  ['a bad selector', bad({ selector: { matchLabels: 'a' } }), 'spec.selector.matchLabels', 'record'],
])('refuses %s', (_, object, field, words) => {
  expect(() => parseLatencyMatrix(object)).toThrow(
    expect.objectContaining({
      ...{ code: 'invalid-object', field },
      message: expect.stringContaining(words),
    }),
  );
});

const names = ['a', 'b', 'c', 'd'];
const anyLink = fc.record({
  between: fc.tuple(fc.constantFrom(...names), fc.constantFrom(...names)),
  rtt: fc.integer({ min: 0, max: 3_600_000_000 }).map((us) => `${us}us`),
});

test('both directions together take the round trip that the last link of the pair asks', () => {
  fc.assert(
    fc.property(fc.array(anyLink, { minLength: 1, maxLength: 20 }), (links) => {
      const parsed = parseSpec({ regions: names.map((name) => ({ name })), links });
      for (const { between } of links) {
        const [one, other] = between;
        const last = links.findLast((link) => link.between.toSorted().join() === between.toSorted().join())!;
        const ways = [`${one} ${other}`, `${other} ${one}`].map(
          (key) => parsed.links.get(key)!.delay!.oneWay,
        );
        const sum = ways.reduce((total, { nanoseconds }) => total + nanoseconds, 0);
        expect(sum).toBe(Duration.parse(last.rtt).nanoseconds);
      }
    }),
  );
});
