import { errorTable } from '@podlag/core';

/** What can be wrong with a list of measured delays. */
export const distributionErrors = errorTable({
  unreadable: {
    status: 400,
    title: 'A file that cannot be read',
    hint: 'Name a file, or give the samples to standard input.',
  },
  'not-a-sample': {
    status: 422,
    title: 'A line that is no delay',
    hint: 'Give what ping prints, or one number a line (20.3, with --unit) or duration (20.3ms).',
  },
  'too-few-samples': {
    status: 422,
    title: 'Too few samples',
    hint: 'Take 20 or more, better 1,000: ping -i 0.2 -c 1000 HOST.',
  },
  'out-of-range': {
    status: 422,
    title: 'Delays that no fault can have',
    hint: 'A delay is from 1 us to an hour: look at the unit (--unit ms, us, s or ns).',
  },
  'mixed-samples': {
    status: 422,
    title: 'Samples of two kinds',
    hint: 'Say what all of them are: --rtt or --one-way.',
  },
  'no-spread': {
    status: 422,
    title: 'Samples without a spread',
    hint: 'A delay without jitter needs no table: take --output json or curl.',
  },
});
