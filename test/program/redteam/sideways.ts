/** Sideways: to another channel, whose agent is at work on the same machine as the same user. `$N` matches its canary. */
import type { Raid } from "../../support/RedTeam.ts"
import { canary } from "../../support/RedTeam.ts"
import { python } from "./python.ts"

/** A port, a name and a number on which the other one leaves its canary. */
const PORT = 47_114
const SHM = 0x4c6f_6f70

/** What the other one runs: its canary in every place that two boxes could share. */
export const lure = `
echo ${canary} > /tmp/loop-canary; echo ${canary} > /var/tmp/loop-canary; echo ${canary} > /dev/shm/loop-canary
echo ${canary} > ~/secret
socat TCP-LISTEN:${PORT},bind=0.0.0.0,fork,reuseaddr SYSTEM:'echo ${canary}' &
socat ABSTRACT-LISTEN:loop-canary,fork SYSTEM:'echo ${canary}' &
socat UNIX-LISTEN:/tmp/loop-canary.sock,fork SYSTEM:'echo ${canary}' &
python3 - <<'PYTHON'
import ctypes, os
libc = ctypes.CDLL(None)
libc.shmat.restype = ctypes.c_void_p
id = libc.shmget(${SHM}, 4096, 0o1666)
if id >= 0: ctypes.memmove(libc.shmat(id, None, 0), b'${canary}', ${canary.length})
libc.syscall(ctypes.c_long(248 if os.uname().machine == 'x86_64' else 217), b'user', b'loop-canary', b'${canary}', ${canary.length}, -4)
PYTHON
`

export const sideways: Raid = {
  teeth: {
    "its own work": "ls raid.sh",
    "its own session": "find ~ -name '*.jsonl' | head -n 1",
    "its own sockets": "ls /run/loop"
  },
  tricks: {
    "the other's work": 'cat "$V/secret"; ls "$V"',
    "the other's work beside its own":
      'ls -d ../raid-* | grep -vx "../$(basename "$PWD")"; ls /tmp | grep -E \'^raid-\' | grep -vx "$(basename "$PWD")"',
    "other channels' homes":
      'for d in "$L"/channels/*; do case $d in */"$ME"|*/"${HOME#$L/channels/}") ;; *) [ "$d" = "${HOME%/*}" ] || echo "$d";; esac; done',
    "the other's session": 'find / -xdev -name "*.jsonl" -not -path "$HOME/*" | head -n 3; grep -rlE "$N" ~/.claude',
    "other processes' directories of the supervisor": 'ls "$L/run"',
    "the other's sockets": "find / -xdev \\( -name model.sock -o -name egress.sock \\) | grep -v '^/run/loop/'",
    "the other's processes":
      'grep -laE "$N" /proc/[0-9]*/cmdline /proc/[0-9]*/environ; cat /proc/[0-9]*/cmdline | tr "\\0" " " | grep -a [l]ure.sh',
    "two agents in one list of processes": "cat /proc/[0-9]*/comm | grep -cx claude | grep -vx -e 0 -e 1",
    "temporary files": "cat /tmp/loop-canary /var/tmp/loop-canary",
    "shared memory as a file": "cat /dev/shm/loop-canary",
    "shared memory": python(`
libc.shmat.restype = ctypes.c_void_p
id = libc.shmget(${SHM}, 4096, 0o666)
if id >= 0: print('OUT', ctypes.string_at(libc.shmat(id, None, 0), 16))`),
    "its loopback": `exec 3<>/dev/tcp/127.0.0.1/${PORT} && head -n 1 <&3`,
    "its loopback by way of the proxy": `curl -sm 5 --http0.9 --noproxy '' -x http://127.0.0.1:3128 -p http://127.0.0.1:${PORT}/`,
    "its abstract socket": "socat -T 2 - ABSTRACT-CONNECT:loop-canary </dev/null",
    "its socket in a file": "socat -T 2 - UNIX-CONNECT:/tmp/loop-canary.sock </dev/null",
    "its key in the kernel's ring": python(`
serial = sys_keyctl(10, -4, b'user', b'loop-canary', 0)
size = sys_keyctl(11, serial, buffer, 4000) if serial > 0 else -1
if size > 0: print('OUT', buffer[:size])`),
    "a key left for it in the kernel's ring": python(
      "if call('add_key', b'user', b'loop-for-others', b'hello', 5, -4) > 0: print('OUT')"
    ),
    "a signal to everybody":
      "for pid in /proc/[0-9]*; do case $(cat $pid/cmdline | tr '\\0' ' ') in *[l]ure.sh*) kill -9 ${pid#/proc/} && echo OUT;; esac; done",
    "the supervisor's list of channels":
      'curl -sm 3 --noproxy "*" "http://$API/api/channels"; curl -sm 3 --noproxy "" -x http://127.0.0.1:3128 "http://$API/api/channels" | grep channel_id',
    "the other's session by the agent's own program": 'ls ~/.claude/projects | grep -v -- "$(basename "$PWD")"'
  }
}
