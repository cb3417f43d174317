import { Duration, type Column } from '@podlag/core';
import type { AgentStatus, HeldFault } from '../output/status-output';

/** A line of the table: an agent, and one of the faults that it holds. */
export interface AgentRow {
  readonly agent: AgentStatus;
  /** Undefined for an agent that holds none. */
  readonly fault: HeldFault | undefined;
  /** Whether it is the agent's first line: what is the agent's own is said there only. */
  readonly isFirst: boolean;
}

/** Each agent with each of its faults. */
export function agentRows(agents: readonly AgentStatus[]): readonly AgentRow[] {
  return agents.flatMap((agent) => {
    const faults = agent.faults.length === 0 ? [undefined] : agent.faults;
    return faults.map((fault, index) => ({ agent, fault, isFirst: index === 0 }));
  });
}

/** @param now milliseconds since the epoch */
export function agentColumns(now: number, withNamespace: boolean): readonly Column<AgentRow>[] {
  const first =
    (text: (agent: AgentStatus) => string) =>
    (row: AgentRow): string =>
      row.isFirst ? text(row.agent) : '';
  const ofFault =
    (text: (fault: HeldFault) => string) =>
    (row: AgentRow): string =>
      row.fault === undefined ? '' : text(row.fault);
  const namespace: Column<AgentRow> = { heading: 'NAMESPACE', text: first((agent) => agent.namespace ?? '') };
  return [
    ...(withNamespace ? [namespace] : []),
    { heading: 'AGENT', text: first(({ agent }) => agent) },
    { heading: 'VERSION', text: first(({ version }) => version) },
    { heading: 'FAULT', text: ({ fault }) => fault?.name ?? 'none' },
    { heading: 'FROM', text: ofFault(({ from }) => from) },
    { heading: 'STATE', text: ofFault(({ state }) => state) },
    { heading: 'CHANGES', text: ofFault(({ changesAt }) => inTime(changesAt, now)), align: 'right' },
  ];
}

/** Of -o wide, besides. */
export const wideAgentColumns: readonly Column<AgentRow>[] = [
  { heading: 'DRIFT', text: ({ agent, isFirst }) => (isFirst ? String(agent.drift) : ''), align: 'right' },
  { heading: 'WHY', text: ({ fault }) => fault?.detail ?? '' },
];

function inTime(at: string | undefined, now: number): string {
  if (at === undefined) return '';
  const seconds = Math.max(0, Math.round((Date.parse(at) - now) / 1_000));
  return `in ${seconds === 0 ? '0s' : Duration.parse(`${seconds}s`).toString()}`;
}
