import { errorTable } from '@podlag/core';

/** Everything that the injector says no with, to an HTTP client or to whoever starts it. */
export const injectorErrors = errorTable({
  'malformed-json': {
    status: 400,
    title: 'The body is not JSON',
    hint: 'Send one AdmissionReview (admission.k8s.io/v1) as JSON, whole.',
  },
  'not-an-admission-review': {
    status: 400,
    title: 'The body is not an AdmissionReview',
    hint: 'Send kind AdmissionReview of apiVersion admission.k8s.io/v1 or v1beta1, with a request.',
  },
  'body-too-large': {
    status: 413,
    title: 'The body is too large',
    hint: 'An AdmissionReview of a pod is far smaller: etcd holds objects up to 1.5 MB.',
  },
  'incomplete-body': {
    status: 400,
    title: 'The body is not whole',
    hint: 'Send as many bytes as Content-Length says.',
  },
  'unsupported-media-type': {
    status: 415,
    title: 'The body is not declared as JSON',
    hint: 'Set the header Content-Type: application/json.',
  },
  'request-timeout': {
    status: 408,
    title: 'The request did not arrive in time',
    hint: 'Send the whole request at once.',
  },
  'malformed-http': {
    status: 400,
    title: 'Not an HTTP request',
    hint: 'Speak HTTP/1.1 over TLS to this port.',
  },
  'not-found': {
    status: 404,
    title: 'No such path',
    hint: 'There are POST /mutate, GET /healthz and GET /readyz; /metrics is on the metrics port.',
  },
  'method-not-allowed': {
    status: 405,
    title: 'Not with this method',
    hint: 'Use the method that the Allow header names.',
  },
  overloaded: {
    status: 503,
    title: 'Too many requests at once',
    hint: 'Try again in a second; raise maxConcurrent or run more replicas if it goes on.',
  },
  'not-ready': {
    status: 503,
    title: 'Not ready to serve',
    hint: 'The detail says what is missing; it is looked at again by itself.',
  },
  internal: {
    status: 500,
    title: 'An error of the injector itself',
    hint: 'Look for this time in the log of the injector, and report what you find.',
  },
  'invalid-template': {
    status: 500,
    title: 'Bad sidecar template',
    hint: 'Correct the template; deploy/base/sidecarconfig.yaml is one that works.',
  },
  'invalid-certificate': {
    status: 500,
    title: 'Bad certificate',
    hint: 'Give a PEM certificate and the key that belongs to it; podlag-certs makes a pair.',
  },
  'certificate-refused': {
    status: 500,
    title: 'The Secret does not hold what was written',
    hint: 'See which admission controller of the cluster changes Secrets, with kubectl get secret -o yaml --show-managed-fields.',
  },
  'policy-without-keys': {
    status: 400,
    title: 'A policy knows no keys',
    hint: 'Agents that ask for tokens need the webhook, which gives them the keys: leave it in place, or set agentAccess to open. docs/policy.md says more.',
  },
  'invalid-namespace-labels': {
    status: 500,
    title: 'Bad file of namespace labels',
    hint: 'Write a mapping of namespaces to labels, as in "tidb-cluster: {sidecar-injection: enabled}".',
  },
  'unreadable-file': {
    status: 500,
    title: 'A file cannot be read',
    hint: 'Check that it exists and that this user may read it.',
  },
  'invalid-arguments': {
    status: 400,
    title: 'Bad arguments',
    hint: 'See --help.',
  },
  'cannot-listen': {
    status: 500,
    title: 'Cannot listen',
    hint: 'Choose an address of this machine, and a port above 1023 unless run as root.',
  },
  'port-taken': {
    status: 500,
    title: 'The port is taken',
    hint: 'Choose another port, or stop the program that has it.',
  },
});
