import { containerdSocket, insideNode, madeFiles } from './node-files';
import { givenFiles } from './node-spec';

/** What the script is told by its environment, the names of which begin with PODLAG_. */
export type NodeTask =
  | {
      readonly kind: 'run';
      readonly name: string;
      readonly address: string;
      /** Kubernetes' program, on the host. */
      readonly kubelet: string;
    }
  | {
      /** Fills a disk with images and ends. */
      readonly kind: 'prepare';
      /** What ctr imports, on the host. */
      readonly archive: string;
    };

/** Folders of the host that a node sees. */
export interface NodeFolders {
  /** The Debian tree. */
  readonly tree: string;
  readonly kernel: string;
  readonly files: string;
  readonly logs: string;
}

/** In a node's folder when a disk is prepared: the full names of all images, one a line. */
export const imageNamesFile = 'image-names';

/** The whole environment of the script. */
export function scriptEnvironment(task: NodeTask, folders: NodeFolders): Readonly<Record<string, string>> {
  const { kind, ...values } = task;
  const all = { TASK: kind, ...values, ...folders };
  return Object.fromEntries(
    Object.entries(all).map(([name, value]) => [`PODLAG_${name.toUpperCase()}`, value]),
  );
}

/**
 * The command that makes a kernel a node: it gives it the Debian tree for a root, and runs containerd and kubelet in it.
 * It is the same for every node; what differs is in its environment and in the node's folder. It ends by SIGTERM, with
 * status 143 and a disk that is unmounted.
 *
 * The root changes for the whole kernel, the init script's too, so that no way leads back to the host's files: not by
 * `/proc/1/root`. A privileged pod can still mount them anew; it is the user's own.
 */
export const nodeScript = `#!/bin/bash
set -Eeuo pipefail
export PATH=/usr/sbin:/usr/bin:/sbin:/bin
umask 022

say() { local up; read -r up _ </proc/uptime; printf '%s s  %s\\n' "$up" "$*"; }
fail() { printf '%s\\n' "$*" >&2; exit 1; }
trap 'say "line $LINENO failed: $BASH_COMMAND" >&2' ERR

# The folder of the kernel keeps its place, for the init script and the kernel's modprobe call its busybox by that name.
bind_read_only() {
  mount --rbind "$1" "$2"
  mount -o remount,bind,ro "$2"
}

lay_out_root() {
  local root=$1 entry kernel
  kernel=$(readlink -f "$PODLAG_KERNEL")
  # Pods' logs and volumes are in it. What is full is seen by them, not by the kernel's memory.
  mount -t tmpfs -o mode=755,size=35% tmpfs "$root"
  for entry in "$PODLAG_TREE"/*; do
    # bin, lib and sbin are links into usr.
    if [[ -L $entry ]]; then cp -a "$entry" "$root/"; elif [[ -d $entry ]]; then mkdir "$root/\${entry##*/}"; fi
  done
  chmod 1777 "$root/tmp"
  bind_read_only "$PODLAG_TREE/usr" "$root/usr"
  cp -a "$PODLAG_TREE/etc/." "$root/etc/"
  mkdir -p "$root"/var/{lib/containerd,log,cache,tmp} "$root"/podlag/{files,logs} "$root/host" "$root$kernel"
  ln -s /run "$root/var/run"
  for entry in proc sys dev; do mount --rbind "/$entry" "$root/$entry"; done
  # The new root is mounted below /run, and is not to contain itself.
  mount --bind /run "$root/run"
  bind_read_only "$kernel" "$root$kernel"
  bind_read_only "$PODLAG_FILES" "$root${insideNode.files}"
  mount --bind "$PODLAG_LOGS" "$root${insideNode.logs}"
}

# A file of the host's, to be seen under a name of its own.
bring_in() {
  : >"$2"
  bind_read_only "$1" "$2"
}

enter_root() {
  mkdir "$1/old"
  cd "$1"
  pivot_root . old
  cd /
  umount -l /old
  rmdir /old
  # Kubelet and pods pass mounts on to each other.
  mount --make-rshared /
}

make_machine() {
  mount -t ext4 -o noatime,discard /dev/ubda /var/lib/containerd
  mount -t cgroup2 cgroup2 /sys/fs/cgroup
  echo '+cpu +io +memory +pids' >/sys/fs/cgroup/cgroup.subtree_control
  /run/podlag/modprobe overlay
  tr -d - </proc/sys/kernel/random/uuid >/etc/machine-id
  # Kubelet ends without a clock rate, which this kernel does not tell.
  { cat /proc/cpuinfo; printf 'cpu MHz\\t\\t: 2000.000\\n'; } >/run/podlag/cpuinfo
  mount --bind /run/podlag/cpuinfo /proc/cpuinfo
}

join_network() {
  echo "$PODLAG_NAME" >/proc/sys/kernel/hostname
  echo "$PODLAG_NAME" >/etc/hostname
  printf '127.0.0.1 localhost\\n%s %s\\n' "$PODLAG_ADDRESS" "$PODLAG_NAME" >/etc/hosts
  : >/etc/resolv.conf
  ip -batch ${insideNode.files}/${madeFiles.network}
  echo 1 >/proc/sys/net/ipv4/ip_forward
  mkdir -p /etc/cni/net.d
  cp ${insideNode.files}/${madeFiles.cni} /etc/cni/net.d/
}

declare -A pids=()

# In sessions of their own, or the SIGTERM that is for this script would reach them too, all at the same time.
start() {
  local command
  case $1 in
    containerd) command=(containerd --config ${insideNode.files}/${madeFiles.containerd}) ;;
    kubelet)
      command=(/host/kubelet --config=${insideNode.files}/${madeFiles.kubelet}
        --kubeconfig=${insideNode.files}/${givenFiles.kubeconfig}
        --node-ip="$PODLAG_ADDRESS" --hostname-override="$PODLAG_NAME" --v=2)
      ;;
  esac
  setsid "\${command[@]}" </dev/null >>"${insideNode.logs}/$1.log" 2>&1 &
  pids[$1]=$!
}

await_containerd() {
  until [[ -S ${containerdSocket} ]]; do
    kill -0 "\${pids[containerd]}" 2>/dev/null || fail "containerd ended at its start, see containerd.log"
    sleep 0.1
  done
  say "containerd answers"
}

stop() {
  [[ -n \${pids[$1]:-} ]] || return 0
  kill "\${pids[$1]}" 2>/dev/null || true
  wait "\${pids[$1]}" || true
  say "$1 has ended"
}

# Containers live on when containerd ends, and their shims with them.
end_containers() {
  local group process program
  for group in /sys/fs/cgroup/*/cgroup.kill; do [[ ! -e $group ]] || echo 1 >"$group"; done
  for process in /proc/[0-9]*; do
    program=$(readlink "$process/exe" 2>/dev/null) || continue
    [[ $program != */containerd-shim* ]] || kill -KILL "\${process#/proc/}" 2>/dev/null || true
  done
}

# What is killed holds its mounts until it is gone, and the file system is in use until the last mount of it is.
unmount_disk() {
  local kind target tries
  for ((tries = 0; tries < 100; tries++)); do
    while read -r _ target kind _; do
      [[ $kind != overlay ]] || umount "$target" 2>/dev/null
    done </proc/self/mounts
    ! mountpoint -q /var/lib/containerd || umount /var/lib/containerd 2>/dev/null
    if [[ ! -e /proc/fs/ext4/ubda ]]; then
      say "the disk is unmounted"
      return
    fi
    sleep 0.05
  done
  fail "the disk is still in use"
}

shut_down() {
  trap '' TERM
  trap - ERR
  set +e
  stop kubelet
  stop containerd
  end_containers
  unmount_disk
  exit "$1"
}

prepare() {
  local name digest listed
  local -A wanted=() kept=()
  local stale=()
  # Without --local every byte goes through containerd's transfer service, those too that the disk has already.
  ctr --namespace k8s.io images import --local /host/images.tar >>${insideNode.logs}/import.log 2>&1 ||
    fail "ctr could not import the images: $(tail -n 5 ${insideNode.logs}/import.log)"
  say "the images are imported"
  while read -r name; do wanted[$name]=missing; done <${insideNode.files}/${imageNamesFile}
  listed=$(ctr --namespace k8s.io images ls | tail -n +2)
  while read -r name _ digest _; do
    [[ -n \${wanted[$name]:-} ]] || continue
    wanted[$name]=found
    kept[$digest]=yes
  done <<<"$listed"
  for name in "\${!wanted[@]}"; do
    [[ \${wanted[$name]} == found ]] || fail "the archive lacks $name, which its index names"
  done
  # Beside its own name an image has that of its digest, by which kubelet knows it. Any name keeps its files on the disk.
  while read -r name _ digest _; do
    [[ -n \${wanted[$name]:-} || ($name == sha256:* && -n \${kept[$digest]:-}) ]] || stale+=("$name")
  done <<<"$listed"
  ((\${#stale[@]} == 0)) || ctr --namespace k8s.io images rm --sync "\${stale[@]}"
}

# One that cannot start takes a second for each attempt, not the CPU.
keep_running() {
  local ended status name
  while true; do
    ended="" status=0
    wait -n -p ended "\${pids[@]}" || status=$?
    for name in "\${!pids[@]}"; do
      [[ \${pids[$name]} == "$ended" ]] || continue
      say "$name ended with status $status, and is started again"
      sleep 1
      start "$name"
    done
  done
}

root=/run/podlag/root
mkdir "$root"
lay_out_root "$root"
if [[ $PODLAG_TASK == prepare ]]; then
  bring_in "$PODLAG_ARCHIVE" "$root/host/images.tar"
else
  bring_in "$PODLAG_KUBELET" "$root/host/kubelet"
fi
enter_root "$root"
make_machine
say "the root is in place"
trap 'shut_down 143' TERM
if [[ $PODLAG_TASK == prepare ]]; then
  start containerd
  await_containerd
  prepare
  shut_down 0
fi
join_network
start containerd
await_containerd
start kubelet
keep_running
`;
