import { errorTable } from '@podlag/core';

/** Everything that the controller says no with: in a status, to an HTTP client, or to whoever starts it. */
export const controllerErrors = errorTable({
  'agent-unreachable': {
    status: 502,
    title: 'The agent does not answer',
    hint: 'See that the sidecar runs (kubectl get pod) and that a NetworkPolicy lets the controller reach port 2332.',
  },
  'keys-refused': {
    status: 500,
    title: 'The Secret does not hold token keys',
    hint: 'Restore the Secret podlag-token-keys from a backup. Without one empty it with the patch of docs/access.md, and make all pods with an agent anew: nobody can bring new keys to those that run.',
  },
  'keys-without-place': {
    status: 500,
    title: 'What holds token keys is not there',
    hint: 'Apply deploy/, or the chart, again: it makes the Secret and the ConfigMap podlag-token-keys, empty, which the controller may fill and not make. Where keys were in use, restore the Secret from a backup first.',
  },
  'keys-lost': {
    status: 409,
    title: 'The agent knows none of the keys that sign',
    hint: 'Make the pod anew (kubectl rollout restart), so that it gets the keys of now; or restore the Secret podlag-token-keys that it was made with.',
  },
  'strange-generation': {
    status: 409,
    title: 'The agent holds a number that no controller has given',
    hint: 'See who else can reach its port 2332. DELETE /v1/plans/controller without a generation takes a plan away; the keys of an agent go with its pod.',
  },
  drift: {
    status: 409,
    title: 'The kernel is otherwise than asked',
    hint: 'See GET /v1/state of the agent for what differs, and who else changes the qdiscs of the pod; the agent repairs it unless PODLAG_ON_DRIFT says otherwise.',
  },
  'not-found': {
    status: 404,
    title: 'No such path',
    hint: 'There are GET /healthz, /readyz and /metrics.',
  },
  'method-not-allowed': {
    status: 405,
    title: 'Not with this method',
    hint: 'Use GET.',
  },
  'not-ready': {
    status: 503,
    title: 'Not ready',
    hint: 'The detail says what is missing; it is looked at again by itself.',
  },
  internal: {
    status: 500,
    title: 'An error of the controller itself',
    hint: 'Look for this time in the log of the controller, and report what you find.',
  },
  'port-taken': {
    status: 500,
    title: 'The port is taken',
    hint: 'Set PODLAG_METRICS_PORT to another port, or stop the program that has it.',
  },
  'cannot-listen': {
    status: 500,
    title: 'Cannot listen',
    hint: 'Choose an address of this machine, and a port above 1023 unless run as root.',
  },
});
