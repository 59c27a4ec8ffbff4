# The private Docker engine of the tests: a plain dockerd with its own directories and no network of its own.
# What it has built stays in the cache from run to run. Runs side by side share it; the last one stops it.
# shellcheck shell=bash

default_docker_host=unix:///var/run/docker.sock

engine_answers() { node bin/lib/engine-ping.cjs "$1"; }

engine_cache=${XDG_CACHE_HOME:-$HOME/.cache}/loop-test
# Sockets have short paths, which a cache directory need not have.
engine_run=/run/loop-test-$(printf '%s' "$engine_cache" | cksum | cut -d ' ' -f 1)
engine_host=unix://$engine_run/docker.sock

engine_pid() { cat "$engine_run/dockerd.pid" 2>/dev/null || true; }

start_private_engine() {
  mkdir -p "$engine_cache/data"
  local pid
  # Descriptor 9 is the lock of this run (below): an engine that inherited it would hold it for ever.
  nohup setsid dockerd --data-root "$engine_cache/data" --exec-root "$engine_run/exec" --pidfile "$engine_run/dockerd.pid" \
    --host "$engine_host" --bridge=none --iptables=false >"$engine_cache/dockerd.log" 2>&1 </dev/null 9>&- &
  pid=$!
  for _ in $(seq 150); do
    engine_answers "$engine_host" && return 0
    kill -0 "$pid" 2>/dev/null || break
    sleep 0.2
  done
  tail -n 10 "$engine_cache/dockerd.log" >&2
  fail "A Docker engine could not be started here. Its last lines are above; the rest is in $engine_cache/dockerd.log."
}

stop_private_engine() {
  local pid
  pid=$(engine_pid)
  [ -n "$pid" ] || return 0
  kill "$pid" 2>/dev/null || return 0
  for _ in $(seq 100); do
    kill -0 "$pid" 2>/dev/null || return 0
    sleep 0.2
  done
  say "The tests' Docker engine (process $pid) does not end. End it with: kill -9 $pid"
}

# Exports DOCKER_HOST: what the user named, else the machine's engine, else a private one.
ensure_engine() {
  local host
  for host in "${DOCKER_HOST:-}" "$default_docker_host"; do
    if [ -n "$host" ] && engine_answers "$host"; then
      export DOCKER_HOST=$host
      return 0
    fi
  done
  is_root || fail "No Docker engine answers that you may use. Start one and join its group (sudo usermod -aG docker $USER, then log in again), set DOCKER_HOST, or run this as root."
  mkdir -p -m 700 "$engine_run"
  exec 9>"$engine_run/lock"
  flock -x 9
  if ! engine_answers "$engine_host"; then
    step "Starting a Docker engine for the tests"
    start_private_engine
  fi
  flock -s 9
  export DOCKER_HOST=$engine_host
}

# Ends the private engine when this run used it, nobody else does and it is not to be kept.
release_engine() {
  [ "${DOCKER_HOST:-}" = "$engine_host" ] && [ "${LOOP_TEST_KEEP_ENGINE:-}" != 1 ] && flock -xn 9 2>/dev/null || return 0
  stop_private_engine
}
