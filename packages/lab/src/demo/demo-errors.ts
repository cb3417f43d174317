import { errorTable } from '@podlag/core';

/** What can go wrong in the demonstration itself. The HTTP status is never answered. */
export const demoErrors = errorTable({
  'delay-off': {
    status: 500,
    title: 'A measured delay is not what was asked',
    hint: 'It was off four times in a row. A machine that is very busy measures badly: try again when it has less to do. If it stays, it is a bug.',
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
