# Where agents run: finds a Docker engine, or installs one, or falls back on bubblewrap.
# shellcheck shell=bash

docker_host=${DOCKER_HOST:-unix:///var/run/docker.sock}

# is_configured <key>|<key>: whether config.json gives one of them a value. Loop itself reads it properly, once it is built.
is_configured() {
  [ -f "$loop_home/config.json" ] &&
    sed -E '/^[[:space:]]*(\/\/|#)/d' "$loop_home/config.json" |
    grep -E "($1)[\"']?[[:space:]]*:[[:space:]]*[\"']?[^\"',[:space:]]" >/dev/null
}

# Tries for half a minute, as long as process $1 lives (any time when it is empty).
wait_for_engine() {
  for _ in $(seq 150); do
    engine_answers "$docker_host" && return 0
    [ -z "$1" ] || kill -0 "$1" 2>/dev/null || return 1
    sleep 0.2
  done
  return 1
}

# start_dockerd <option>...: a plain background process, for machines where no init system looks after one.
start_dockerd() {
  nohup setsid dockerd --host "$docker_host" "$@" >>"$loop_home/logs/dockerd.log" 2>&1 </dev/null &
  wait_for_engine "$!"
}

# As root, with dockerd installed: the engine's own network may be impossible here (inside a container), and agents need none.
start_engine() {
  if [ -d /run/systemd/system ]; then
    systemctl start docker && wait_for_engine ""
    return
  fi
  step "Starting a Docker engine (its log: $loop_home/logs/dockerd.log)"
  start_dockerd || start_dockerd --bridge=none --iptables=false
}

bubblewrap_works() { has bwrap && bwrap --unshare-all --ro-bind / / true 2>/dev/null; }

sandbox=chosen
use_engine() {
  sandbox=docker
  say "Agents run in containers of the Docker engine at $docker_host."
}
use_bubblewrap() {
  sandbox=bubblewrap
  say "Agents run in bubblewrap, because there is no Docker engine here."
}

# An engine where one answers or can be started; else one from the distribution; else bubblewrap; else the command to run.
ensure_sandbox() {
  # The owner chose already: what is wrong with the choice is said by Loop itself.
  ! is_configured 'docker_host|sandbox' || return 0
  local answer=0
  engine_answers "$docker_host" || answer=$?
  if [ "$answer" = 0 ]; then
    use_engine
  elif [ "$answer" = 2 ]; then
    fail "You may not use the Docker engine at $docker_host. Run: sudo usermod -aG docker $(id -un), log in again, and run ./bin/up again."
  elif [ -n "${DOCKER_HOST:-}" ]; then
    fail "No Docker engine answers at $DOCKER_HOST, which DOCKER_HOST names. Start it, or unset DOCKER_HOST, and run ./bin/up again."
  elif provide_engine; then
    use_engine
  elif bubblewrap_works || provide_bubblewrap; then
    use_bubblewrap
  else
    fail "There is nothing here that agents can be locked in. Run: sudo apt-get update && sudo apt-get install -y docker.io && sudo usermod -aG docker $(id -un), log in again, and run ./bin/up again. (On a distribution without apt, install Docker or bubblewrap its own way.)"
  fi
}

provide_engine() {
  is_root || return 1
  # mmdebstrap makes the agents' base image where no image registry can be reached.
  has dockerd || { can_install && install_packages docker.io iptables mmdebstrap; } || return 1
  start_engine
}

provide_bubblewrap() {
  can_install && install_packages bubblewrap socat && bubblewrap_works
}
