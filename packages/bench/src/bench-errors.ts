import { errorTable } from '@podlag/core';

/** Everything that can go wrong with a benchmark, for those who ran it. */
export const benchErrors = errorTable({
  'invalid-scenario': {
    status: 400,
    title: 'The scenario file is not as it should be',
    hint: 'docs/bench.md has every field, with an example.',
  },
  'unknown-benchmark': {
    status: 400,
    title: 'There is no such benchmark',
    hint: '`podlag bench list --benchmarks` names them all.',
  },
  'cannot-place': {
    status: 409,
    title: 'These workers cannot do what the scenario asks for',
    hint: 'Ask for other paths or placements, or for more nodes: `kubectl get nodes -L topology.kubernetes.io/zone`.',
  },
  'unreadable-output': {
    status: 502,
    title: "The tool's output was not understood",
    hint: 'The raw output stands in samples.ndjson; the version of the tool in manifest.json.',
  },
  'fault-failed': {
    status: 502,
    title: 'The faults of a condition are not in force',
    hint: 'See that the agent beside the worker runs and can shape its device: GET /readyz at its port 2332.',
  },
  'fault-refused': {
    status: 502,
    title: 'An agent does not take the faults of a condition',
    hint: 'Its answer says why; docs/bench.md what agents in token mode need.',
  },
  'run-aborted': {
    status: 409,
    title: 'The run was ended before its end',
    hint: 'What was measured until then stands in samples.ndjson.',
  },
  'worker-lost': {
    status: 503,
    title: 'A worker of the run is not there',
    hint: 'See why its pod does not run: kubectl describe pod, and its log.',
  },
  'tool-missing': {
    status: 501,
    title: 'The tool is not there',
    hint: 'Use the image of Dockerfile.bench, or a built-in probe.',
  },
  'tool-failed': {
    status: 502,
    title: 'The tool did not end well',
    hint: 'Its output stands in samples.ndjson; run the command that stands there as argv by hand.',
  },
  'tool-timeout': {
    status: 504,
    title: 'The tool did not end in time',
    hint: 'See that the server is reached from the client: NetworkPolicies, and faults that let nothing pass.',
  },
  'invalid-measurement': {
    status: 409,
    title: "The measurer's own check says not to believe the figure",
    hint: 'Give the workers more CPU, or ask for a lower rate.',
  },
  'invalid-token': {
    status: 401,
    title: 'The call bears no token, or another one',
    hint: "Send `Podlag-Authorization: Bearer TOKEN` with the run's token.",
  },
  'no-such-route': {
    status: 404,
    title: 'There is nothing at this path',
    hint: 'The orchestrator answers /healthz, /readyz, /metrics, /v1/status, /v1/manifest, /v1/samples, /v1/abort and /v1/fetched.',
  },
  'method-not-allowed': {
    status: 405,
    title: 'The path does not take this method',
    hint: 'GET reads; /v1/abort and /v1/fetched take POST.',
  },
  'not-ready': {
    status: 503,
    title: 'The orchestrator does not take workers any more',
    hint: 'The run has ended; what it measured can be fetched still.',
  },
  'not-read-yet': {
    status: 503,
    title: 'The orchestrator has not read the run yet',
    hint: 'Ask again in a second.',
  },
  'cannot-listen': {
    status: 500,
    title: 'The program cannot listen',
    hint: 'Choose another port or address, or end the program that has it: ss -ltnp.',
  },
  'push-failed': {
    status: 502,
    title: 'The PushGateway did not take the results',
    hint: 'See that it answers at the address in the scenario; podlag bench report and the OpenMetrics file have the same figures.',
  },
  internal: {
    status: 500,
    title: 'An unexpected error',
    hint: "Look into the orchestrator's log, and report it.",
  },
  'invalid-run': {
    status: 400,
    title: 'What was recorded of the run is not as it should be',
    hint: 'docs/api/bench-sample.schema.json and bench-manifest.schema.json say what a run folder holds; a run by a newer podlag is read by that one.',
  },
  'run-not-found': {
    status: 404,
    title: 'There is no such run',
    hint: '`podlag bench list` names those that are there.',
  },
  'run-in-use': {
    status: 409,
    title: 'Another process writes into the folder of the run',
    hint: 'Let it go on, or end it first; with another --results the run comes there as well.',
  },
  'server-not-ready': {
    status: 504,
    title: 'The server did not come up',
    hint: 'Look at what it said; its port may be taken by another program of the same network namespace.',
  },
  'worker-refused': {
    status: 403,
    title: 'The orchestrator does not take this worker',
    hint: 'Each worker has a certificate of its own run, with its own name: give it the one that was made for it.',
  },
  'bad-message': {
    status: 400,
    title: 'A message is not of the protocol',
    hint: 'The orchestrator and its workers have to be of one version: use the same image for all.',
  },
  'invalid-probe-command': {
    status: 400,
    title: 'The command line of a probe is not as it should be',
    hint: '`probe NAME serve` on one side, `probe NAME HOST --seconds 10 --warm-up 1` on the other.',
  },
  'still-running': {
    status: 409,
    title: 'The run has not ended yet',
    hint: 'Ask again when /v1/status says that it has; /v1/abort ends it now.',
  },
  'not-comparable': {
    status: 409,
    title: 'The two cannot be compared',
    hint: 'Compare runs that have uses, paths, placements and conditions in common: `podlag bench show RUN` lists them.',
  },
  'not-started': {
    status: 504,
    title: "The run's pods do not run",
    hint: 'See "kubectl describe pod" and "kubectl get events" in the namespace.',
  },
  'invalid-query': {
    status: 400,
    title: 'A parameter of the call is not as it should be',
    hint: '/v1/samples takes from=SEQ, the number of the first sample that is wanted.',
  },
  'past-deadline': {
    status: 504,
    title: 'A worker was not let go in time',
    hint: 'The orchestrator was never there, or has been killed. A run that takes longer needs a longer PODLAG_DEADLINE.',
  },
});
