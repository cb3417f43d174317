# shellcheck shell=bash
#
# What is checked of a built image, by running it as its pod would. bootstrap.sh and image-tools.sh come first.

: "${repo_root:?}" "${tool=}"
checks_passed=0
checks_failed=0

# check TITLE COMMAND ARG...: one check, which may be a function; its output is shown when it fails.
check() {
  local title=$1 output status errexit=$-
  shift
  set +e
  output=$(set -e && "$@" 2>&1)
  status=$?
  [[ $errexit != *e* ]] || set -e
  if ((status == 0)); then
    checks_passed=$((checks_passed + 1))
    say "  ok      $title"
  else
    checks_failed=$((checks_failed + 1))
    say "  FAILED  $title"
    printf '%s\n' "$output" "exit status $status" | sed 's/^/            /' >&2
  fi
}

report_checks() {
  printf '%d checks passed, %d failed\n' "$checks_passed" "$checks_failed"
  ((checks_failed == 0))
}

# check_image NAME IMAGE
check_image() {
  local name=$1 image=$2 scratch capability=
  scratch=$(mktemp --directory)
  # The image's own user has to read and write here, whatever this user's umask is.
  chmod 0777 "$scratch"
  check_any_image
  "check_$name"
  "${tool}_remove" "$image"
  rm -rf "$scratch"
}

run_image() { "${tool}_run" "$image" "$scratch" "$capability" "$@"; }

check_any_image() {
  local version
  version=$(base_image NODE)
  version=v${version#*:}
  check "$image has node ${version%%-*}" output_is "${version%%-*}" run_image -- node --version
  check "$image has no npm and no certificate of the builder's" run_image -- sh -c '! command -v npm npx yarn && ! [ -e /run/secrets ]'
  check "$image brings the licences of what is in it" run_image -- grep -q 'zod .* (MIT)' /app/THIRD-PARTY-LICENSES
  check "$image cannot write on its root" fails_saying 1 'Read-only file system' -- touch /app/file
}

check_bad_setting() {
  check "$image explains a bad setting, and exits 1" fails_saying 1 'PODLAG_LISTEN_PORT.*hint: ' -e PODLAG_LISTEN_PORT=nonsense
}

check_agent() {
  check_bad_setting
  # What the injector leaves to it.
  capability=NET_ADMIN
  check "$image has tc" run_image -- tc -V
  check "$image has ip" run_image -- ip -V
  check "$image can open a netlink socket" run_image -- node -e 'new (require("/app/netlink.node").NativeNetlink)(0, 0, () => {}, () => {}).close()'
  check "$image has the tables of netem's distributions" run_image -- sh -c 'ls /usr/lib/*/tc/pareto.dist'
  check "$image may set a qdisc, with no capability but NET_ADMIN" run_image -- sh -c \
    'grep -q "^CapEff:.0000000000001000$" /proc/self/status && tc qdisc add dev lo root pfifo'
  check "$image starts, and ends well on SIGTERM" starts_and_stops '"msg":"listening"' -e PODLAG_DEVICE=lo
}

check_injector() {
  check_bad_setting
  check "$image runs as user 65532" output_is 65532 run_image -- id -u
  check "$image has no capability" run_image -- grep -q '^CapEff:.0000000000000000$' /proc/self/status
  cp "$repo_root/deploy/base/sidecarconfig.yaml" "$scratch/"
  check "$image makes certificates" run_image -- podlag-certs --out /etc/podlag/certs --host localhost
  check "$image prints the template as a policy" run_image -- podlag-policy --template /etc/podlag/sidecarconfig.yaml
  check "$image starts with them, and ends well on SIGTERM" starts_and_stops '"msg":"listening"' \
    -e PODLAG_TEMPLATE_FILE=/etc/podlag/sidecarconfig.yaml -e PODLAG_DRAIN_PERIOD=100ms
}

check_controller() {
  check_bad_setting
  check "$image runs as user 65532" output_is 65532 run_image -- id -u
  check "$image has no capability" run_image -- grep -q '^CapEff:.0000000000000000$' /proc/self/status
  check "$image says that it is in no cluster, and exits 1" fails_saying 1 'KUBERNETES_SERVICE_HOST.*hint: '
}

check_bench() {
  check "$image runs as user 65532" output_is 65532 run_image -- id -u
  check "$image has no capability" run_image -- grep -q '^CapEff:.0000000000000000$' /proc/self/status
  check "$image has tc" run_image -- tc -V
  check "$image has tini" run_image -- tini --version
  check "$image has iperf3" run_image -- iperf3 --version
  check "$image has netperf" run_image -- netperf -V
  check "$image has netserver" run_image -- netserver -V
  check "$image has qperf" run_image -- qperf --version
  check "$image has fortio, with its licence" run_image -- sh -c 'fortio version && grep -q Apache /app/FORTIO-LICENSE'
  local role
  for role in worker orchestrator; do
    check "$image says what $role needs, and exits 1" fails_saying 1 'PODLAG_TLS_FOLDER.*hint: ' -- node /app/main.js "$role"
  done
}

# output_is EXPECTED COMMAND...
output_is() {
  local output
  output=$("${@:2}")
  printf '%s\n' "$output"
  [[ $output == "$1" ]]
}

# fails_saying STATUS PATTERN ARG...: the pattern meets the image's whole output as one line.
fails_saying() {
  local wanted=$1 pattern=$2 log=$scratch/log status=0 output
  shift 2
  run_image "$@" >"$log" 2>&1 &
  end_of $! || status=$?
  output=$(<"$log")
  printf '%s\nexit status %d, wanted %d\n' "$output" "$status" "$wanted"
  [[ $status == "$wanted" && ${output//$'\n'/ } =~ $pattern ]]
}

# starts_and_stops LINE ARG...: the image's program says LINE, and a SIGTERM then ends it with exit status 0.
starts_and_stops() {
  local line=$1 log=$scratch/log program status=0
  shift
  run_image "$@" >"$log" 2>&1 &
  program=$!
  within 20 says_or_ended "$line" "$log" "$program" || printf 'It did not say %s within 20 s.\n' "$line"
  has_ended "$program" || "${tool}_signal" TERM "$program" || true
  end_of "$program" || status=$?
  cat "$log"
  grep -qF "$line" "$log" && return "$status"
}

# Waits for a program's end, which is made after 20 s. Its exit status.
end_of() {
  if ! within 20 has_ended "$1"; then
    printf 'It did not end within 20 s.\n'
    "${tool}_signal" KILL "$1" || true
  fi
  wait "$1"
}

says_or_ended() { grep -qF "$1" "$2" || has_ended "$3"; }

has_ended() { ! kill -0 "$1" 2>/dev/null; }

# within SECONDS COMMAND...: waits until the command succeeds.
within() {
  local deadline=$((SECONDS + $1))
  until "${@:2}"; do
    ((SECONDS < deadline)) || return 1
    sleep 0.05
  done
}
