#!/bin/bash
# The first program of a box, below the engine's init: starts the watchdog and becomes the agent. Runs as any user, on
# a read-only root; HOME and the work directory are mounts.
set -eu

export PATH="$HOME/.local/bin:$HOME/bin:$PATH"
# `npm install --global` has to go where an agent may write.
export NPM_CONFIG_PREFIX="${NPM_CONFIG_PREFIX:-$HOME/.local}"

# Forked twice, so that it belongs to the init and the agent never meets a child that it did not make.
(/usr/local/bin/loop-watchdog </dev/null >/dev/null 2>&1 &)

# Sockets that are not mounted come from outside as soon as the box runs.
if [[ -n ${LOOP_AWAIT:-} ]]; then
  for ((tries = 0; tries < 3000; tries++)); do
    [[ -S $LOOP_AWAIT ]] && break
    sleep 0.02
  done
  unset LOOP_AWAIT
fi

exec /usr/local/bin/loop-forward "$@"
