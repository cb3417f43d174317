import { stateFormat, type ClusterState } from './cluster-state';

const process = { startTicks: '1', pidNamespace: 'pid:[1]', bootId: 'boot' };

/** A cluster of two nodes that is ready. */
export const exampleState: ClusterState = {
  format: stateFormat,
  options: { network: '10.76.0.0/14', nodes: 2, memoryMb: 3072 },
  images: 'abc',
  version: 'v1.36.3',
  createdAt: '2026-11-21T08:00:00.000Z',
  starter: { pid: 4194305, ...process },
  supervisor: { pid: 4194306, ...process },
  phase: { kind: 'ready', since: '2026-11-21T08:01:05.000Z' },
  steps: [],
  nodes: [
    { name: 'node-1', address: '10.76.0.11', podRange: '10.77.1.0/24', kernel: { kind: 'runs' } },
    {
      name: 'node-2',
      address: '10.76.0.12',
      podRange: '10.77.2.0/24',
      kernel: { kind: 'runs' },
    },
  ],
  servers: [{ name: 'etcd', pid: 12, restarts: 0, log: '/var/lib/podlag-cluster/logs/etcd.log' }],
};

/** The same, whose second node has ended by itself. */
export const stateWithEndedNode: ClusterState = {
  ...exampleState,
  nodes: exampleState.nodes.map((node) =>
    node.name === 'node-2'
      ? { ...node, kernel: { kind: 'ended', reason: 'The kernel ended. The end of its log:\nPanic' } }
      : node,
  ),
};
