import { errorTable } from '@podlag/core';

/** What podlag's own command line can end with. Errors of agents and of the API server keep their own codes. */
export const cliErrors = errorTable({
  usage: {
    status: 400,
    title: 'The command line is not right',
    hint: 'See --help of the command.',
  },
  'unreadable-file': {
    status: 400,
    title: 'A file cannot be read',
    hint: 'Give a file that is there, or - for standard input.',
  },
  'unwritable-file': {
    status: 500,
    title: 'A file cannot be written',
    hint: 'Give a path in a folder that is there and that you may write to.',
  },
  'bad-file': {
    status: 400,
    title: 'A file does not hold what the command takes',
    hint: 'See deploy/examples for objects that can be applied.',
  },
  'no-agents': {
    status: 404,
    title: 'No pod with an agent',
    hint: 'Label the namespace sidecar-injection=enabled and create the pods anew, or see with -A where agents are.',
  },
  'no-agent': {
    status: 404,
    title: 'The pod has no agent',
    hint: 'It was created before its namespace had the label sidecar-injection=enabled: create it anew. "podlag check" says what else it may be.',
  },
  'no-such-pod': {
    status: 404,
    title: 'There is no such pod',
    hint: 'See with "kubectl get pods" what there is, and name the namespace with -n.',
  },
  'no-such-object': {
    status: 404,
    title: 'There is no such object',
    hint: 'Name the namespace with -n, or list with -A what there is.',
  },
  'no-token-keys': {
    status: 401,
    title: 'Agents want a token, and the key to sign one is not at hand',
    hint: 'Ask somebody who may read Secrets in podlag’s namespace for the output of "podlag token", and give it with --token.',
  },
  'not-effective': {
    status: 504,
    title: 'Not in force in time',
    hint: 'See with "podlag status" which agents have not confirmed it, and why; or give a longer --timeout.',
  },
  'some-failed': {
    status: 502,
    title: 'It did not work everywhere',
    hint: 'What is told of each agent says what to do.',
  },
  'already-over': {
    status: 409,
    title: 'It is over, and does not begin again',
    hint: 'Delete it and apply it again, or give the one in the file another name.',
  },
  interrupted: {
    status: 499,
    title: 'Interrupted',
    hint: 'What was done stays done.',
  },
});
