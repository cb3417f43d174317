/** For tests of the programs that start and show runs: runs made by hand, and a cluster in memory on which one can be launched. */
export { hurriedClock } from './launcher/testing/hurried-clock';
export { measured, ScriptedOrchestrator } from './launcher/testing/scripted-orchestrator';
export { TwoNodeCluster, type ClusterOptions } from './launcher/testing/two-node-cluster';
export { failedSample, manifestWith, runWith, sampleWith } from './record/testing';
