import { Duration, Ratio } from '@podlag/core';
import type { Profile } from '@podlag/netem';
import { expectedTimes } from './expected-times';

const profile = (time: string, more: object = {}): Profile =>
  ({
    delay: { time: Duration.parse(time), jitter: Duration.zero, shape: undefined },
    loss: { kind: 'random', ratio: Ratio.zero },
    corrupt: { ratio: Ratio.zero },
    reorder: { ratio: Ratio.zero },
    ...more,
  }) as unknown as Profile;
const jittery = (time: string, jitter: string, quantiles?: readonly number[]): Profile =>
  profile(time, {
    delay: { time: Duration.parse(time), jitter: Duration.parse(jitter), shape: quantiles && { quantiles } },
  });
const lossy = (ratio: string): Profile =>
  profile('1ms', { loss: { kind: 'random', ratio: Ratio.parse(ratio) } });

const same = (time: string): object => ({ least: time, most: time });

test('both ways add up, and TLS takes two round trips, its first answer three', () => {
  expect(expectedTimes([profile('20ms'), profile('5ms')], 'tcp')).toEqual({
    roundTrip: same('25ms'),
    tcpConnect: same('25ms'),
    tlsHandshake: same('50ms'),
    httpAnswer: same('75ms'),
    without: [],
  });
});

test.each<[string, Profile | undefined, unknown]>([
  ['nothing', undefined, same('0ms')],
  ['jitter goes both ways', jittery('20ms', '5ms'), { least: '15ms', most: '25ms' }],
  [
    'a distribution as far as it reaches',
    jittery('20ms', '5ms', [-1, 0, 4]),
    { least: '15ms', most: '40ms' },
  ],
  ['never before it was sent', jittery('5ms', '5ms', [-3, 3]), { least: '0ms', most: '20ms' }],
  ['some loss', lossy('99.9%'), same('1ms')],
  ['all lost', lossy('100%'), 'never'],
  ['a chain that stays in its bad state', chained({ p: '1%', r: '0%', h: '0%', k: '100%' }), 'never'],
  ['packets that overtake', profile('20ms', { reorder: { ratio: Ratio.parse('5%') } }), reordered()],
])('the round trip with %s', (_, way, roundTrip) => {
  expect(expectedTimes([way, undefined], 'udp')).toMatchObject({ roundTrip });
});

test.each<[string, Profile, readonly string[]]>([
  ['a delay', profile('20ms'), []],
  ['loss', lossy('1%'), ['loss']],
  ['corruption', profile('20ms', { corrupt: { ratio: Ratio.parse('1%') } }), ['corrupt']],
  ['a rate', profile('20ms', { rate: {} }), ['rate']],
])('what is not in the times is named: %s', (_, way, without) => {
  expect(expectedTimes([undefined, way], 'tcp')).toMatchObject({ without });
});

function reordered(): object {
  return { least: '0ms', most: '20ms' };
}

function chained(chances: Readonly<Record<'p' | 'r' | 'h' | 'k', string>>): Profile {
  const [p, r, h, k] = [chances.p, chances.r, chances.h, chances.k].map((one) => Ratio.parse(one));
  return profile('1ms', { loss: { kind: 'gemodel', p, r, h, k } });
}
