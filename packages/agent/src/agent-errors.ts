import { errorTable } from '@podlag/core';

/** What can go wrong between the agent and those who ask it. */
export const agentErrors = errorTable({
  'no-such-fault': {
    status: 404,
    title: 'No such fault',
    hint: 'GET /v1/faults lists the faults that are set.',
  },
  'no-such-route': {
    status: 404,
    title: 'No such address',
    hint: 'GET /openapi.json describes every call.',
  },
  'method-not-allowed': {
    status: 405,
    title: 'Not with this method',
    hint: 'The Allow header lists the methods that this address takes.',
  },
  'browser-refused': {
    status: 403,
    title: 'A browser may not change a network by following a link',
    hint: 'Use curl, or from a program: PUT /v1/faults/latency with {"delay":{"time":"20ms"}}.',
  },
  'malformed-request': {
    status: 400,
    title: 'The request cannot be read',
    hint: 'Send JSON: curl -X PUT -H "Content-Type: application/json" -d \'{"delay":{"time":"20ms"}}\' .../v1/faults/NAME',
  },
  'body-too-large': {
    status: 413,
    title: 'The request is too large',
    hint: 'Send at most 8 MB. Address blocks (CIDRs) say more than single addresses.',
  },
  'not-json': {
    status: 415,
    title: 'The body is not JSON',
    hint: 'Say so in the header: Content-Type: application/json.',
  },
  'duplicate-name': {
    status: 400,
    title: 'Two faults with one name',
    hint: 'Give each fault of a set a name of its own.',
  },
  'too-many-faults': {
    status: 400,
    title: 'Too many faults',
    hint: 'Faults for everybody compose: say in one what several say together.',
  },
  'too-many-targets': {
    status: 422,
    title: 'Too many targets',
    hint: 'Address blocks (CIDRs) say more than single addresses, and direction both counts twice. Or raise PODLAG_MOST_TARGETS, and with it the memory limit of the container: 192Mi is for 20000.',
  },
  stopping: {
    status: 503,
    title: 'The agent is ending',
    hint: 'The faults are set, not all of them in force yet. The next start of the agent brings them into force, without keeping packets in order.',
  },
  'port-taken': {
    status: 500,
    title: 'The port is taken',
    hint: 'Another container of the pod listens there: set PODLAG_LISTEN_PORT to a free port, and containerPort in the template.',
  },
  'no-default-route': {
    status: 500,
    title: 'No device to shape',
    hint: 'No default route was found: name the device by PODLAG_DEVICE (annotation podlag.io/interface).',
  },
  internal: {
    status: 500,
    title: 'A defect of podlag',
    hint: 'Please report it, with the log line that has the same detail.',
  },
});
