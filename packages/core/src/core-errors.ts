import { errorTable } from './errors';

/** The errors of the domain's own words: values that do not parse. */
export const coreErrors = errorTable({
  'invalid-duration': {
    status: 400,
    title: 'Not a duration',
    hint: 'Write a number and a unit (ns, us, ms, s, m, h), as in 20ms, 0.5ms or 1m30s. A bare number is milliseconds.',
  },
  'invalid-rate': {
    status: 400,
    title: 'Not a rate',
    hint: 'Write a number and a unit in bits per second (bit, kbit, mbit, gbit, tbit), as in 10mbit.',
  },
  'invalid-ratio': {
    status: 400,
    title: 'Not a ratio',
    hint: 'Write a percentage or a fraction, as in 1% or 0.01.',
  },
  'invalid-fault': {
    status: 400,
    title: 'Not a fault',
    hint: 'See the Fault schema in /openapi.json; the smallest one is {"delay":{"time":"20ms"}}.',
  },
  'invalid-plan': {
    status: 400,
    title: 'Not a plan',
    hint: 'See the Plan schema in /openapi.json; the smallest one is {"generation":0,"faults":[]}.',
  },
  'invalid-config': {
    status: 500,
    title: 'Bad configuration',
    hint: 'Correct the setting and start again.',
  },
});
