#!/bin/bash
# Distribution packages of the box. $1: standard or full.
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive

standard=(
  bash ca-certificates curl file gcc git jq less libc6-dev make openssh-client patch procps python3 python3-venv
  ripgrep socat tzdata unzip xz-utils
)
# Names differ between releases: of each group the first that exists is taken, and a group without any is named.
full=("g++" "golang-go" "rustc" "cargo" "docker-cli|docker.io" "awscli")

apt-get update -qq
install=("${standard[@]}")
if [[ ${1:-standard} == full ]]; then
  for group in "${full[@]}"; do
    found=
    for name in ${group//|/ }; do
      if [[ -n $(apt-cache madison "$name") ]]; then found=$name; break; fi
    done
    if [[ -n $found ]]; then install+=("$found"); else echo "This distribution has no package for: $group"; fi
  done
fi
echo "Installing ${#install[@]} packages and what they need; this takes a minute"
apt-get install -qq -y --no-install-recommends "${install[@]}" >/dev/null
rm -rf /var/lib/apt/lists/* /var/cache/apt/archives/*.deb
