#!/bin/bash
# Ends the box when nobody has answered at the model's socket for LOOP_ORPHAN_SEC seconds (ten minutes): then its
# supervisor is gone for good, and an agent without a model does nothing but hold memory.
limit=${LOOP_ORPHAN_SEC:-600}
pause=$((limit / 40))
((pause < 1)) && pause=1

alive=$SECONDS
while sleep "$pause"; do
  if socat -u OPEN:/dev/null UNIX-CONNECT:/run/loop/model.sock 2>/dev/null; then
    alive=$SECONDS
  elif ((SECONDS - alive >= limit)); then
    # Everything in the box except its init, which ends with the agent.
    kill -TERM -1
    sleep 5
    kill -KILL -1
  fi
done
