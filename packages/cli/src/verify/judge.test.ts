import type { Explanation, ProbeSummary } from '@podlag/client';
import { Duration } from '@podlag/core';
import { askedOf, type Asked } from './asked';
import { judge, type Measured } from './judge';

const none = Duration.zero;

/** As an agent explains a packet that meets this on its way out. */
function side(profile: object, never = false): Explanation {
  return {
    packet: { dst: '10.1.0.2', protocol: 'tcp' },
    egress: { exempt: false, reason: 'meets a', faults: ['a'], profile: { ...profile } },
    expected: { roundTrip: never ? 'never' : { least: none, most: none }, without: [] },
  };
}

const asked = (...profiles: object[]): Asked => askedOf(profiles.map((profile) => side(profile)));
const nothing = asked({});
const slow = asked({ delay: { time: '20ms' } });
const never = askedOf([side({ loss: { ratio: '100%' } }, true)]);
const lossy = asked({ loss: { ratio: '5%' } }, { loss: { ratio: '5%' } });

const of = (answered: number, ms: number, lost = 20 - answered): ProbeSummary => ({
  ...{ answered, lost },
  ...(answered === 0 ? {} : { median: Duration.parse(`${ms.toFixed(3)}ms`) }),
});

function measured(roundTrip: ProbeSummary, idle: ProbeSummary = of(20, 0.3)): Measured {
  const [one, other] = [roundTrip.median, idle.median];
  const added =
    one && other ? Duration.ofNanoseconds(Math.max(0, one.nanoseconds - other.nanoseconds)) : undefined;
  return { roundTrip, idle, added: { median: added } };
}

test.each<[string, Asked, Measured, string, string?]>([
  ['nothing asked, nothing added', nothing, measured(of(20, 0.3)), 'ok'],
  ['less than a millisecond is nobody’s', nothing, measured(of(20, 1.29)), 'ok'],
  [
    'more than one is somebody’s',
    nothing,
    measured(of(20, 1.31)),
    'off',
    '1.01 ms are added, expected 0 to 1 ms',
  ],
  ['20 ms asked and 20.1 added', slow, measured(of(20, 20.4)), 'ok'],
  ['20 ms asked and 18.9 added', slow, measured(of(20, 19.2)), 'off', '18.9 ms are added, expected 19 to 21'],
  ['20 ms asked and 21.1 added', slow, measured(of(20, 21.4)), 'off', '21.1 ms are added'],
  ['of 300 ms 2 % are 6', asked({ delay: { time: '300ms' } }), measured(of(20, 306.2)), 'ok'],
  ['and no more', asked({ delay: { time: '300ms' } }), measured(of(20, 306.4)), 'off'],
  [
    'both ends and both ways are added',
    asked({ delay: { time: '10ms' } }, { delay: { time: '30ms' } }),
    measured(of(20, 40.3)),
    'ok',
  ],
  [
    'a median of 20 with ±5 ms may be 3 ms beside',
    asked({ delay: { time: '20ms', jitter: '5ms' } }),
    measured(of(20, 23.3)),
    'ok',
  ],
  ['and not 6', asked({ delay: { time: '20ms', jitter: '5ms' } }), measured(of(20, 26.3)), 'off'],
  ['a partition that holds', never, measured(of(0, 0)), 'ok'],
  ['a partition with one answer', never, measured(of(1, 0.3)), 'off', '1 of 20 were answered'],
  ['a partition of somebody who is not there', never, measured(of(0, 0), of(0, 0)), 'unmeasurable'],
  ['nobody there', slow, measured(of(0, 0), of(0, 0)), 'unreachable', 'by its agent port neither'],
  ['the port dropped', slow, measured(of(0, 0)), 'unreachable', 'NetworkPolicy may drop this port'],
  ['the agent port dropped', slow, measured(of(20, 20), of(0, 0)), 'unmeasurable', 'its agent port gives no'],
  ['a loss that is not asked for', slow, measured(of(19, 20.3)), 'off', '1 of 20 were lost, expected 0'],
  ['a loss that the network has at the agent port, too', slow, measured(of(19, 20.3), of(19, 0.3)), 'ok'],
  ['5 % each way: 2 of 20 are lost', lossy, measured(of(18, 0.3)), 'ok'],
  [
    '5 % each way: 12 of 20 are not',
    lossy,
    measured(of(8, 0.3)),
    'off',
    '12 of 20 were lost, expected 0 to 7',
  ],
  [
    'half is to be lost, and nothing is',
    asked({ loss: { ratio: '50%' } }),
    measured(of(20, 0.3)),
    'off',
    '0 of 20 were lost, expected 3 to 17',
  ],
  [
    'so much is to be lost that all may be',
    asked({ loss: { ratio: '80%' } }),
    measured(of(0, 0)),
    'unmeasurable',
    'larger --count',
  ],
  [
    'so much is lost that no median is left',
    asked({ loss: { ratio: '80%' } }),
    measured(of(4, 0.3)),
    'unmeasurable',
    'only 4 answers',
  ],
  [
    'losses that come in runs are not counted',
    asked({ loss: { gemodel: { p: '1%', r: '10%', h: '0%', k: '100%' } } }),
    measured(of(9, 0.3)),
    'ok',
  ],
  [
    'corrupted packets may be lost, and need not be',
    asked({ corrupt: { ratio: '10%' } }),
    measured(of(17, 0.3)),
    'ok',
  ],
  ['those too', asked({ corrupt: { ratio: '10%' } }), measured(of(20, 0.3)), 'ok'],
  [
    'a queue before a rate is nobody’s fault',
    asked({ delay: { time: '20ms' }, rate: '10mbit' }),
    measured(of(20, 25)),
    'unmeasurable',
    'queue before the rate',
  ],
  [
    'a rate makes nothing faster',
    asked({ delay: { time: '20ms' }, rate: '10mbit' }),
    measured(of(20, 15)),
    'off',
  ],
  [
    'where idle round trips vary by 2 ms, 22 ms may be 20',
    slow,
    measured(of(20, 22.3), { ...of(20, 0.3), p95: Duration.parse('2.3ms') }),
    'unmeasurable',
    'the median may be 1.59 ms off',
  ],
  [
    'and 23 ms may not',
    slow,
    measured(of(20, 23.3), { ...of(20, 0.3), p95: Duration.parse('2.3ms') }),
    'off',
  ],
  ['nothing sent', slow, measured(of(0, 0, 0)), 'unmeasurable', 'nothing was sent'],
])('%s', (...[, what, found, verdict, reason]) => {
  const judgement = judge(what, found);
  expect(judgement.verdict).toBe(verdict);
  expect(judgement.reason ?? '').toContain(reason ?? '');
  expect(judgement.reason === undefined).toBe(verdict === 'ok');
});
