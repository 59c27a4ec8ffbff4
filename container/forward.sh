#!/bin/bash
# Becomes the given command, once the ports of this box's loopback listen that lead to the supervisor's sockets:
# LOOP_FORWARDS is "port:socket port:socket …", the sockets are in /run/loop. The box has no other network.
if [[ ${1:-} == --serve ]]; then
  for each in $LOOP_FORWARDS; do
    # Half-closed connections stay; what is sent through at a time is large, for throughput.
    socat -t 120 -b 262144 "TCP-LISTEN:${each%%:*},bind=127.0.0.1,reuseaddr,fork,backlog=128,max-children=256,nodelay" \
      "UNIX-CONNECT:/run/loop/${each#*:}" &
  done
  wait
  exit
fi

if [[ -n ${LOOP_FORWARDS:-} ]]; then
  # Forked twice, so that it belongs to the init and the agent never meets a child that it did not make.
  (/bin/bash "$0" --serve </dev/null >/dev/null 2>&1 &)
  # Looked at and waited for within the shell: every program that is begun for it would hold the agent up.
  exec {never}<> <(:)
  for each in $LOOP_FORWARDS; do
    printf -v listens '0100007F:%04X 00000000:0000 0A' "${each%%:*}"
    for ((tries = 0; tries < 400; tries++)); do
      mapfile -t sockets </proc/net/tcp
      [[ ${sockets[*]} == *"$listens"* ]] && break
      read -r -t 0.0025 -u "$never"
    done
  done
  exec {never}>&-
fi
exec "$@"
