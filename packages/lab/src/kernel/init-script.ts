import { serialLines } from './kernel-command-line';

const { stdio, stderr, control } = serialLines;

/** The files that the init script reads; it finds them beside itself. */
export const initFiles = {
  init: 'init',
  /** A link to the kernel's folder. */
  kernel: 'kernel',
  /** NUL-terminated strings: what the command is never pasted into is a shell's text. */
  argv: 'argv',
  environment: 'environment',
  cwd: 'cwd',
  /** `terminal`, `stream` or `none`: what the command's standard input is. */
  stdin: 'stdin',
  /** `terminal` or `stream`: where standard error goes. */
  stderr: 'stderr',
} as const;

/**
 * Process 1 of the kernel: makes the machine a place to live in, runs one command, and switches the machine off.
 *
 * It uses the busybox that came with the kernel, so that it needs nothing of the host but bash, env and setsid; the
 * latter two because busybox would run an applet of its own where the command's name is also one of busybox's.
 */
export const initScript = `#!/bin/bash
set -uo pipefail
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
dir=\${0%/*}
kernel=$(readlink -f "$dir/${initFiles.kernel}")
bb() { "$kernel/bin/busybox" "$@"; }

# Held open to the end, so that no line forgets its settings or drops what it has yet to send.
exec 3<>${control.device} 4<>${stdio.device} 5<>${stderr.device}
bb stty raw -echo <&3

power_off() {
  bb sync
  # stty sets nothing new: it waits until the line has sent everything.
  bb stty raw -echo <&3
  bb poweroff -f
}

fail() {
  printf 'failed %s\\n' "$1" >&3
  power_off
}

must() { local said; said=$("$@" 2>&1) || fail "$* said: \${said//$'\\n'/ }"; }

must bb mount -t proc proc /proc
must bb mount -t sysfs sysfs /sys
must bb mount -t tmpfs -o mode=755 tmpfs /run
export TMPDIR=/run
must bb mkdir -p /run/netns /run/lock /run/podlag /dev/pts /dev/shm
must bb mount -t devpts -o mode=620,ptmxmode=666 devpts /dev/pts
must bb mount -t tmpfs -o mode=1777 tmpfs /dev/shm
for link in fd: stdin:/0 stdout:/1 stderr:/2; do
  bb ln -sfn "/proc/self/fd\${link#*:}" "/dev/\${link%%:*}"
done
bb hostname podlag
must bb ip link set lo up
ulimit -n 65536
# User-Mode Linux corrupts its page tables where a process maps an io_uring, as Node does: seen in 7.2 as segmentation
# faults, "Bad page map" and panics, at every other start of jest. Without it Node takes epoll and its thread pool.
echo 2 >/proc/sys/kernel/io_uring_disabled

# The kernel asks for a module when it is first needed. busybox's modprobe looks in /lib/modules only, and that is the
# host's: so it runs with the kernel's own folder as its root. The path is short: the kernel allows 255 characters.
must bb mount -t proc proc "$kernel/proc"
printf '#!%s sh\\nexec %q chroot %q /bin/busybox modprobe "$@"\\n' "$kernel/bin/busybox" "$kernel/bin/busybox" "$kernel" \\
  >/run/podlag/modprobe
bb chmod 755 /run/podlag/modprobe
echo /run/podlag/modprobe >/proc/sys/kernel/modprobe
must /run/podlag/modprobe sch_netem

mapfile -d '' -t argv <"$dir/${initFiles.argv}"
mapfile -d '' -t environment <"$dir/${initFiles.environment}"
IFS= read -r -d '' cwd <"$dir/${initFiles.cwd}"
stdin=$(<"$dir/${initFiles.stdin}")
stderr=$(<"$dir/${initFiles.stderr}")
cd -- "$cwd" || fail "the kernel sees no folder $cwd: below /run and /dev it has its own"

# A serial line has no end of file: standard input comes as lines of base64, the last of which is a full stop.
frames() {
  local frame
  while IFS= read -r frame && [[ $frame != . ]]; do
    bb base64 -d <<<"$frame" || return
  done <&4
}

run_command() {
  echo "$BASHPID" >/run/podlag/command
  exec 3>&- 4>&- 5>&- 7>&- 8>&- /usr/bin/env -i "\${environment[@]}" /usr/bin/setsid "$@" -- "\${argv[@]}"
}

# Process 1 goes on to wait for the command, so someone else has to listen. The command leads a process group of its own.
listen() {
  local verb first second
  while read -r verb first second <&3; do
    case $verb in
      signal) kill -s "$first" -- "-$(</run/podlag/command)" ;;
      size) bb stty rows "$first" cols "$second" <&4 ;;
    esac
  done
}
listen &

# Ends what the command left running, as any machine does before it is switched off. Again until none is left: one may
# just be starting another. What has no program is a kernel thread, or has ended.
end_all_but() {
  local process left=yes
  while [[ -n $left ]]; do
    left=
    for process in /proc/[0-9]*; do
      [[ -e $process/exe && " 1 $* " != *" \${process#/proc/} "* ]] || continue
      left=yes
      kill -KILL "\${process#/proc/}" 2>/dev/null
    done
  done
}

bb stty raw -echo <&5
[[ $stdin == terminal ]] || bb stty raw -echo <&4
# Where no terminal is meant, the command gets pipes, or it would take the serial lines for terminals and paint on them.
copies=()
if [[ $stdin == terminal ]]; then
  exec 7>&4
else
  exec 7> >(bb cat >&4)
  copies+=("$!")
fi
if [[ $stderr == terminal ]]; then
  exec 8>&4
else
  exec 8> >(bb cat >&5)
  copies+=("$!")
fi
echo ready >&3
case $stdin in
  terminal) (run_command --ctty) <&4 >&7 2>&8 ;;
  stream) (run_command) < <(frames) >&7 2>&8 ;;
  *) (run_command) </dev/null >&7 2>&8 ;;
esac
status=$?
end_all_but "\${copies[@]}"
exec 7>&- 8>&-
wait "\${copies[@]}"
bb stty raw -echo <&4
bb stty raw -echo <&5
echo "exit $status" >&3
power_off
`;
