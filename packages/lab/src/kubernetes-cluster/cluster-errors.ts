import { errorTable } from '@podlag/core';

/** What can go wrong between a bare machine and a Kubernetes that runs on it. The HTTP status is never answered. */
export const clusterErrors = errorTable({
  'invalid-network': {
    status: 500,
    title: 'Not a network for a cluster',
    hint: 'Give an IPv4 /14, which begins where its second number is a multiple of 4, as in --network 10.92.0.0/14.',
  },
  'invalid-node-count': {
    status: 500,
    title: 'Not a number of nodes',
    hint: 'Give --nodes 1 to 4.',
  },
  'not-root': {
    status: 500,
    title: 'The cluster needs root',
    hint: 'Run it by sudo: the configuration for kubectl is then yours.',
  },
  'unsupported-machine': {
    status: 500,
    title: 'No cluster on this machine',
    hint: 'Use an x86_64 Linux machine; or run the tests on a cluster that you have: ./scripts/test cluster --kubeconfig FILE.',
  },
  'no-tap': {
    status: 500,
    title: 'No tap devices in a network namespace',
    hint: 'Run `modprobe tun`, and `mkdir -p /dev/net; mknod /dev/net/tun c 10 200` where that file is missing. In a container: docker run --privileged --device /dev/net/tun.',
  },
  'no-nat': {
    status: 500,
    title: 'No address translation by nftables',
    hint: 'Run `modprobe nft_chain_nat`; a kernel without CONFIG_NFT_NAT cannot run kube-proxy.',
  },
  'network-taken': {
    status: 500,
    title: 'The network is in use',
    hint: 'Choose another one by --network, an IPv4 /14 that no route leads to.',
  },
  'names-taken': {
    status: 500,
    title: 'The names of the cluster are in use',
    hint: 'Remove what bears the name, if nobody needs it: `ip netns del podlag-cluster`, `ip link del podlag-host`.',
  },
  'disk-full': {
    status: 500,
    title: 'Not enough room on the disk',
    hint: 'Free some space, or point XDG_CACHE_HOME at a disk that has more, then try again.',
  },
  'network-failed': {
    status: 500,
    title: 'A command for the network has failed',
    hint: 'See what it said above. `./scripts/cluster down` takes away what was made.',
  },
  'another-cluster': {
    status: 500,
    title: 'Another cluster is up',
    hint: 'Run ./scripts/cluster down first.',
  },
  'start-failed': {
    status: 500,
    title: 'The cluster did not come up',
    hint: 'See its logs in /var/lib/podlag-cluster/logs, which the next `up` or `down` removes.',
  },
  'not-ready': {
    status: 500,
    title: 'The cluster is not ready in time',
    hint: 'See its logs in /var/lib/podlag-cluster/logs. A machine that is very busy needs longer: try again.',
  },
  'not-up': {
    status: 500,
    title: 'No cluster is up',
    hint: 'Start one: sudo ./scripts/cluster up.',
  },
  'unknown-node': {
    status: 500,
    title: 'No such node',
    hint: 'Use a name from ./scripts/cluster status.',
  },
  'not-removed': {
    status: 500,
    title: 'Something of the cluster could not be removed',
    hint: 'See what it is above, and run ./scripts/cluster down again.',
  },
  interrupted: {
    status: 500,
    title: 'Interrupted',
    hint: 'What ran before still runs; what was finished stays in the caches, so that the next start is quicker.',
  },
});
