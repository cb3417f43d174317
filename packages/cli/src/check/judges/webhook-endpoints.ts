import type { Check } from '../check';
import type { Evidence } from '../evidence';
import { installCommand, ownNames, restartCommand } from '../own-objects';
import { failed, ok, verdictOn } from '../verdict';

/** Whether the Service that API servers call has somebody behind it. */
export const webhookEndpoints: Check<
  Pick<Evidence, 'service' | 'endpoints' | 'injector' | 'controller' | 'ownNamespace'>
> = {
  name: 'webhook-endpoints',
  group: 'webhook',
  judge: (evidence) =>
    verdictOn(evidence.service, (service) => {
      const words = `Service ${evidence.ownNamespace}/${ownNames.injector}`;
      if (service === undefined) return failed(`there is no ${words}`, installCommand(evidence));
      return verdictOn(evidence.endpoints, (slices) => {
        const ready = slices
          .flatMap(({ endpoints }) => (endpoints as typeof endpoints | null) ?? [])
          .filter(({ conditions }) => conditions?.ready !== false);
        if (ready.length > 0) return ok(`${words} has ${ready.length} ready endpoints`);
        return failed(
          `${words} has no ready endpoint: no API server reaches the injector`,
          `${scaleOrRestart(evidence)}; kubectl -n ${evidence.ownNamespace} get pods -l app.kubernetes.io/name=${ownNames.injector}`,
        );
      });
    }),
};

function scaleOrRestart({ injector, ownNamespace }: Pick<Evidence, 'injector' | 'ownNamespace'>): string {
  const { deployment } = injector;
  const isScaledDown = deployment.kind === 'read' && deployment.value?.spec?.replicas === 0;
  return isScaledDown
    ? `kubectl -n ${ownNamespace} scale deployment/${ownNames.injector} --replicas=2`
    : restartCommand('injector', { ownNamespace });
}
