#!/usr/bin/env bash
#
# Prints the licence text of each package that a package of the workspace is bundled with, and of Node itself where this
# runs in Node's own image. Wanted beforehand: an installed workspace, and pnpm.
#
#     scripts/lib/third-party-licenses.sh @podlag/agent >THIRD-PARTY-LICENSES
set -euo pipefail

package=${1:?Which package? Try: ${0##*/} @podlag/agent}

# One line a package: its name and version, its licence by its own word, its folder.
packages() {
  # shellcheck disable=SC2016 # the dollars are JavaScript's
  pnpm licenses list --prod --json --filter "$package..." | node --print '
    const entries = Object.values(JSON.parse(fs.readFileSync(0, "utf8"))).flat();
    const line = (one) => one.paths.map((path, i) => [`${one.name} ${one.versions[i]}`, one.license, path].join("\t"));
    entries.flatMap(line).sort().join("\n")'
}

# license_of TITLE LICENCE FILE...: a package without a licence file has said no more than its package.json does.
license_of() {
  printf '%s\n%s (%s)\n\n' "$(printf '=%.0s' {1..80})" "$1" "$2"
  shift 2
  [[ $# -eq 0 ]] || cat -- "$@"
  printf '\n'
}

shopt -s nullglob nocaseglob
count=0
while IFS=$'\t' read -r title license folder; do
  license_of "$title" "$license" "$folder"/{licen[cs]e,copying,notice}*
  count=$((count + 1))
done < <(packages)
((count > 0)) || { printf 'error: pnpm names no package that %s depends on.\n' "$package" >&2 && exit 1; }
[[ ! -e /usr/local/LICENSE ]] || license_of "Node.js $(node --version)" 'MIT and others' /usr/local/LICENSE
