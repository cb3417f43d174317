import type { ParsedFaultSpec } from '@podlag/api';
import type { DesiredObjects } from '../desired/desired';

/** Every hostname that some object has as a target or as an exception. */
export function hostnamesOf({ networkFaults, scenarios }: DesiredObjects): ReadonlySet<string> {
  const specs = [
    ...networkFaults.map(({ fault }) => fault),
    ...scenarios.flatMap(({ steps }) =>
      steps.flatMap(({ what }) => (what.kind === 'fault' ? [what.fault] : [])),
    ),
  ];
  return new Set(specs.flatMap(hostnamesIn));
}

function hostnamesIn({ to = [], except = [] }: ParsedFaultSpec): readonly string[] {
  return [...to, ...except].flatMap((target) => (target.kind === 'hostname' ? [target.hostname] : []));
}
