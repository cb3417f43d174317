import { dnsResolve, isAnswer, type Questions } from './resolver';

type Answered = readonly string[] | 'ENODATA' | 'ENOTFOUND' | 'ETIMEOUT' | 'ESERVFAIL';

/** A name server: what it says to each of both questions. */
function server(four: Answered, six: Answered): Questions {
  const answer = (name: string, said: Answered) => () =>
    typeof said === 'string'
      ? Promise.reject(Object.assign(new Error(`${name} ${said}`), { code: said }))
      : Promise.resolve(said.map((address) => ({ address, ttl: 30 })));
  return { resolve4: answer('queryA', four), resolve6: answer('queryAaaa', six) } as unknown as Questions;
}

const known = { addresses: ['192.0.2.1'], ttlSeconds: 30 };

test.each<[string, Answered, Answered, object]>([
  ['both families', ['192.0.2.1'], ['2001:db8::1'], { ...known, addresses: ['192.0.2.1', '2001:db8::1'] }],
  ['IPv4 alone', ['192.0.2.1'], 'ENODATA', known],
  ['IPv4 inside IPv6, which no packet carries', 'ENODATA', ['::ffff:192.0.2.1', '::ffff:c000:201'], known],
  [
    'the same IPv4 twice, once inside IPv6',
    ['192.0.2.1'],
    ['::ffff:192.0.2.1', '2001:db8::1'],
    { ...known, addresses: ['192.0.2.1', '2001:db8::1'] },
  ],
  ['IPv4 alone, as some servers say it', ['192.0.2.1'], 'ENOTFOUND', known],
  ['IPv4, and nothing was told of IPv6', ['192.0.2.1'], 'ETIMEOUT', { ...known, unanswered: 6 }],
  [
    'IPv6, and nothing was told of IPv4',
    'ESERVFAIL',
    ['2001:db8::1'],
    { addresses: ['2001:db8::1'], ttlSeconds: 30, unanswered: 4 },
  ],
])('a name with %s', async (_, four, six, resolution) => {
  await expect(dnsResolve(server(four, six))('db.example')).resolves.toEqual(resolution);
});

test.each<[string, Answered, Answered, object]>([
  ['there is no such name', 'ENOTFOUND', 'ENOTFOUND', { why: 'queryA ENOTFOUND', isAnswered: true }],
  [
    'one question had no answer, the other has nothing',
    'ENODATA',
    'ETIMEOUT',
    { why: 'queryAaaa ETIMEOUT', isAnswered: false },
  ],
  ['both answers are empty', [], [], { why: 'db.example has no address', isAnswered: true }],
])('it rejects where %s, and says why', async (_, four, six, expected) => {
  const error = await dnsResolve(server(four, six))('db.example').then(
    () => new Error('it has one'),
    (reason: unknown) => reason as Error,
  );
  expect({ why: error.message, isAnswered: isAnswer(error) }).toEqual(expected);
});
