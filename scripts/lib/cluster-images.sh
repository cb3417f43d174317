# shellcheck shell=bash
#
# All container images that a cluster of ours runs, in one archive: podlag's four as its Dockerfiles make them, and small
# stand-ins for all others. buildah makes them, as root. bootstrap.sh and image-tools.sh come first.

: "${repo_root:?bootstrap.sh comes first}" "${image_cache:?image-tools.sh comes first}" "${podlag_images[0]:?}"

readonly archive_folder=$image_cache/cluster
readonly stand_in_programs=$repo_root/packages/lab/images
readonly example_cluster=$repo_root/deploy/examples/tidb-cluster.yaml

# cluster_images NODE_ROOT COREDNS: prints the path of a tar archive, an OCI image layout (image-spec 1.0) in which each
# image has its whole name. The file's name tells its contents apart; archives of other contents are removed. NODE_ROOT is
# the node's root tree, which has the busybox; COREDNS is the program.
#
# In a subshell, with which the lock on the images ends: a program that the caller starts later must not inherit it.
cluster_images() (
  # shellcheck disable=SC2034 # of image-tools.sh
  tool=buildah
  ((EUID == 0)) || die "The cluster's images are made by buildah, which is used only by root here." 'Run this as root.'
  command -v buildah >/dev/null || step 'Installing buildah (apt-get)' apt_install buildah >&2 ||
    die 'apt-get could not install buildah.' "'apt-get update' tells whether the mirror is reachable."
  buildah_prepare "${podlag_images[@]}"
  # The image's name in a cluster -> its name in buildah's storage.
  declare -A images=()
  if ! { add_podlag_images && in_work_folder add_the_rest "$1" "$2"; }; then
    die "The cluster's images were not made." 'See the message above. Nothing half-done was kept.'
  fi
)

add_podlag_images() {
  local name tag image
  tag=$(package_version)
  for name in "${podlag_images[@]}"; do
    image=podlag-$name:$tag
    step "Building $image (some minutes for all four the first time)" build_image "$name" "$tag" || return
    images[$(full_name "$image")]=localhost/$image
  done
}

# add_the_rest NODE_ROOT COREDNS FOLDER
add_the_rest() {
  local busybox image
  local work=$3
  busybox_root "$1" "$work/busybox" && stand_in busybox scratch "$work/busybox" --cmd sh || return
  busybox=$made
  install -D "$stand_in_programs/pause" "$work/pause/pause" &&
    stand_in pause "$busybox" "$work/pause" --cmd /pause || return
  images[localhost/podlag/pause:1]=$made
  install -D "$2" "$work/coredns/coredns" &&
    stand_in coredns scratch "$work/coredns" --entrypoint '["/coredns"]' || return
  images[localhost/podlag/coredns:1]=$made
  database_root "$work/database" && stand_in database "$busybox" "$work/database" || return
  for image in $(example_images); do
    case $image in
      busybox:*) images[$(full_name "$image")]=$busybox ;;
      *) images[$(full_name "$image")]=$made ;;
    esac
  done
  print_archive "$work/layout"
}

# As a cluster takes a name without a registry.
full_name() {
  case $1 in
    */*) printf 'docker.io/%s' "$1" ;;
    *) printf 'docker.io/library/%s' "$1" ;;
  esac
}

example_images() { sed -n 's/^ *image: *//p' "$example_cluster" | sort -u; }

# busybox_root NODE_ROOT FOLDER: busybox under the name of each program that it is.
busybox_root() {
  local root=$2 applet
  install -D "$1/usr/bin/busybox" "$root/bin/busybox" || return
  mkdir -p "$root/"{etc,root,usr/bin} && install --directory --mode 1777 "$root/tmp" || return
  for applet in $("$root/bin/busybox" --list); do
    [[ $applet == busybox ]] || ln -s busybox "$root/bin/$applet" || return
  done
  ln -s ../../bin/busybox "$root/usr/bin/env" &&
    printf 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n' >"$root/etc/passwd" &&
    printf 'root:x:0:\nnogroup:x:65534:\n' >"$root/etc/group"
}

# One image for all programs of the database, which it knows by the names that the example calls.
database_root() {
  local root=$1 program
  install -D "$stand_in_programs/database" "$root/usr/local/bin/tidb-discovery" || return
  for program in pd-server tikv-server tidb-server; do
    ln -s usr/local/bin/tidb-discovery "$root/$program" || return
  done
}

# stand_in NAME BASE FOLDER OPTION...: sets `made` to an image of a base and a folder's content. What it is made of is
# its tag: an image that is there already is the same one.
stand_in() {
  local digest
  digest=$(content_digest "$3" "${@:4}" "$2") || return
  made=localhost/podlag/$1:$digest
  has_image "$made" || step "Making the image of $1" commit_image "$2" "$made" "${@:3}"
}

# content_digest FOLDER WORD...: of names, modes, links and contents; whoever made the files, and when.
content_digest() {
  {
    printf '%s\0' "${@:2}"
    tar --create --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner --directory "$1" .
  } | sha256sum | cut -c 1-16
}

# print_archive FOLDER: the archive of all images. Written only where none of the same contents is there.
print_archive() {
  local digest archive
  digest=$(images_digest) || return
  archive=$archive_folder/images-$digest.tar
  [[ -e $archive ]] || step 'Writing the archive of all images' write_archive "$1" "$archive" || return
  find "$archive_folder" -name 'images-*.tar' ! -path "$archive" -delete && printf '%s\n' "$archive"
}

# An image's id is its configuration's digest, and there are its layers' digests. How the archive is written counts too.
images_digest() {
  local name id
  {
    declare -f write_archive add_blobs
    for name in "${!images[@]}"; do
      id=$(run_buildah inspect --type image --format '{{.FromImageID}}' "${images[$name]}") || return
      printf '%s %s\n' "$name" "$id"
    done | sort
  } | sha256sum | cut -c 1-16
}

# write_archive LAYOUT ARCHIVE. A layer that images have in common is in a layout once.
write_archive() {
  local layout=$1 archive=$2 name image
  local -A descriptors=()
  mkdir -p "$layout/blobs/sha256" "$archive_folder" || return
  for image in $(printf '%s\n' "${images[@]}" | sort -u); do
    add_blobs "$image" "$layout" && descriptors[$image]=$descriptor || return
  done
  printf '{"imageLayoutVersion":"1.0.0"}' >"$layout/oci-layout" || return
  for name in "${!images[@]}"; do
    printf '{%s,"annotations":{"org.opencontainers.image.ref.name":"%s"}}\n' "${descriptors[${images[$name]}]}" "$name"
  done | sort | paste --serial --delimiters , | sed 's/.*/{"schemaVersion":2,"manifests":[&]}/' >"$layout/index.json" || return
  tar --create --file "$layout.tar" --directory "$layout" . && mv "$layout.tar" "$archive"
}

# add_blobs IMAGE LAYOUT: sets `descriptor` to the words that mean the image in the layout's index. By way of a folder,
# because buildah compresses what it pushes to a layout, also when told not to, and a node takes longer to inflate a layer
# than to read it.
add_blobs() {
  local blobs=$2/blobs/sha256 manifest=$2.image/manifest.json digest
  run_buildah push --quiet --disable-compression "$1" "dir:$2.image" >/dev/null || return
  digest=$(sha256sum <"$manifest" | cut -c 1-64) || return
  descriptor=$(printf '"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"sha256:%s","size":%d' \
    "$digest" "$(stat --format %s "$manifest")") || return
  mv "$manifest" "$blobs/$digest" && rm "$2.image/version" && mv "$2.image/"* "$blobs/" && rmdir "$2.image"
}
