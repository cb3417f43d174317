import { controlPlaneErrors } from '../control-plane-errors';
import type { ApiContainer, ApiPod, RunAs } from './pod-object';

/** Who a container's process is and what it may do. */
export interface Privileges {
  readonly user: number;
  readonly group: number;
  readonly groups: readonly number[];
  /** All that it may ever have, as `NET_ADMIN`; undefined: as many as root. */
  readonly capabilities: readonly string[] | undefined;
  readonly noNewPrivileges: boolean;
}

/** What container runtimes leave to a container that says nothing about capabilities. */
const runtimeDefaults = [
  ...['CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'FSETID', 'KILL', 'SETGID', 'SETUID', 'SETPCAP'],
  ...['NET_BIND_SERVICE', 'NET_RAW', 'SYS_CHROOT', 'MKNOD', 'AUDIT_WRITE', 'SETFCAP'],
];

/**
 * What securityContexts and the image's USER come to.
 *
 * @throws PodlagError `pod-not-handled` for root where runAsNonRoot forbids it, as the kubelet would
 */
export function privilegesOf({ spec }: ApiPod, container: ApiContainer, imageUser: number): Privileges {
  const { fsGroup, supplementalGroups = [] } = spec.securityContext ?? {};
  const own = container.securityContext ?? {};
  return {
    ...identityOf(spec.securityContext ?? {}, own, imageUser),
    groups: [...supplementalGroups, ...(fsGroup === undefined ? [] : [fsGroup])],
    capabilities: own.privileged === true ? undefined : capabilitiesOf(own.capabilities ?? {}),
    noNewPrivileges: own.allowPrivilegeEscalation === false,
  };
}

/** The container's own fields win over the pod's, each by itself, and a runAsUser over the image's USER. */
function identityOf(pod: RunAs, own: RunAs, imageUser: number): Pick<Privileges, 'user' | 'group'> {
  const runAsUser = own.runAsUser ?? pod.runAsUser;
  const user = runAsUser ?? imageUser;
  if (user === 0 && (own.runAsNonRoot ?? pod.runAsNonRoot) === true) {
    throw controlPlaneErrors.error(
      'pod-not-handled',
      'container has runAsNonRoot and image will run as root',
    );
  }
  // USER of podlag's images has a group of the same number. A runAsUser takes its place as a whole.
  return { user, group: own.runAsGroup ?? pod.runAsGroup ?? (runAsUser === undefined ? imageUser : 0) };
}

function capabilitiesOf({
  add = [],
  drop = [],
}: {
  readonly add?: readonly string[];
  readonly drop?: readonly string[];
}): readonly string[] | undefined {
  if (add.includes('ALL')) return undefined;
  const kept = drop.includes('ALL') ? [] : runtimeDefaults.filter((name) => !drop.includes(name));
  return [...new Set([...kept, ...add])];
}

/**
 * The options of setpriv(1).
 *
 * @param mayBecomeOthers false in a user namespace that has no user but root: there every container is root, and only
 *   its capabilities are taken away
 */
export function setprivOptions(privileges: Privileges, mayBecomeOthers: boolean): readonly string[] {
  const { user, group, groups, capabilities, noNewPrivileges } = privileges;
  const identity = [
    ...['--reuid', String(user), '--regid', String(group)],
    ...(groups.length === 0 ? ['--clear-groups'] : ['--groups', groups.join()]),
  ];
  return [
    ...(mayBecomeOthers ? identity : []),
    ...(noNewPrivileges ? ['--no-new-privs'] : []),
    ...(capabilities === undefined
      ? []
      : [
          '--inh-caps',
          '-all',
          '--bounding-set',
          ['-all', ...capabilities.map((name) => `+${name.toLowerCase()}`)].join(),
        ]),
  ];
}

/** Whether /proc/self/uid_map knows more users than root: `inside outside count` a line. */
export function mapsOtherUsers(uidMap: string): boolean {
  const counts = uidMap
    .trim()
    .split('\n')
    .map((line) => Number(line.trim().split(/\s+/)[2]));
  return counts.some((count) => count > 1);
}
