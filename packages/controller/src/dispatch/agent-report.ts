import type { PlanStatus } from '@podlag/client';

/** Why an agent does not do what is asked, in the words of an error. */
export interface AgentProblem {
  readonly code: string;
  readonly detail: string;
  readonly hint: string;
}

/** What is known of one planned fault in its agent. */
export type FaultReport =
  | { readonly kind: 'pending' }
  /** Read back from the kernel. */
  | { readonly kind: 'in-force' }
  /** Its time has not come, or is between two of its turns. */
  | { readonly kind: 'waiting' }
  | { readonly kind: 'ended' }
  | { readonly kind: 'failed'; readonly problem: AgentProblem };

/** Nothing is known of it yet. */
export const pending: FaultReport = { kind: 'pending' };

type PlannedStatus = PlanStatus['faults'][number];

/** What the agent's own word on a fault that it was sent means here. */
export function faultReport(status: PlannedStatus | undefined): FaultReport {
  if (status === undefined) return { kind: 'pending' };
  switch (status.state) {
    case 'in-force':
    case 'waiting':
    case 'ended':
      return { kind: status.state };
    case 'expired':
      // Its lease is over, and is given anew with the next request.
      return { kind: 'pending' };
    case 'refused':
      return { kind: 'failed', problem: refusal(status) };
  }
}

function refusal({
  code = 'refused',
  detail = 'the agent refuses it',
  hint = '',
}: PlannedStatus): AgentProblem {
  return { code, detail, hint };
}
