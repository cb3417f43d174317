import type { ClusterFiles } from './cluster-folder';
import type { ClusterState } from './cluster-state';
import { environmentLines } from './environment-lines';
import { nodeTable } from './status';

/** What is said when a cluster is ready: what it is, and what to type next. */
export function welcome(state: ClusterState, files: ClusterFiles): string {
  const images = 'podlag-agent and podlag-injector, as this source tree builds them';
  return `
${nodeTable(state.nodes.map((node) => ({ ...node, link: 'up' })))}
Kubernetes ${state.version}, with ${images}.
kubeconfig  ${files.kubeconfig}
logs        ${files.logs}

What to type next:

  ${environmentLines(files).trimEnd().replaceAll('\n', '\n  ')}
  kubectl apply -k deploy/
  kubectl -n podlag-system rollout status deployment/podlag-injector
  kubectl apply -f deploy/examples/tidb-cluster.yaml
  kubectl -n tidb-cluster get pods -o wide      # then: curl http://POD-IP:2332/latency/20ms

The first two lines again, for another shell: eval "$(./scripts/cluster env)"
All of it goes by: sudo ./scripts/cluster down
`;
}
