import { errorTable } from '@podlag/core';

/** What can go wrong between a manifest and pods that run. The HTTP status is never answered: the lab has no server. */
export const labErrors = errorTable({
  'invalid-manifest': {
    status: 500,
    title: 'Not a Kubernetes manifest',
    hint: 'Correct the field; `kubectl apply --dry-run=client -f FILE` checks a whole file.',
  },
  'kind-not-handled': {
    status: 500,
    title: 'The lab does not run this kind',
    hint: 'Use a StatefulSet, a Deployment or a Pod; or apply the file to a cluster.',
  },
  'not-handled': {
    status: 500,
    title: 'The lab cannot give a container what it asks for',
    hint: 'Leave it out of the sidecar template, or try that template on a cluster.',
  },
  'not-in-lab': {
    status: 500,
    title: 'Not on a network of its own',
    hint: 'Start it by `podlag-lab run -- COMMAND`, which never touches the network of this machine.',
  },
  'not-built': {
    status: 500,
    title: 'A program is not built',
    hint: 'Run `pnpm build`, then try again.',
  },
  'no-free-subnet': {
    status: 500,
    title: 'No free range of addresses',
    hint: 'Close the labs that are open.',
  },
  'program-failed': {
    status: 500,
    title: 'A program that the lab needs has failed',
    hint: 'See what it said above.',
  },
  'injector-failed': {
    status: 500,
    title: 'The injector did not start',
    hint: 'See the end of its log above.',
  },
  'review-failed': {
    status: 500,
    title: 'The injector gave no usable answer',
    hint: 'See the end of its log above.',
  },
  'container-failed': {
    status: 500,
    title: 'A container did not come up',
    hint: 'See the end of its log above.',
  },
  'unknown-pod': {
    status: 500,
    title: 'No such pod',
    hint: 'Use a name from the list of pods.',
  },
});
