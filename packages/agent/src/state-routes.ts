import type { QdiscDriver } from '@podlag/netem';
import { agentErrors } from './agent-errors';
import type { Answer, Route } from './answer';
import { exemptionBody, type ReasonedExemption } from './exemptions';
import { faultSetBody, isoTime } from './fault-routes';
import { nextExpiry } from './fault-set';
import type { AgentMetrics } from './metrics';
import { countersBody, observedBody } from './observed-view';
import { openapi } from './openapi';
import type { PlanKeeper } from './plan-keeper';
import { planStatuses } from './plan-routes';
import type { Readiness } from './readiness';
import type { Shaper } from './shaper';
import { version } from './version';

export interface StateParts {
  readonly shaper: Shaper;
  readonly plans: PlanKeeper;
  readonly driver: QdiscDriver;
  readonly exemptions: readonly ReasonedExemption[];
  readonly readiness: Readiness;
}

/** What is, for people and machines. Nothing here changes anything. */
export function stateRoutes(parts: StateParts): readonly Route[] {
  const { readiness } = parts;
  return [
    { method: 'get', path: '/v1/state', handle: () => state(parts) },
    { method: 'get', path: '/healthz', handle: () => ({ body: { status: 'alive' }, text: 'alive' }) },
    {
      method: 'get',
      path: '/readyz',
      handle: () =>
        readiness.ready
          ? { body: { status: 'ready' }, text: 'ready' }
          : { status: 503, body: { status: 'not ready', reason: readiness.reason }, text: readiness.reason },
    },
    { method: 'get', path: '/version', handle: () => ({ body: { version, node: process.version } }) },
    { method: 'get', path: '/openapi.json', handle: () => ({ body: openapi }) },
  ];
}

async function state({ shaper, plans, driver, exemptions }: StateParts): Promise<Answer> {
  const [{ observed, differences, cautions }, capabilities] = await Promise.all([
    shaper.read(),
    driver.capabilities(),
  ]);
  const expiry = nextExpiry(shaper.faults);
  return {
    body: {
      desired: faultSetBody(shaper.faults),
      plans: planStatuses(plans, differences.length),
      observed: observedBody(observed),
      drift: differences,
      cautions,
      capabilities,
      counters: countersBody(shaper.tree, observed),
      exemptions: exemptions.map(exemptionBody),
      expiresAt: expiry === undefined ? null : isoTime(expiry),
      survivesRestart: shaper.leaseState,
    },
  };
}

/** Prometheus asks for text of its own kind, so this one stands beside the table of routes. */
export async function metricsText(metrics: AgentMetrics, shaper: Shaper): Promise<string> {
  try {
    metrics.observe(shaper, await shaper.read());
  } catch (cause) {
    throw agentErrors.error('internal', `the kernel could not be read: ${(cause as Error).message}`, {
      cause,
    });
  }
  return metrics.registry.metrics();
}
