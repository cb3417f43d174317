#!/usr/bin/env bash
#
# podlag-certs, from a clone: puts a certificate into the cluster's Secret and its CA into the webhook configuration; or,
# with --out, into files.
#
#     ./scripts/bootstrap-certs.sh --dry-run      what it would do
#     ./scripts/bootstrap-certs.sh                with podlag's own names, in the current context of kubectl
#     ./scripts/bootstrap-certs.sh --service podlag-injector --namespace podlag-system --secret podlag-injector-certs
#     ./scripts/bootstrap-certs.sh --help         all of its flags, and the exit codes
set -euo pipefail
# shellcheck source=scripts/lib/bootstrap.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib/bootstrap.sh"

readonly certs_program=$repo_root/packages/injector/dist/certs.js

is_up_to_date() {
  [[ -e $certs_program ]] || return 1
  local newer
  newer=$(cd "$repo_root/packages" &&
    find {core,pki,access,kube,injector}/{src,package.json} -newer "$certs_program" ! -name '*.test.ts' -print -quit)
  [[ -z $newer ]]
}

# Of bootstrap only what a certificate needs, which is none of Debian's tools.
require_node
install_dependencies
export PATH=$repo_root/node_modules/node/bin:$PATH
is_up_to_date || step 'Building podlag-certs' pnpm --silent --filter @podlag/injector run build >&2 ||
  die 'podlag-certs could not be built.' 'See the message above.'
exec node "$certs_program" "$@"
