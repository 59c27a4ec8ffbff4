# Shared by bin/up, bin/test and .ci/run, which set `root` to the checkout and run in it.
# shellcheck shell=bash

step() { printf '==> %s\n' "$*"; }
say() { printf '%s\n' "$*"; }
fail() {
  printf '%s\n' "$*" >&2
  exit 1
}

# Any Node from 18 on can fetch the dependencies, which bring the one that Loop runs on.
require_node() {
  command -v node >/dev/null || fail "Node is missing. Install Node 18 or newer with npm (for example: apt-get install nodejs npm), and try again."
  command -v npm >/dev/null || fail "npm is missing. Install it (for example: apt-get install npm), and try again."
  node -e 'process.exit(Number(process.versions.node.split(".")[0]) >= 18 ? 0 : 1)' ||
    fail "Node $(node --version) is too old to install anything with. Install Node 18 or newer, and try again."
}

# Installs what package-lock.json names, unless just that is there already, and puts its programs first in PATH.
ensure_dependencies() {
  require_node
  if ! node bin/lib/dependencies.cjs; then
    step "Installing the dependencies (npm ci)"
    npm ci --include=dev --include=optional --no-audit --no-fund --loglevel=error ||
      fail "The dependencies could not be installed. npm says above why; mend that and try again."
  fi
  export PATH="$root/node_modules/.bin:$PATH"
  # Where npm may not run install scripts, the package "node" has fetched nothing yet.
  node_is_new_enough || npm rebuild node --ignore-scripts=false --loglevel=error >/dev/null 2>&1 || true
  node_is_new_enough || fail "Loop needs Node 22.19 or newer, and npm could not install one here. Install it from https://nodejs.org, and try again."
}

node_is_new_enough() {
  node -e 'const [major, minor] = process.versions.node.split(".").map(Number); process.exit(major > 22 || (major === 22 && minor >= 19) ? 0 : 1)'
}

# Bundles the sources, unless the bundle is newer than all of them.
ensure_bundle() {
  [ -f src/main.ts ] || return 0
  if [ -f dist/loop.js ] && [ -z "$(find src package.json package-lock.json rolldown.config.js -newer dist/loop.js -print -quit)" ]; then
    return 0
  fi
  step "Building"
  npm run --silent build -- --log-level warn || fail "The build failed; the reason is above."
}

is_root() { [ "$(id -u)" = 0 ]; }
has() { command -v "$1" >/dev/null 2>&1; }

# True on Debian, Ubuntu and their kin, for root.
can_install() { is_root && has apt-get; }

# install_packages <package>...: by apt; its own output is shown when it fails only.
install_packages() {
  step "Installing $* (apt-get)"
  local log
  log=$(mktemp)
  if ! { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@"; } >"$log" 2>&1 </dev/null; then
    tail -n 20 "$log" >&2
    rm -f "$log"
    return 1
  fi
  rm -f "$log"
}
