export { copyNodeDisk, ensureNodeDisk, type EnsureNodeDiskOptions } from './node-disk';
export { nodeErrors } from './node-errors';
export { givenFiles, type NodeSpec, type OtherNode } from './node-spec';
export { ensureNodeRoot, type EnsureNodeRootOptions, type NodeRoot } from './root-tree';
export { startNode, type RunningNode } from './start-node';
