import { textTable, type Column } from '@podlag/core';
import type { LabPod } from '../cluster';

const columns: readonly Column<LabPod>[] = [
  { heading: 'NAME', text: ({ name }) => name },
  { heading: 'READY', text: ready },
  { heading: 'STATUS', text: ({ netns }) => (netns === undefined ? 'Not run' : 'Running') },
  { heading: 'IP', text: ({ ip }) => ip },
  { heading: 'CONTAINERS', text: ({ containers, sidecars }) => [...containers, ...sidecars].join(' ') },
];

/** The pods as `kubectl get pods -o wide` would list them, with the names of their containers. */
export function podsTable(pods: readonly LabPod[]): string {
  return textTable(columns, pods);
}

function ready({ containers, sidecars, netns }: LabPod): string {
  const all = containers.length + sidecars.length;
  return `${netns === undefined ? 0 : all}/${all}`;
}

/** What the injector said about a pod, as `kubectl apply` would show it and as the audit log has it. */
export function injectorsWord({ name, decision, detail, warnings }: LabPod): string {
  return [`${name}: ${decision} (${detail})`, ...warnings.map((warning) => `Warning: ${warning}`)]
    .map((line) => `${line}\n`)
    .join('');
}
