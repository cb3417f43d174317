import { errorTable } from '@podlag/core';

/** What can go wrong in the demonstration itself. The HTTP status is never answered. */
export const demoErrors = errorTable({
  'delay-off': {
    status: 500,
    title: 'A measured delay is not what was asked',
    hint: 'A machine that is very busy measures badly: try again. Twice in a row is a bug.',
  },
  'command-failed': {
    status: 500,
    title: 'A command of the session failed',
    hint: 'See what it said above; `--shell` leaves the lab open to look around.',
  },
  interrupted: {
    status: 500,
    title: 'Interrupted',
    hint: 'Everything is cleaned up.',
  },
});
