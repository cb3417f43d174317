import fc from 'fast-check';
import { faultDocument, parseFault } from './fault-document';

const slowPd = {
  name: 'slow-pd',
  delay: { time: '20ms', jitter: '5ms', correlation: '25%', distribution: 'normal' },
  loss: { ratio: '1%', correlation: '25%' },
  duplicate: { ratio: '1%' },
  corrupt: { ratio: '0.1%' },
  reorder: { ratio: '25%', gap: 5 },
  rate: '10mbit',
  partition: true,
  direction: 'egress',
  to: [{ cidr: '10.244.1.0/24', ports: [2379, '20160-20180'], protocol: 'tcp' }, { cidr: 'fd00::1/128' }],
  except: [{ cidr: '10.96.0.1/32' }],
  ttl: '5m',
  seed: 42,
};

test('a document with every field comes back as it went in', () => {
  expect(faultDocument(parseFault(slowPd))).toEqual(slowPd);
});

test('a round trip, and targets without addresses, come back as they went in', () => {
  const document = {
    name: 'far',
    delay: { rtt: '80ms', jitter: '8ms' },
    direction: 'both',
    to: [{ ports: [5432] }, { protocol: 'icmp' }, { cidr: '10.0.0.7/8' }],
  };
  expect(faultDocument(parseFault(document))).toEqual(document);
});

test('the name may come from the address, and the direction is egress unless told otherwise', () => {
  expect(parseFault({ delay: { time: '20ms' } }, 'latency')).toMatchObject({
    name: 'latency',
    direction: 'egress',
  });
});

test.each<[string, unknown, string, string]>([
  ['no object', 'delay', 'fault', 'object'],
  ['nothing asked for', { name: 'a' }, 'fault', 'does nothing'],
  ['only a ttl', { name: 'a', ttl: '5m' }, 'fault', 'does nothing'],
  ['a delay of no length', { name: 'a', delay: {} }, 'delay', 'exactly one of time'],
  ['time beside rtt', { name: 'a', delay: { time: '1ms', rtt: '2ms' } }, 'delay', 'exactly one of time'],
  ['a round trip of more than an hour', { name: 'a', delay: { rtt: '2h' } }, 'delay.rtt', 'more than 1h'],
  [
    'jitter beyond the round trip',
    { name: 'a', delay: { rtt: '5ms', jitter: '6ms' } },
    'delay.jitter',
    'before it came',
  ],
  ['a target that names nobody', { name: 'a', partition: true, to: [{}] }, 'to.0', 'names nobody'],
  [
    'a misspelt part of a target',
    { name: 'a', partition: true, to: [{ cdir: '::/0' }] },
    'to.0.cdir',
    'Did you mean cidr?',
  ],
  [
    'IPv4 inside IPv6',
    { name: 'a', partition: true, to: [{ cidr: '::ffff:10.0.0.1/120' }] },
    'to.0.cidr',
    'write 10.0.0.0/24',
  ],
  [
    'a bad duration, by its path',
    { name: 'a', delay: { time: 'soon' } },
    'delay.time',
    '"soon" is not a duration like 20ms',
  ],
  ['a negative delay', { name: 'a', delay: { time: '-5ms' } }, 'delay.time', 'not a duration'],
  ['a delay of more than an hour', { name: 'a', delay: { time: '2h' } }, 'delay.time', 'more than 1h'],
  [
    'jitter beyond the delay',
    { name: 'a', delay: { time: '5ms', jitter: '6ms' } },
    'delay.jitter',
    'before it came',
  ],
  [
    'a distribution of no jitter',
    { name: 'a', delay: { time: '5ms', distribution: 'normal' } },
    'delay.distribution',
    'needs a jitter',
  ],
  [
    'a correlation of a jitter of nothing',
    { name: 'a', delay: { rtt: '5ms', jitter: '0ms', correlation: '25%' } },
    'delay.correlation',
    'needs a jitter',
  ],
  ['a unit that there is not', { name: 'a', partition: true, ttl: '1d' }, 'ttl', 'in ns, us, ms, s, m, h'],
  ['an unknown key, with the nearest', { name: 'a', dealy: { time: '5ms' } }, 'dealy', 'Did you mean delay?'],
  [
    'an unknown key inside',
    { name: 'a', delay: { time: '5ms', jiter: '1ms' } },
    'delay.jiter',
    'Did you mean jitter?',
  ],
  ['a loss above 100 %', { name: 'a', loss: { ratio: '101%' } }, 'loss.ratio', 'more than 100%'],
  ['a bad chance in gemodel', { name: 'a', loss: { gemodel: { p: 'x' } } }, 'loss.gemodel.p', 'not a ratio'],
  [
    'a misspelt loss model',
    { name: 'a', loss: { gemodle: { p: '1%' } } },
    'loss.gemodle',
    'Did you mean gemodel?',
  ],
  [
    'two loss models at once',
    { name: 'a', loss: { gemodel: { p: '1%' }, ratio: '1%' } },
    'loss.gemodel',
    'does not belong here',
  ],
  ['a field on the wrong level', { name: 'a', time: '5ms', partition: true }, 'time', 'does not belong here'],
  ['reordering without delay', { name: 'a', reorder: { ratio: '25%' } }, 'reorder', 'needs a delay'],
  [
    'reordering of what is delayed by nothing',
    { name: 'a', delay: { time: '0ms' }, reorder: { ratio: '25%' } },
    'reorder',
    'needs a delay',
  ],
  ['partition: false', { name: 'a', partition: false }, 'partition', 'true'],
  ['a name that is no DNS label', { name: 'Slow PD', partition: true }, 'name', 'DNS label'],
  [
    'a bad block',
    { name: 'a', partition: true, to: [{ cidr: '10.0.0.0/33' }] },
    'to.0.cidr',
    'address block',
  ],
  [
    'a bad port range',
    { name: 'a', partition: true, to: [{ cidr: '::/0', ports: ['9-1'] }] },
    'to.0.ports.0',
    'port',
  ],
  [
    'ports of ICMP',
    { name: 'a', partition: true, to: [{ cidr: '::/0', ports: [1], protocol: 'icmp' }] },
    'to.0.ports',
    'ICMP',
  ],
  ['a ttl of zero', { name: 'a', partition: true, ttl: '0s' }, 'ttl', 'longer than 0'],
  ['a line break in a rate', { name: 'a', rate: '10mbit\nqdisc del' }, 'rate', 'not a rate'],
])('refuses %s', (_, document, field, words) => {
  expect(() => parseFault(document)).toThrow(
    expect.objectContaining({ code: 'invalid-fault', field, message: expect.stringContaining(words) }),
  );
});

const times = (count: number, item: unknown): readonly unknown[] => Array.from({ length: count }, () => item);
const withTable = (table: unknown): object => ({
  delay: { time: '5ms', jitter: '1ms', distribution: { table } },
});
const withPorts = (ports: unknown): object => ({ partition: true, to: [{ ports }] });
const lossy = { loss: { ratio: '1%' } };
const reordered = (gap: number): object => ({
  delay: { time: '1ms' },
  reorder: { ratio: '1%', gap },
});

test.each([
  ['a table from -4', withTable([-4, 0]), withTable([-4.001, 0])],
  ['a table to 3.9998', withTable([0, 3.9998]), withTable([0, 3.9999])],
  ['a table of 16,384 entries', withTable(times(16_384, 0)), withTable(times(16_385, 0))],
  [
    '65,536 targets in to',
    { ...lossy, to: times(65_536, { ports: [1] }) },
    { ...lossy, to: times(65_537, { ports: [1] }) },
  ],
  [
    '65,536 targets in except',
    { ...lossy, except: times(65_536, { ports: [1] }) },
    { ...lossy, except: times(65_537, { ports: [1] }) },
  ],
  ['64 ports', withPorts(times(64, 1)), withPorts(times(65, 1))],
  ['port 65535', withPorts(['65535']), withPorts([65_536])],
  ['a gap of a million', reordered(1_000_000), reordered(1_000_001)],
  [
    'the greatest whole number as a seed',
    { ...lossy, seed: Number.MAX_SAFE_INTEGER },
    { ...lossy, seed: Number.MAX_SAFE_INTEGER + 1 },
  ],
])('%s may be, and no more', (_, most, more) => {
  expect(() => parseFault(most, 'a')).not.toThrow();
  expect(() => parseFault(more, 'a')).toThrow(expect.objectContaining({ code: 'invalid-fault' }));
});

test('an unknown key that is near nothing gets no guess', () => {
  for (const key of ['foo', 'q'])
    expect(() => parseFault({ name: 'a', partition: true, [key]: 1 })).toThrow(/is not known\.$/);
});

test('a name that contradicts the address is refused', () => {
  expect(() => parseFault({ name: 'b', partition: true }, 'a')).toThrow(
    expect.objectContaining({ field: 'name' }),
  );
});

const percent = fc.integer({ min: 0, max: 1000 }).map((tenths) => `${tenths / 10}%`);
const chance = fc.record({ ratio: percent, correlation: percent }, { requiredKeys: ['ratio'] });
const documents = fc.record(
  {
    name: fc.constantFrom('a', 'slow-pd', 'x1'),
    delay: fc.record({
      time: fc.integer({ min: 10, max: 5000 }).map((n) => `${n}us`),
      jitter: fc.constantFrom('1us', '10us'),
    }),
    loss: fc.oneof(chance, fc.record({ gemodel: fc.record({ p: percent, r: percent }) })),
    duplicate: chance,
    corrupt: chance,
    rate: fc.integer({ min: 1, max: 999 }).map((n) => `${n}mbit`),
    partition: fc.constant(true),
    ttl: fc.integer({ min: 1, max: 59 }).map((n) => `${n}m`),
  },
  { requiredKeys: ['name', 'partition'] },
);

test('any fault survives being written down and read again', () => {
  fc.assert(
    fc.property(documents, (document) => {
      const fault = parseFault(document);
      expect(parseFault(faultDocument(fault))).toEqual(fault);
    }),
  );
});
