import { rampTargets } from '../ramp';
import { integer, object, oneOf, text } from './json-schema';
import { duration, isDuration, isRate, isRatio } from './quantity-schema';

const ends = ['self.from', 'self.to'];
const both = (holds: (end: string) => string): string => ends.map(holds).join(' && ');

/** Without `of` the unit says what is moved, and so has to be there. */
const fits = [
  `(!has(self.of) || self.of == 'delay') && ${both(isDuration)} && ${both((end) => `duration(${end}) <= duration('1h')`)}`,
  `(has(self.of) ? self.of in ['loss', 'scale'] : ${both((end) => `${end}.endsWith('%')`)}) && ${both(isRatio)}`,
  `(has(self.of) ? self.of == 'rate' : ${both((end) => `${end}.matches('(?i)bit$')`)}) && ${both(isRate)}`,
];

/** The ramp of a step. */
export const ramp = object(
  'From one value to another in equal steps, each time that the step is in force.',
  {
    of: oneOf(
      'What is moved. Absent: told by the unit, a share being the loss of a fault and the scale of a matrix.',
      rampTargets,
    ),
    from: text('The first value, as 0ms, 0% or 10mbit.', 32),
    to: text('The last value, with the same unit.', 32),
    steps: integer('How many values, both ends included.', [2, 1000]),
    over: duration('How long the steps take together. Absent: as long as for.', { atLeast: '1ms' }),
  },
  {
    required: ['from', 'to', 'steps'],
    rules: [
      {
        rule: fits.map((one) => `(${one})`).join(' || '),
        message:
          'from and to must be of one kind, that of "of": durations up to 1h as 0ms and 100ms, shares as 0% and 10%, or rates as 10mbit and 1mbit',
      },
    ],
  },
);
