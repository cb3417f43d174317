import { errorTable } from '@podlag/core';

/** What can go wrong with a benchmark run in the lab. The HTTP status is never answered: the lab has no server. */
export const benchLabErrors = errorTable({
  'too-few-pods': {
    status: 500,
    title: 'Too few pods',
    hint: 'Give --pods 2 or more: a client and a server.',
  },
  'no-such-file': {
    status: 500,
    title: 'There is no such scenario file',
    hint: 'Give one that is there, as deploy/examples/bench/quick.yaml.',
  },
  'bench-failed': {
    status: 500,
    title: 'A program of the benchmarks has failed',
    hint: 'See what it said above; docs/bench.md has every field of a scenario.',
  },
  'run-not-whole': {
    status: 500,
    title: 'The run ended before its end',
    hint: 'What was measured until then is kept: `podlag bench show RUN --results FOLDER`.',
  },
  interrupted: {
    status: 500,
    title: 'Interrupted',
    hint: 'Everything is cleaned up.',
  },
});
