/** A folder of the machine and where the container is to see it. */
export interface RootMount {
  readonly source: string;
  readonly path: string;
  readonly readOnly: boolean;
}

/**
 * Makes a root file system out of the machine's programs and libraries, with nothing else of the machine's, and becomes the
 * program in it. `ip netns exec` has put it into a mount namespace of its own, so nobody else sees what it mounts. Arguments:
 * the folder for the root, `ro` or `rw`, the folder that /etc is a copy of, then triples of access, source and path up to
 * `--`, then the program.
 *
 * /var/run is a link upwards, not to /run, which outside the new root is the machine's.
 */
const enterRoot = `
set -eu
root=$1 access=$2 etc=$3
shift 3
bind() { mkdir -p "$root$2"; mount --bind "$1" "$root$2"; [ "$3" = rw ] || mount -o remount,bind,ro "$root$2"; }
mount -t tmpfs -o mode=755 tmpfs "$root"
for name in bin sbin lib lib32 lib64 libx32; do
  if [ -L "/$name" ]; then ln -s "$(readlink "/$name")" "$root/$name"
  elif [ -d "/$name" ]; then bind "/$name" "/$name" ro; fi
done
bind /usr /usr ro
mkdir -p "$root/proc" "$root/dev" "$root/run" "$root/var" "$root/tmp"
chmod 1777 "$root/tmp"
cp -R "$etc" "$root/etc"
ln -s ../run "$root/var/run"
mount --rbind /proc "$root/proc"
for device in null zero full random urandom; do
  : >"$root/dev/$device"
  mount --bind "/dev/$device" "$root/dev/$device"
done
while [ "$1" != -- ]; do
  bind "$2" "$3" "$1"
  shift 3
done
shift
[ "$access" = rw ] || mount -o remount,bind,ro "$root"
exec chroot "$root" "$@"
`;

export interface RootCommand {
  readonly netns: string;
  /** An empty folder, the mount point. */
  readonly root: string;
  readonly readOnly: boolean;
  /** What /etc is a copy of: volumes may be mounted below. */
  readonly etc: string;
  readonly mounts: readonly RootMount[];
  /** Of setpriv(1): who the process is and what it may do. */
  readonly privileges: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly workingDir: string;
  readonly argv: readonly string[];
}

/** The command line that runs a program as a container of a pod. Its process is the program itself: each step is an exec. */
export function rootCommand(command: RootCommand): readonly [string, ...string[]] {
  const { netns, root, readOnly, etc, mounts, privileges, env, workingDir, argv } = command;
  return [
    'ip',
    ...['netns', 'exec', netns],
    ...['sh', '-c', enterRoot, 'container', root, readOnly ? 'ro' : 'rw', etc],
    // A folder before what is mounted in it.
    ...mounts
      .toSorted((a, b) => a.path.length - b.path.length)
      .flatMap(({ source, path, readOnly: ro }) => [ro ? 'ro' : 'rw', source, path]),
    '--',
    ...['setpriv', '--pdeathsig', 'KILL', ...privileges, '--'],
    // Only here: the container's PATH is not the one by which mount is found.
    ...[
      'env',
      '-i',
      `--chdir=${workingDir}`,
      ...Object.entries(env).map(([name, value]) => `${name}=${value}`),
    ],
    ...argv,
  ];
}
