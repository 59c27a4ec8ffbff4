# Shared by bin/up, bin/test and .ci/run, which set `root` to the checkout and run in it.
# shellcheck shell=bash

step() { printf '==> %s\n' "$*"; }
say() { printf '%s\n' "$*"; }
fail() {
  printf '%s\n' "$*" >&2
  exit 1
}

has() { command -v "$1" >/dev/null 2>&1; }
is_root() { [ "$(id -u)" = 0 ]; }

# Any Node from 18 on can fetch the one that Loop runs on.
require_node() {
  { has node && has npm; } || { can_install && install_packages nodejs npm; } || true
  has node || fail "Node is missing. Install Node 18 or newer with npm (for example: sudo apt-get install -y nodejs npm), and try again."
  has npm || fail "npm is missing. Install it (for example: sudo apt-get install -y npm), and try again."
  node_is_at_least 18 0 || fail "Node $(node --version) is too old to install anything with. Install Node 18 or newer, and try again."
}

# node_is_at_least <major> <minor>
node_is_at_least() {
  node -e 'const [major, minor] = process.versions.node.split(".").map(Number)
    process.exit(major > process.argv[1] || (major === +process.argv[1] && minor >= process.argv[2]) ? 0 : 1)' "$1" "$2"
}

# Installs what package-lock.json names, unless just that is there already, and puts its programs first in PATH.
ensure_dependencies() {
  require_node
  node bin/lib/dependencies.cjs || install_dependencies
  export PATH="$root/node_modules/.bin:$PATH"
  # The package "node" stays empty where npm may not run install scripts.
  node_is_at_least 22 19 || use_new_node
}

install_dependencies() (
  node_is_at_least 22 19 || use_new_node
  step "Installing the dependencies (npm ci)"
  npm ci --include=dev --include=optional --no-audit --no-fund --loglevel=error ||
    fail "The dependencies could not be installed. npm says above why; mend that and try again."
)

# An npm on an old Node leaves out what only runs on a newer one. So the Node of package.json, with an npm that fits it, is
# fetched first, into the cache: these two packages run no install script.
use_new_node() {
  local arch node npm tools
  arch=$(node -p process.arch)
  node=$(node -p 'require("./package.json").devDependencies.node')
  npm=$(node -p 'require("./package.json").packageManager')
  tools=${XDG_CACHE_HOME:-$HOME/.cache}/loop/node-$node-${npm/@/-}
  if [ ! -x "$tools/node_modules/.bin/node" ] || [ ! -x "$tools/node_modules/.bin/npm" ]; then
    step "Fetching Node $node"
    mkdir -p "$tools"
    npm install --prefix "$tools" --no-save --ignore-scripts --no-audit --no-fund --loglevel=error "node-linux-$arch@$node" "$npm" ||
      fail "Node $node could not be fetched. npm says above why; install Node 22.19 or newer from https://nodejs.org, and try again."
  fi
  export PATH="$tools/node_modules/.bin:$PATH"
}

# Bundles the sources and builds the page, unless what is there is newer than all they are made of.
ensure_bundle() {
  if [ -f dist/loop.js ] && [ -f dist/web/index.html ] && [ -z "$(find src package.json package-lock.json rolldown.config.js -newer dist/loop.js -print -quit)" ]; then
    node scripts/build-web.ts --if-changed || fail "The page could not be built; the reason is above."
    return 0
  fi
  step "Building"
  npm run --silent build >/dev/null || fail "The build failed; the reason is above."
}

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
