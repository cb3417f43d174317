import type { Confinement } from './container-plan';

/** A folder of the machine and where the container is to see it, below its own /run. */
export interface Mount {
  readonly source: string;
  readonly path: string;
}

/**
 * Makes the container's own view of the file system, then becomes its program. `ip netns exec` has put it into a mount
 * namespace of its own, so nobody else sees what it mounts. Arguments: `ro` or `rw`, then pairs of source and path up to `--`,
 * then the program.
 */
const entrypoint = `
set -eu
root=$1
shift
mount -t tmpfs -o mode=755 tmpfs /run
while [ "$1" != -- ]; do
  mkdir -p "$2"
  mount --bind "$1" "$2"
  shift 2
done
shift
[ "$root" = rw ] || mount -o remount,bind,ro /
exec "$@"
`;

export interface ContainerCommand {
  readonly netns: string;
  readonly mounts: readonly Mount[];
  readonly confinement: Confinement;
  readonly argv: readonly string[];
}

/**
 * The command line that runs a program as a container of a pod: in its network namespace, with its volumes, with no more
 * privileges than its securityContext has. It ends with the process that starts it, even when that is killed.
 */
export function containerCommand({
  netns,
  mounts,
  confinement,
  argv,
}: ContainerCommand): readonly [string, ...string[]] {
  const root = confinement.readOnlyRoot ? 'ro' : 'rw';
  const volumes = mounts.flatMap(({ source, path }) => [source, path]);
  return [
    'ip',
    ...['netns', 'exec', netns],
    ...['sh', '-c', entrypoint, 'container', root, ...volumes, '--'],
    ...['setpriv', '--pdeathsig', 'KILL', ...confined(confinement), '--'],
    ...argv,
  ];
}

function confined({ noNewPrivileges, capabilities }: Confinement): readonly string[] {
  return [
    ...(noNewPrivileges ? ['--no-new-privs'] : []),
    ...(capabilities === undefined
      ? []
      : ['--inh-caps', '-all', '--bounding-set', boundingSet(capabilities)]),
  ];
}

function boundingSet(capabilities: readonly string[]): string {
  return ['-all', ...capabilities.map((name) => `+${name.toLowerCase()}`)].join(',');
}
