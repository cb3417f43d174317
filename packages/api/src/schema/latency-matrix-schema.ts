import { mostLinks, mostRegions } from '../latency-matrix';
import { presets } from '../presets';
import { linkSchemas } from './effect-schemas';
import {
  list,
  listByKey,
  object,
  oneOf,
  text,
  withDefault,
  yesOrNo,
  type JsonSchema,
  type Rule,
} from './json-schema';
import { labelSelector } from './label-selector-schema';
import { leaseProperties } from './lease-schema';
import { label } from './name-schema';
import { duration, isAtMost } from './quantity-schema';

const nonEmpty = (schema: JsonSchema): JsonSchema => ({ ...schema, minLength: 1 });

const region = object(
  'Pods that are in one place: by the region of their node, or by their own labels.',
  {
    name: label('What links call it; unique in the matrix.'),
    nodeRegion: nonEmpty(
      text('Its pods are on nodes with this topology.kubernetes.io/region. Absent, as pods: the name.', 63),
    ),
    pods: labelSelector('Its pods have these labels.'),
    preset: nonEmpty(text('Which region of the preset it is. Absent: the one of its own name.', 63)),
  },
  {
    required: ['name'],
    rules: [
      {
        rule: '!(has(self.nodeRegion) && has(self.pods))',
        message: 'takes only one of nodeRegion and pods',
      },
    ],
  },
);

const quantities = ['rtt', 'delay', 'jitter', 'loss', 'rate'];
const { distribution, distributionNeedsJitter, loss, rate } = linkSchemas;
const mostDelay = { atMost: '1h' };

const linkRules: readonly Rule[] = [
  {
    rule: 'has(self.between) ? !has(self.from) && !has(self.to) : has(self.from) && has(self.to)',
    message: 'takes between, or from and to',
  },
  {
    rule: '!has(self.rtt) || !has(self.from)',
    message: 'rtt is there and back: with from and to write delay, which is one way',
  },
  {
    rule: '!has(self.delay) || !has(self.between)',
    message: 'delay is one way: with between write rtt, or write from and to',
  },
  {
    rule: quantities.map((field) => `has(self.${field})`).join(' || '),
    message: `does nothing: set at least one of ${quantities.join(', ')}`,
  },
  ...['rtt', 'delay'].map((field) => ({
    rule: `!has(self.jitter) || !has(self.${field}) || ${isAtMost('self.jitter', `self.${field}`)}`,
    message: `jitter is more than ${field}: a packet cannot arrive before it was sent`,
  })),
];

const link: JsonSchema = {
  ...object(
    'What packets between two regions meet. A later link takes the place of what an earlier one says of the same.',
    {
      between: list(
        'Both directions between these two; the same one twice is within it.',
        label('A region.'),
        [2, 2],
      ),
      from: label('The region that sends, for one direction alone.'),
      to: label('The region that receives, for one direction alone.'),
      rtt: duration('Round-trip time, with between: half of it in each direction.', mostDelay),
      delay: duration('One way, with from and to.', mostDelay),
      jitter: duration('Spread around rtt or delay, at most as long.', mostDelay),
      ...{ distribution, loss, rate },
    },
    { rules: linkRules },
  ),
  ...distributionNeedsJitter,
};

/** One end at a time: two in one rule would cost more than a rule may. */
const linksNameRegions = (field: string, end: string): Rule => ({
  rule: `!has(self.links) || self.links.all(l, !has(l.${field}) || self.regions.exists(r, r.name == l.${end}))`,
  message: `links: ${field} names a region that is not among regions`,
});

const rules: readonly Rule[] = [
  {
    rule: 'has(self.preset) || has(self.links)',
    message: 'does nothing: set at least one of preset and links',
  },
  {
    rule: 'has(self.preset) || self.regions.all(r, !has(r.preset))',
    message: 'a region names one of a preset, and the matrix has no preset',
  },
  ...['from', 'to'].map((end) => linksNameRegions(end, end)),
  ...['between[0]', 'between[1]'].map((end) => linksNameRegions('between', end)),
];

/** What a LatencyMatrix says. */
export const latencyMatrixSpec = object(
  'The network between regions.',
  {
    selector: withDefault(
      {},
      labelSelector('Pods of the same namespace that it is about; {}, the default, means all.'),
    ),
    preset: oneOf(
      'Round-trip times of places that exist, as a start; links take precedence.',
      presets.map(({ name }) => name),
    ),
    regions: listByKey('A pod is in the first that has it.', region, {
      key: 'name',
      bounds: [1, mostRegions],
    }),
    links: list('What is between the regions. What has no link is left as it is.', link, [1, mostLinks]),
    subtractBaseline: withDefault(
      true,
      yesOrNo('What is asked is the measured total: what the network takes by itself is not added to.'),
    ),
    ...leaseProperties,
  },
  { required: ['regions'], rules },
);
