import { namedDistributions } from '@podlag/core';
import { integer, object, type JsonSchema } from './json-schema';
import { duration, isAtMost, rate, ratio } from './quantity-schema';

/**
 * A name, or a table under a key. A structural schema has no such union, so that its type is left open: each keyword
 * here counts for one kind of value only, and the rest is refused.
 */
const distribution: JsonSchema = {
  description:
    'How the jitter is spread: uniform (the default), normal, pareto or paretonormal, or a table of its quantiles in ' +
    'units of the jitter, {table: [-1.5, 0, 1.5]}.',
  'x-kubernetes-preserve-unknown-fields': true,
  pattern: `^(${namedDistributions.join('|')})$`,
  required: ['table'],
  maxProperties: 1,
  maxItems: 0,
  minItems: 1,
  minimum: 1,
  maximum: 0,
  not: { enum: [true, false] },
};

/** What a spread needs. Without CEL, which does not see a field whose type is open. */
const distributionNeedsJitter: JsonSchema = {
  anyOf: [{ required: ['jitter'] }, { not: { required: ['distribution'] } }],
};

const mostDelay = { atMost: '1h' };

const delay: JsonSchema = {
  ...object(
    'Each packet waits. Exactly one of time and rtt.',
    {
      time: duration('One way: of each packet, in each direction that the fault has.', mostDelay),
      rtt: duration(
        'What a round trip takes longer: wholly in the direction of the fault, or half in each of both.',
        mostDelay,
      ),
      jitter: duration('Spread around the delay, at most the delay.', mostDelay),
      correlation: ratio("How much of a packet's delay is that of the packet before."),
      distribution,
    },
    {
      rules: [
        {
          rule: 'has(self.time) != has(self.rtt)',
          message: 'takes exactly one of time (one way) and rtt (the round trip)',
        },
        ...['time', 'rtt'].map((field) => ({
          rule: `!has(self.jitter) || !has(self.${field}) || ${isAtMost('self.jitter', `self.${field}`)}`,
          message: `jitter is more than ${field}: a packet cannot leave before it came`,
        })),
        {
          rule: '!has(self.correlation) || has(self.jitter)',
          message: 'correlation needs a jitter: without one each packet has the same delay',
        },
      ],
    },
  ),
  ...distributionNeedsJitter,
};

const correlation = ratio('How much of the chance is that of the packet before.');

const loss = object(
  'Packets are lost, in silence. Exactly one of ratio, gemodel and state.',
  {
    ratio: ratio('Each packet is lost by itself with this chance.'),
    correlation,
    gemodel: object(
      'Gilbert-Elliott: a good and a bad state.',
      {
        p: ratio('Chance to go from good to bad.'),
        r: ratio('Chance to go from bad to good; 1 - p when absent.'),
        h: ratio('What gets through in the bad state; nothing when absent.'),
        k: ratio('What gets through in the good state; all when absent.'),
      },
      { required: ['p'] },
    ),
    state: object(
      'The four-state Markov model of tc-netem(8).',
      {
        p13: ratio('Chance to go from state 1 (good) to 3 (burst of losses).'),
        p31: ratio('From 3 to 1; 1 - p13 when absent.'),
        p32: ratio('From 3 to 2 (good within a burst).'),
        p23: ratio('From 2 to 3.'),
        p14: ratio('From 1 to 4 (a single loss).'),
      },
      { required: ['p13'] },
    ),
  },
  {
    rules: [
      {
        rule: '[has(self.ratio), has(self.gemodel), has(self.state)].filter(x, x).size() == 1',
        message: 'takes exactly one of ratio, gemodel and state',
      },
      { rule: '!has(self.correlation) || has(self.ratio)', message: 'correlation belongs to ratio' },
    ],
  },
);

const chanceOf = (what: string): Readonly<Record<string, JsonSchema>> => ({
  ratio: ratio(what),
  correlation,
});

const limit = rate('No more than this passes.');

/** The effects of a fault, by their name in it; what packages/core parses. */
export const effectSchemas: Readonly<Record<string, JsonSchema>> = {
  delay,
  loss,
  duplicate: object('Packets arrive twice.', chanceOf('Share of the packets.'), { required: ['ratio'] }),
  corrupt: object('Packets arrive with one wrong bit.', chanceOf('Share of the packets.'), {
    required: ['ratio'],
  }),
  reorder: object(
    'Packets overtake others: some pass without the delay, which must be there too.',
    {
      ...chanceOf('Share of the packets that pass without the delay.'),
      gap: integer('Only each packet of this number may overtake. Absent: any.', [1, 1_000_000]),
    },
    { required: ['ratio'] },
  ),
  rate: limit,
  partition: { type: 'boolean', description: 'Nothing passes, and nobody is told. Only true.', enum: [true] },
};

/** What a link between regions shares with a fault. */
export const linkSchemas = { distribution, distributionNeedsJitter, loss, rate: limit };
