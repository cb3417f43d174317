import type { Workload } from '@podlag/kube';
import type { Check } from '../check';
import type { Install } from '../evidence';
import { installCommand, ownNames } from '../own-objects';
import { failed, ok, verdictOn, warning, type Verdict } from '../verdict';

/** Whether the pods of a program of podlag's are there and ready. */
export function programRunning(program: 'injector' | 'controller'): Check<Install> {
  return {
    name: `${program}-running`,
    group: program,
    judge: (evidence) =>
      verdictOn(evidence[program].deployment, (deployment) => {
        if (deployment !== undefined) return readiness(deployment, ownNames[program], evidence);
        const where = `${evidence.ownNamespace}/${ownNames[program]}`;
        return failed(`there is no Deployment ${where}`, installCommand(evidence));
      }),
  };
}

function readiness(
  { spec, status }: Workload,
  name: string,
  { ownNamespace }: Pick<Install, 'ownNamespace'>,
): readonly Verdict[] {
  const wanted = spec?.replicas ?? 1;
  const ready = status?.readyReplicas ?? 0;
  const words = `${ready} of ${wanted} pods of ${name} are ready`;
  if (wanted === 0) {
    return failed(
      `${name} is scaled to 0`,
      `kubectl -n ${ownNamespace} scale deployment/${name} --replicas=2`,
    );
  }
  const look =
    `kubectl -n ${ownNamespace} describe pods -l app.kubernetes.io/name=${name}; ` +
    `kubectl -n ${ownNamespace} logs deployment/${name}`;
  if (ready === 0) return failed(words, look);
  return ready < wanted ? warning(words, look) : ok(words);
}
