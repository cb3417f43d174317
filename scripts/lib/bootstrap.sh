# shellcheck shell=bash
#
# Makes a fresh machine ready for the scripts that source this file. Wanted beforehand: git, Node 18 or newer, and
# Debian's usual tools. Afterwards Node 24 and the workspace's programs come first on PATH.
#
#     source "$(dirname "${BASH_SOURCE[0]}")/lib/bootstrap.sh"
#     bootstrap
#     step 'Unit tests' jest --selectProjects unit
set -euo pipefail
# What is made here is for more than who makes it: images, a kubeconfig's folder. What is private is given its mode.
umask 022

repo_root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd)
readonly repo_root

# The Debian packages that the lab needs, each with the program by which its absence shows. (modprobe is for the host's own
# kernel, which loads netem by it; the kernel that is brought along has its own.)
# shellcheck disable=SC2034 # by its name
readonly -A debian_tools=([ip]=iproute2 [ping]=iputils-ping [curl]=curl [modprobe]=kmod)

say() { printf '%s\n' "$*" >&2; }

# Says what is wrong and what to do about it, and ends the script.
die() {
  say "error: $1"
  [[ $# -lt 2 ]] || say "  hint: $2"
  exit 1
}

# step TITLE COMMAND ARG...: runs a command under a title, and says how long it took. Its exit status is the command's.
# The command may be a function, which ends at its first failure: hence no `||` here, after which bash would go on. It
# runs in a subshell, and cannot set variables of its caller.
step() {
  local title=$1 start=$EPOCHREALTIME status errexit=$-
  shift
  say "==> $title"
  set +e
  (
    set -e
    "$@"
  )
  status=$?
  [[ $errexit != *e* ]] || set -e
  local outcome='done'
  [[ $status -eq 0 ]] || outcome="failed with exit status $status"
  say "<== $title: $outcome in $(seconds_since "$start") s"
  return "$status"
}

# Whole microseconds have no decimal point, so that bash can subtract them.
seconds_since() {
  local microseconds=$((${EPOCHREALTIME//[!0-9]/} - ${1//[!0-9]/}))
  printf '%d.%d' $((microseconds / 1000000)) $((microseconds % 1000000 / 100000))
}

require_node() {
  local hint='Install Node 18 or newer, by your package manager. Node 24, which podlag runs on, then comes with the workspace.'
  local program
  for program in node npx; do
    command -v "$program" >/dev/null || die "$program is not installed." "$hint"
  done
  local version major
  version=$(node --version)
  major=${version#v}
  major=${major%%.*}
  ((major >= 18)) || die "node is $version, which is too old to install the workspace." "$hint"
}

# pnpm in the version that package.json pins. corepack's own download does not work everywhere; npx's does.
pnpm() {
  local pinned
  pinned=$(sed -n 's/.*"packageManager": *"\(pnpm@[0-9.]*\).*/\1/p' "$repo_root/package.json")
  [[ -n $pinned ]] || die 'package.json pins no pnpm in "packageManager".' 'Add "packageManager": "pnpm@VERSION".'
  (cd "$repo_root" && npx -y "$pinned" "$@")
}

# What the installed modules depend on. A change in any of it asks for a new install.
dependencies_hash() {
  (cd "$repo_root" && cat pnpm-lock.yaml pnpm-workspace.yaml package.json packages/*/package.json | sha256sum | cut -d' ' -f1)
}

install_dependencies() {
  local stamp=$repo_root/node_modules/.podlag-installed wanted
  local -a how=(--frozen-lockfile --reporter=append-only)
  wanted=$(dependencies_hash)
  [[ -e $stamp && $(<"$stamp") == "$wanted" ]] && return
  # Links to files of root's own store must not become the user's.
  ! is_in_users_clone || how+=(--package-import-method=copy)
  step 'Installing the workspace (pnpm)' pnpm install "${how[@]}" >&2 || {
    give_back
    die 'pnpm could not install the workspace.' "See its message above; 'npm ping' tells whether the registry is reachable."
  }
  printf '%s\n' "$wanted" >"$stamp"
  give_back
}

# By sudo, in a clone of the user who called it.
is_in_users_clone() {
  ((EUID == 0)) && [[ ${SUDO_UID:-0} != 0 && $(stat --format %u "$repo_root") == "$SUDO_UID" ]]
}

# What root has installed and built in a user's clone becomes the user's, who would not get it out of the way otherwise.
give_back() {
  local folder
  is_in_users_clone || return 0
  for folder in "$repo_root"/node_modules "$repo_root"/packages/*/{node_modules,dist}; do
    [[ ! -e $folder ]] || chown --recursive --no-dereference --from=0 "$SUDO_UID:${SUDO_GID:-$SUDO_UID}" "$folder"
  done
}

# missing_debian_packages TOOLS, the name of an associative array like debian_tools.
# /sbin is not on every user's PATH, and that is where Debian puts ip, tc and modprobe.
missing_debian_packages() {
  local -n tools=$1
  local program
  for program in "${!tools[@]}"; do
    PATH=$PATH:/usr/sbin:/sbin type -P "$program" >/dev/null || printf '%s\n' "${tools[$program]}"
  done | sort -u
}

# install_debian_packages TOOLS, as above.
install_debian_packages() {
  local -a missing
  mapfile -t missing < <(missing_debian_packages "$1")
  ((${#missing[@]} > 0)) || return 0
  ((EUID == 0)) || die "Programs are missing: ${missing[*]}." "Run: sudo apt-get install ${missing[*]}"
  command -v apt-get >/dev/null || die "Programs are missing: ${missing[*]}, and there is no apt-get." 'Install them by hand.'
  step "Installing ${missing[*]} (apt-get)" apt_install "${missing[@]}" >&2 ||
    die "apt-get could not install ${missing[*]}." "See its message above; 'apt-get update' tells whether the mirror is reachable."
}

apt_install() {
  apt-get update --quiet=2 &&
    DEBIAN_FRONTEND=noninteractive apt-get install --quiet=2 --yes --no-install-recommends "$@"
}

bootstrap() {
  require_node
  install_dependencies
  # Node itself, not the wrapper in .bin: that is a shell that stays in between, and keeps signals to itself.
  export PATH=$repo_root/node_modules/node/bin:$repo_root/node_modules/.bin:$PATH:/usr/sbin:/sbin
  install_debian_packages debian_tools
}
