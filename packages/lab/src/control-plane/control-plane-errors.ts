import { errorTable } from '@podlag/core';

/** What can go wrong with the bed of a real API server. The HTTP status is never answered: the lab has no server. */
export const controlPlaneErrors = errorTable({
  'kubernetes-not-to-be-had': {
    status: 500,
    title: "Kubernetes' servers are not to be had",
    hint: "Install Go, which builds them, or put them beside envtest's etcd, kube-apiserver and kubectl, and set KUBEBUILDER_ASSETS to that folder.",
  },
  'kubernetes-build-failed': {
    status: 500,
    title: "Kubernetes' servers could not be built",
    hint: 'See what go said above (`go env GOPROXY GOFLAGS` tells how it downloads), then try again: what was finished is kept. Or set KUBEBUILDER_ASSETS to a folder that has them.',
  },
  'assets-incomplete': {
    status: 500,
    title: 'KUBEBUILDER_ASSETS lacks a program',
    hint: "Point it at a folder with envtest's etcd, kube-apiserver and kubectl, or unset it, and they are built.",
  },
  'no-namespaces': {
    status: 500,
    title: 'No network namespace of its own',
    hint: 'Run it as root of a machine, or allow user namespaces.',
  },
  'server-failed': {
    status: 500,
    title: 'A server of the control plane has failed',
    hint: 'See the end of its log above.',
  },
  'bed-not-ready': {
    status: 500,
    title: 'The bed did not become ready',
    hint: 'See the ends of the logs above.',
  },
  'api-refused': {
    status: 500,
    title: 'The API server has refused a call',
    hint: 'See its message above.',
  },
  'pod-not-handled': {
    status: 500,
    title: 'The stand-in for the kubelet cannot give a container what it asks for',
    hint: 'Leave it out of the pod, or try that pod on a cluster.',
  },
  'no-bed': {
    status: 500,
    title: 'Not in the bed',
    hint: 'Start it by `podlag-lab control-plane run -- COMMAND`.',
  },
});
