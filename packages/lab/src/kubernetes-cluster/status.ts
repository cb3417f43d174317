import { textTable } from '@podlag/core';
import type { ClusterFiles } from './cluster-folder';
import type { ClusterNode, ClusterServer, ClusterState, NodeKernel } from './cluster-state';
import { endedNodes, firstSentence, type FoundCluster } from './situation';

/** A node, and whether its link is cut (`link` of scripts/cluster). */
export interface ReportedNode extends ClusterNode {
  readonly link: 'up' | 'cut';
}

/** What a program may want to know of the cluster; the rest of the file is podlag's own. */
export interface ClusterReport extends Pick<ClusterState, 'options' | 'version' | 'servers'> {
  /** That it is whole: what the exit status says. */
  readonly up: boolean;
  readonly nodes: readonly ReportedNode[];
  readonly phase: ClusterState['phase'];
  readonly kubeconfig: string;
  readonly logs: string;
}

type KnownCluster = Extract<FoundCluster, { kind: 'known' }>;

/** Whether its API answers: it is ready, and somebody leads it. */
export function isUp(found: FoundCluster): found is KnownCluster {
  return found.kind === 'known' && found.supervisorRuns && found.state.phase.kind === 'ready';
}

/** Whether it is up with all of its nodes. */
export function isWhole(found: FoundCluster): found is KnownCluster {
  return isUp(found) && endedNodes(found.state.nodes).length === 0;
}

/** For `-o json`. */
export function clusterReport(
  found: FoundCluster,
  files: ClusterFiles,
): ClusterReport | { readonly up: false } {
  if (found.kind !== 'known') return { up: false };
  const { options, version, servers, phase } = found.state;
  return {
    ...{ up: isWhole(found), phase, version, options, nodes: reportedNodes(found), servers },
    ...{ kubeconfig: files.kubeconfig, logs: files.logs },
  };
}

/** For a person. */
export function statusText(found: FoundCluster, files: ClusterFiles, now: Date): string {
  if (found.kind === 'none') return 'No cluster is up.\n';
  if (found.kind === 'unknown') return `What is left of a cluster is in ${files.folder}.\n`;
  const { state } = found;
  const facts = [
    ['cluster', phaseText(found, now)],
    ['kubernetes', state.version],
    ['network', state.options.network],
    ['kubeconfig', files.kubeconfig],
    ['logs', files.logs],
  ] as const;
  return [
    facts.map(([name, value]) => `${name.padEnd(10)}  ${value}\n`).join(''),
    nodeTable(reportedNodes(found)),
    ...(isUp(found) ? [serverTable(state.servers)] : []),
  ].join('\n');
}

const reportedNodes = ({ state, cutLinks }: KnownCluster): readonly ReportedNode[] =>
  state.nodes.map((node) => ({ ...node, link: cutLinks.includes(node.name) ? 'cut' : 'up' }));

function phaseText(found: KnownCluster, now: Date): string {
  const { phase, nodes } = found.state;
  if (phase.kind === 'failed') return `did not come up: ${phase.reason}`;
  if (!found.supervisorRuns && !found.starterRuns) return 'has ended by itself; `down` removes what is left';
  if (phase.kind !== 'ready') return phase.kind;
  const ended = endedNodes(nodes).map(({ name }) => name);
  return ended.length === 0
    ? `ready, for ${durationText(now.getTime() - Date.parse(phase.since))}`
    : `without ${ended.join(', ')}, of which the kernel has ended: run \`down\`, then \`up\``;
}

/** `12 s`, `4 min`, `3 h 5 min`. */
export function durationText(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** Names, addresses, and how each kernel and each link does. */
export function nodeTable(nodes: readonly ReportedNode[]): string {
  return textTable(
    [
      { heading: 'NODE', text: ({ name }) => name },
      { heading: 'ADDRESS', text: ({ address }) => address },
      { heading: 'PODS', text: ({ podRange }) => podRange },
      { heading: 'LINK', text: ({ link }) => link },
      { heading: 'KERNEL', text: ({ kernel }) => kernelText(kernel) },
    ],
    nodes,
  );
}

/** The log that goes with it is for `-o json`. */
function kernelText(kernel: NodeKernel): string {
  return kernel.kind === 'ended' ? `ended: ${firstSentence(kernel.reason)}` : kernel.kind;
}

function serverTable(servers: readonly ClusterServer[]): string {
  return textTable(
    [
      { heading: 'SERVER', text: ({ name }) => name },
      { heading: 'PID', text: ({ pid }) => String(pid ?? '-'), align: 'right' },
      { heading: 'RESTARTS', text: ({ restarts }) => String(restarts), align: 'right' },
    ],
    servers,
  );
}
