# shellcheck shell=bash
#
# docker and buildah behind the same few functions, of which the caller uses those of the chosen $tool:
#
#     TOOL_prepare NAME...               the base images of these images are there to build on
#     TOOL_build ARG...                  builds an image; the arguments are those that both tools know
#     TOOL_size IMAGE                    megabytes, unpacked
#     TOOL_run IMAGE FOLDER CAPABILITY [-e NAME=VALUE]... [-- COMMAND...]
#                                        runs an image as its pod would: on a read-only root, without a network, with no
#                                        capability but that one ('' for none), and the folder at /etc/podlag; without a
#                                        COMMAND its entrypoint. Takes the place of the shell that calls it
#     TOOL_remove IMAGE                  takes away what TOOL_run left of it; the image stays
#     TOOL_signal SIGNAL PID             signals the program that the TOOL_run with this process id has started
#
# buildah stores what it builds in podlag's cache folder: the system's own images are not touched.
: "${repo_root:?bootstrap.sh comes first}" "${tool=}"

image_cache=${XDG_CACHE_HOME:-$HOME/.cache}/podlag/images
readonly image_cache
# The number is the recipe's: where stand-ins are made otherwise, they are made anew.
readonly stand_in_storage=$image_cache/stand-in-2
readonly storage_limit_mb=6000
# shellcheck source-path=SCRIPTDIR source=stand-in-images.sh
source "$repo_root/scripts/lib/stand-in-images.sh"

# Who builds behind a proxy with its own certificate says so to Node or to OpenSSL. The build stage has to know it too.
build_secrets=()
ca_bundle=${NODE_EXTRA_CA_CERTS:-${SSL_CERT_FILE:-}}
[[ ! -f $ca_bundle ]] || build_secrets=(--secret "id=ca-bundle,src=$ca_bundle")

# Sets $tool, which may have been asked for.
choose_tool() {
  if [[ $tool != buildah ]] && docker_answers; then
    tool=docker
  elif [[ $tool == docker ]]; then
    skip 'no docker engine answers.' "Start one ('docker info' has to succeed), or try --tool buildah."
  elif ((EUID != 0)); then
    skip 'no docker engine answers, and buildah is used only by root here.' 'Start docker, or run this as root.'
  else
    command -v buildah >/dev/null || install_buildah
    tool=buildah
  fi
}

docker_answers() { command -v docker >/dev/null && timeout 20 docker info >/dev/null 2>&1; }

install_buildah() {
  local hint='Install one of them by your package manager.'
  command -v apt-get >/dev/null || skip 'there is neither a docker engine nor buildah, and no apt-get to install it.' "$hint"
  step 'Installing buildah (apt-get)' apt_install buildah >&2 || skip 'apt-get could not install buildah.' "$hint"
}

package_version() { sed -n 's/^  "version": *"\([^"]*\)".*/\1/p' "$repo_root/package.json"; }

# All images of podlag.
# shellcheck disable=SC2034 # of the scripts that source this
readonly -a podlag_images=(agent injector controller bench)

# build_image agent|injector|controller|bench TAG
build_image() {
  cd "$repo_root"
  "${tool}_build" --file "Dockerfile.$1" --tag "podlag-$1:$2" --build-arg "VERSION=$2" . >&2
}

# base_image NODE|DEBIAN|TOOLS|GO: as the Dockerfiles name it.
base_image() { sed -n "s/^ARG $1_IMAGE=//p" "$repo_root"/Dockerfile.{agent,bench} | head -n 1; }

# base_kinds NAME...: what these images are built on. The smaller ones first: they tell soon enough whether there is a registry.
base_kinds() {
  printf '%s\n' DEBIAN NODE
  [[ " $* " != *' bench '* ]] || printf '%s\n' TOOLS GO
}

megabytes() { awk '{ printf "%.0f", $1 / 1e6 }'; }

# docker pulls the base images when it builds.
docker_prepare() { docker version --format 'docker engine {{.Server.Version}}' >&2; }

# Secrets need BuildKit, which older engines use only when they are told to.
docker_build() { DOCKER_BUILDKIT=1 docker build "${build_secrets[@]}" "$@"; }

docker_size() { docker image inspect --format '{{.Size}}' "$1" | megabytes; }

docker_run() {
  local image=$1
  local -a options=(--name "podlag-check-$BASHPID" --rm --read-only --network none --cap-drop ALL --security-opt no-new-privileges)
  options+=(--tmpfs /run/podlag --volume "$2:/etc/podlag")
  [[ -z $3 ]] || options+=(--cap-add "$3")
  shift 3
  while [[ ${1-} == -e ]]; do
    options+=(--env "$2")
    shift 2
  done
  [[ ${1-} != -- ]] || { options+=(--entrypoint "$2") && set -- "${@:3}"; }
  exec docker run "${options[@]}" "$image" "$@"
}

# docker_run's containers remove themselves.
docker_remove() { :; }

docker_signal() { docker kill --signal "$1" "podlag-check-$2" >/dev/null; }

# Set by buildah_prepare: a storage for what a registry has, another for what stands on stand-ins. They never mix.
buildah_storage=
image_lock=

run_buildah() { buildah --root "$buildah_storage" --runroot "$buildah_storage-state" "$@"; }

buildah_prepare() {
  local log=$image_cache/pull.log
  mkdir -p "$image_cache"
  lock_images
  if [[ ${PODLAG_STAND_IN_IMAGES:-} != true ]]; then
    buildah_storage=$image_cache/pulled
    tidy_storage
    say '==> Pulling the base images'
    pull_base_images "$@" >"$log" 2>&1 && return
    say "$(tail -n 1 "$log")"
    say "<== No image registry answers: stand-ins are made of Debian's packages."
  fi
  buildah_storage=$stand_in_storage
  tidy_storage
  make_stand_ins "$@" >&2
}

# Who has the lock has written its pid into it. It is not emptied before it is ours.
lock_images() {
  local holder
  exec {image_lock}>>"$image_cache/lock"
  flock --nonblock "$image_lock" || {
    holder=$(<"$image_cache/lock")
    say "Waiting for process ${holder:-(unknown)}, which makes images."
    flock --wait 600 "$image_lock" ||
      die "Process ${holder:-(unknown)} has been making images for ten minutes." "Wait for it, or end it${holder:+: kill $holder}."
  }
  printf '%s\n' "$$" >"$image_cache/lock"
}

# Nobody else is at work here: containers are of a run that was cut short. Each build leaves layers for the next one, of
# which most are never used again.
tidy_storage() {
  run_buildah rm --all >/dev/null
  (($(du --summarize --block-size=1M "$buildah_storage" | cut -f1) < storage_limit_mb)) || run_buildah rmi --all --force >/dev/null
}

pull_base_images() {
  local kind
  for kind in $(base_kinds "$@"); do
    timeout 240 buildah --root "$buildah_storage" --runroot "$buildah_storage-state" pull "$(base_image "$kind")" || return
  done
}

# chroot asks for no more than root; the host's network is what reaches the package registries. Its many words are kept
# for a failure.
buildah_build() {
  local log=$image_cache/build.log layers=true
  # This driver copies all that lies below for each layer.
  [[ $(run_buildah info --format '{{.store.GraphDriverName}}') != vfs ]] || layers=false
  run_buildah build --isolation chroot --network host --pull-never --layers="$layers" "${build_secrets[@]}" "$@" 2>&1 |
    tee "$log" | sed --unbuffered --quiet 's/^\(\[[0-9/]*\] STEP .\{1,90\}\).*/\1/p' || {
    tail -n 60 "$log"
    return 1
  }
}

buildah_size() { du --summarize --bytes "$(mounted_root "$1")" | megabytes; }

# The working container of an image: one for each, until the script ends.
container_of() { printf 'check-%s-%s' "${1//[!A-Za-z0-9]/-}" "$$"; }

mounted_root() {
  local container
  container=$(container_of "$1")
  run_buildah inspect --type container "$container" >/dev/null 2>&1 ||
    run_buildah from --pull-never --name "$container" "$1" >/dev/null
  run_buildah mount "$container"
}

buildah_remove() { run_buildah rm "$(container_of "$1")" >/dev/null 2>&1 || true; }

# image_setting IMAGE FIELD: a list of the image's configuration, one entry a line.
image_setting() { run_buildah inspect --type image --format "{{range .OCIv1.Config.$2}}{{println .}}{{end}}" "$1" | sed '/^$/d'; }

# No runtime of this machine has a say: the kernel's own means are enough for what a pod's runtime would do.
buildah_run() {
  local image=$1 folder=$2 capability=$3 root user
  local -a environment command
  shift 3
  root=$(mounted_root "$image")
  user=$(run_buildah inspect --type image --format '{{.OCIv1.Config.User}}' "$image")
  mapfile -t environment < <(image_setting "$image" Env)
  mapfile -t command < <(image_setting "$image" Entrypoint)
  while [[ ${1-} == -e ]]; do
    environment+=("$2")
    shift 2
  done
  [[ ${1-} != -- ]] || command=("${@:2}")
  mkdir -p "$root/etc/podlag" "$root/run/podlag"
  # The lock is not for a program that may outlive this script.
  exec unshare --mount --net --pid --fork --kill-child {image_lock}>&- \
    bash -c "$(declare -f in_own_namespaces); in_own_namespaces \"\$@\"" bash \
    "$root" "$folder" "$user" "$capability" env --ignore-environment "${environment[@]}" "${command[@]}"
}

# in_own_namespaces ROOT FOLDER UID:GID CAPABILITY COMMAND...: the command becomes process 1, on a read-only root.
in_own_namespaces() {
  local root=$1 folder=$2 user=$3 bounds=-all
  set -e
  [[ -z $4 ]] || bounds+=,+${4,,}
  mount --bind "$root" "$root"
  mount --rbind /dev "$root/dev"
  mount -t proc proc "$root/proc"
  mount -t tmpfs tmpfs "$root/run/podlag"
  mount --bind "$folder" "$root/etc/podlag"
  mount -o remount,bind,ro "$root"
  exec chroot "$root" setpriv --reuid "${user%:*}" --regid "${user#*:}" --clear-groups --no-new-privs \
    --inh-caps -all --bounding-set "$bounds" "${@:5}"
}

# unshare waits for its only child, which is the image's program.
buildah_signal() {
  local child
  child=$(cat "/proc/$2/task/$2/children")
  [[ -n $child ]] && kill -"$1" "${child// /}"
}
