import { printCidr, printPortRange, type PlannedFault, type Target } from '@podlag/core';
import type { Desired, DesiredObjects } from '../desired';

/** Objects, and none of the kinds that are left out. */
export function objectsOf(objects: Partial<DesiredObjects>): DesiredObjects {
  return { networkFaults: [], latencyMatrices: [], scenarios: [], ...objects };
}

/** A whole set of plans in short: pod, name, direction, delay, whom it meets. */
export function planText({ plans }: Pick<Desired, 'plans'>): readonly string[] {
  return [...plans].flatMap(([key, faults]) =>
    faults.map((fault) => `${key.replace(/^shop\//, '')} ${faultText(fault)}`),
  );
}

function faultText({ fault }: PlannedFault): string {
  const { name, direction, delay, to, except } = fault;
  const much = String(delay?.time ?? delay?.rtt ?? '-');
  const whom = to ? targetsText(to) : 'everybody';
  const spared = except ? ` but ${targetsText(except)}` : '';
  return `${name} ${direction} ${much} ${whom}${spared}`;
}

function targetsText(targets: readonly Target[]): string {
  return targets
    .map(({ cidr, ports, protocol }) =>
      [
        cidr && printCidr(cidr).replace(/\/(32|128)$/, ''),
        ports && `:${ports.map(printPortRange).join(',')}`,
        protocol,
      ]
        .filter((part) => part !== undefined)
        .join(' '),
    )
    .join(' + ');
}
