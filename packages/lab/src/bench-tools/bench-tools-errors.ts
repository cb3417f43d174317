import { errorTable } from '@podlag/core';

/** What can go wrong with getting the tools of the benchmarks. The HTTP status is never answered: the lab has no server. */
export const benchToolsErrors = errorTable({
  'tools-not-to-be-had': {
    status: 500,
    title: "The benchmarks' tools are not to be had",
    hint: 'Check that `apt-get update` works on this machine (network, proxy), then try again; or put iperf3, netperf, qperf and fortio on PATH yourself.',
  },
  'fortio-build-failed': {
    status: 500,
    title: 'fortio could not be built',
    hint: 'See what go said above (`go env GOPROXY GOFLAGS` tells how it downloads), then try again: nothing half-done was kept.',
  },
  'tools-broken': {
    status: 500,
    title: "The benchmarks' tools do not start",
    hint: 'Remove the folder and run `podlag-lab bench-tools` again.',
  },
});
