import type { AgentClient, FaultSet, PlanStatus } from '@podlag/client';
import { isPodlagError } from '@podlag/core';
import type { HeldFault } from '../output/status-output';

/** What one agent says of itself. */
export interface SeenAgent {
  readonly version: string;
  readonly drift: number;
  readonly faults: readonly HeldFault[];
}

/** Asks an agent for its version, what it holds, and whether its kernel has that. */
export async function seeAgent(client: AgentClient): Promise<SeenAgent> {
  const [{ version }, { desired, drift }, plans] = await Promise.all([
    client.version(),
    client.state(),
    client.plans().catch(noneBeforePlans),
  ]);
  return { version, drift: drift.length, faults: heldFaults(desired, plans) };
}

/** An agent of before there were plans has none. */
function noneBeforePlans(error: unknown): readonly PlanStatus[] {
  if (isPodlagError(error, 'no-such-route')) return [];
  throw error;
}

/** All that an agent holds, from whom, and until when. Pure. */
function heldFaults(called: FaultSet, plans: readonly PlanStatus[]): readonly HeldFault[] {
  const ofCalls = called.faults.map(({ name }): HeldFault => {
    const expires = called.expiresAt[name];
    return { name, from: 'call', state: 'in-force', ...changing(expires) };
  });
  const planned = plans.flatMap((plan) =>
    plan.faults.map(({ name, state, changesAt, detail, hint }): HeldFault => ({
      ...{ name, state, from: plan.name },
      ...changing(changesAt),
      ...(detail === undefined ? {} : { detail }),
      ...(hint === undefined ? {} : { hint }),
    })),
  );
  return [...ofCalls, ...planned];
}

function changing(at: number | undefined): Pick<HeldFault, 'changesAt'> {
  return at === undefined ? {} : { changesAt: new Date(at).toISOString() };
}
