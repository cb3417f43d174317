# shellcheck shell=bash
#
# Base images where no image registry answers: Debian's from Debian's own packages, by the mirror that this machine's apt
# uses; Node's from one of these, the workspace's node binary and npm; Go's from another and this machine's Go. They bear the real ones' names, in a storage of
# their own. An image is stored whole or not at all, so a run that was cut short leaves none that is half made.

: "${repo_root:?bootstrap.sh comes first}" "${image_cache:?image-tools.sh comes first}"

# make_stand_ins NAME...: for the base images of these images.
make_stand_ins() {
  local kind
  for kind in $(base_kinds "$@"); do
    case $kind in
      DEBIAN | TOOLS) stand_in_for "$kind" make_debian ;;
      NODE) stand_in_for NODE make_node "$(stand_in_name DEBIAN)" ;;
      GO) stand_in_for GO make_go "$(stand_in_name TOOLS)" ;;
    esac
  done
}

# A short name is looked for under localhost first.
stand_in_name() { printf 'localhost/%s' "$(base_image "$1")"; }

# stand_in_for KIND COMMAND [BASE]
stand_in_for() {
  local image
  image=$(stand_in_name "$1")
  has_image "$image" || step "Making a stand-in for $image" in_work_folder "$2" "$image" "${@:3}"
}

has_image() { run_buildah inspect --type image "$1" >/dev/null 2>&1; }

# Runs a command whose last argument is a folder that is gone afterwards. For a subshell, as step gives one. Who holds the
# lock on the images is alone here: other such folders are of a run that was killed.
in_work_folder() {
  local folder
  rm -rf --one-file-system "$image_cache"/unfinished-* ||
    say "Remove what is left of a run that was killed: rm -rf $image_cache/unfinished-*"
  folder=$(mktemp --directory "$image_cache/unfinished-XXXXXX")
  # shellcheck disable=SC2064 # the folder of now
  trap "rm -rf --one-file-system '$folder'" EXIT
  "$@" "$folder"
}

# Debian's archives of this machine, as apt knows them; before its first update it knows none.
debian_mirror() {
  local mirror
  # shellcheck disable=SC2016 # apt-get puts it in
  mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Origin: Debian' 'Label: Debian' | head -n 1)
  [[ -n $mirror ]] || die "apt knows no Debian archive on this machine." 'Run apt-get update, with a Debian mirror among its sources.'
  printf '%s' "$mirror"
}

# What Debian's slim image leaves out too. The second half is done now, the first with every later package.
make_slim() {
  local root=$1 folder
  for folder in doc info locale man; do
    printf 'path-exclude /usr/share/%s/*\n' "$folder"
    find "$root/usr/share/$folder" -mindepth 1 ! -type d ! -name copyright -delete
    find "$root/usr/share/$folder" -mindepth 1 -type d -empty -delete
  done >"$root/etc/dpkg/dpkg.cfg.d/slim"
  printf 'path-include /usr/share/doc/*/copyright\n' >>"$root/etc/dpkg/dpkg.cfg.d/slim"
  rm -rf "$root"/var/lib/apt/lists/* "$root"/var/cache/apt/* "$root"/var/log/{apt,bootstrap.log,dpkg.log}
}

make_debian() {
  local image=$1 work=$2 suite mirror
  # debian:bookworm-slim
  suite=${image##*:}
  suite=${suite%-slim}
  apt-get update --quiet=2
  command -v debootstrap >/dev/null || apt_install debootstrap
  mirror=$(debian_mirror)
  # However this ends, neither a process nor a mount of it is left.
  setpriv --pdeathsig KILL -- unshare --mount --propagation private --pid --fork --kill-child --mount-proc -- \
    debootstrap --variant=minbase "$suite" "$work/root" "$mirror" >"$work/log" 2>&1 || {
    tail -n 20 "$work/log"
    return 1
  }
  # Mirrors that stand still have Release files past their date; the signature is checked all the same.
  printf 'Acquire::Check-Valid-Until "false";\n' >"$work/root/etc/apt/apt.conf.d/stand-in"
  make_slim "$work/root"
  commit_image scratch "$image" "$work/root" --cmd bash
}

make_node() {
  local image=$1 debian=$2 work=$3 version
  version=${image##*:}
  version=v${version%%-*}
  install_dependencies
  local binary=$repo_root/node_modules/node/bin/node
  [[ $("$binary" --version) == "$version" ]] || die "The workspace's node is not $version, which the Dockerfiles want." \
    'Give package.json and all Dockerfiles the same version.'
  mkdir -p "$work/root/usr/local/"{bin,lib/node_modules}
  cp "$binary" "$work/root/usr/local/bin/"
  find -L "$repo_root/node_modules/node/" -name LICENSE -path '*/node-*' -exec cp {} "$work/root/usr/local/" \;
  # Node 24 comes with npm 11.
  (cd "$work" && npm pack --silent npm@11 >&2 && tar -xzf npm-*.tgz && mv package root/usr/local/lib/node_modules/npm)
  ln -s ../lib/node_modules/npm/bin/npm-cli.js "$work/root/usr/local/bin/npm"
  ln -s ../lib/node_modules/npm/bin/npx-cli.js "$work/root/usr/local/bin/npx"
  commit_image "$debian" "$image" "$work/root" --cmd node
}

# With this machine's certificate authorities: those of the image are Debian's, and who has a proxy of their own has more.
make_go() {
  local image=$1 debian=$2 work=$3 version goroot
  version=${image##*:}
  version=${version%%-*}
  local hint="Install Go $version (https://go.dev/dl): without an image registry, fortio is built by this machine's Go."
  command -v go >/dev/null || die 'There is no Go on this machine.' "$hint"
  [[ $(GOTOOLCHAIN=local go env GOVERSION) =~ ^go$version(\.|$) ]] || die "This machine's Go is $(go env GOVERSION)." "$hint"
  goroot=$(GOTOOLCHAIN=local go env GOROOT)
  mkdir -p "$work/root/usr/local/go" "$work/root/etc/ssl/certs"
  # Not its tests and its documentation.
  cp --archive "$goroot"/{bin,go.env,lib,pkg,src,VERSION} "$work/root/usr/local/go/"
  cp --dereference "${ca_bundle:-/etc/ssl/certs/ca-certificates.crt}" "$work/root/etc/ssl/certs/ca-certificates.crt"
  commit_image "$debian" "$image" "$work/root" --env GOTOOLCHAIN=local \
    --env PATH=/usr/local/go/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
}

# commit_image BASE IMAGE FOLDER OPTION...: an image of a base and a folder's content, the same whenever it is made.
commit_image() {
  local container
  container=$(run_buildah from --pull-never "$1") &&
    run_buildah copy --quiet "$container" "$3/." / >/dev/null &&
    run_buildah config --env PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "${@:4}" "$container" &&
    run_buildah commit --quiet --rm --timestamp 0 "$container" "$2" >/dev/null
}
