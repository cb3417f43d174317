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
  'no-such-plan': {
    status: 404,
    title: 'No such plan',
    hint: 'PUT the whole plan; GET /v1/plans lists those that are held.',
  },
  'other-generation': {
    status: 409,
    title: 'The plan is of another generation',
    hint: 'PUT the whole plan: a lease is renewed only for what its owner knows to be held.',
  },
  'stale-generation': {
    status: 409,
    title: 'Something newer is in force',
    hint: 'Read what is in force, and send a generation that is not lower.',
  },
  'access-open': {
    status: 409,
    title: 'The agent is in open mode',
    hint: 'Set agentAccess of the injector to token, and create the pod anew.',
  },
  'keys-unreadable': {
    status: 500,
    title: 'The kept keys cannot be read',
    hint: 'Those that the pod was created with count until somebody sends newer ones, as the controller does. Where one of them has leaked since, make the pod anew.',
  },
  'keys-not-kept': {
    status: 500,
    title: 'The keys cannot be kept',
    hint: 'See that the volume at PODLAG_RUN_DIRECTORY can be written and has room, and send them again.',
  },
  'busy-probing': {
    status: 429,
    title: 'Too many probes at once',
    hint: 'Ask again when they are over; more of them would measure each other.',
  },
  'probe-not-sent': {
    status: 422,
    title: 'The pod cannot reach out to the peer',
    hint: 'See with "ip route get ADDRESS" in the pod that it has a route there, and an address of that family.',
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
