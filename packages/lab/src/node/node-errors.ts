import { errorTable } from '@podlag/core';

/** What can go wrong with a node in a kernel of its own. The HTTP status is never answered: the lab has no server. */
export const nodeErrors = errorTable({
  'root-tree-failed': {
    status: 500,
    title: "The node's root tree could not be made",
    hint: 'Check that `apt-get update` works on this machine (network, proxy) and that the disk has 1 GB of room, then try again: nothing half-done was kept.',
  },
  'hostfs-unreadable': {
    status: 500,
    title: 'The node cannot see a file of the host',
    hint: 'Put it on a disk of this machine, outside of /run and /dev, where root may read it.',
  },
  'disk-failed': {
    status: 500,
    title: "The node's disk could not be prepared",
    hint: 'See the end of the log above; free some space if it is full, then try again: nothing half-done was kept.',
  },
  'node-failed': {
    status: 500,
    title: 'A node has failed',
    hint: 'See the end of its log above.',
  },
});
