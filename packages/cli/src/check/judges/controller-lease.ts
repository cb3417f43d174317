import type { Lease } from '@podlag/kube';
import type { Check } from '../check';
import type { Evidence } from '../evidence';
import { ownNames, restartCommand } from '../own-objects';
import { failed, nothingToSay, ok, verdictOn, warning, type Verdict } from '../verdict';

/** How far this machine's clock may be from the cluster's, in milliseconds. */
const skewMs = 30_000;

/** Whether one of the controllers leads: without, nothing that is asked for reaches an agent. */
export const controllerLease: Check<Pick<Evidence, 'lease' | 'controller' | 'now' | 'ownNamespace'>> = {
  name: 'controller-lease',
  group: 'controller',
  judge: ({ lease, controller, now, ownNamespace }) => {
    if (controller.deployment.kind === 'read' && controller.deployment.value === undefined)
      return nothingToSay;
    return verdictOn(lease, (found) => judgeLease(found, now, ownNamespace));
  },
};

function judgeLease(lease: Lease | undefined, now: number, ownNamespace: string): readonly Verdict[] {
  const where = `Lease ${ownNamespace}/${ownNames.lease}`;
  const { holderIdentity = '', renewTime, leaseDurationSeconds = 15 } = lease?.spec ?? {};
  const fix = `${restartCommand('controller', { ownNamespace })}; kubectl -n ${ownNamespace} logs deployment/${ownNames.controller}`;
  if (holderIdentity === '') return failed(`nobody holds ${where}: no controller leads`, fix);
  const sinceMs = now - Date.parse(renewTime ?? '');
  // Unreadable is stale too.
  if (!(sinceMs <= leaseDurationSeconds * 1_000 + skewMs)) {
    return failed(
      `${where} was last renewed by ${holderIdentity} at ${renewTime ?? 'no time that it says'}: no controller leads`,
      fix,
    );
  }
  if (sinceMs < -skewMs) {
    return warning(
      `${where} was renewed ${Math.round(-sinceMs / 1_000)} s in the future: the clocks of this machine and the cluster differ`,
      'Set the clock of this machine: timedatectl set-ntp true',
    );
  }
  return ok(`${holderIdentity} leads`);
}
