/** Hosts with secrets and the host's ssh-agent behind every wall: where no socket can be mounted, and without an engine. */
import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { execFileSync, spawn } from "node:child_process"
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import * as path from "node:path"
import { forwards, proxyEnv } from "../../../src/domain/egress/Inside.ts"
import { TRUST, trustEnv } from "../../../src/domain/secrets/InBox.ts"
import { AGENT_SOCKET, agentEnv } from "../../../src/domain/secrets/SshAgent.ts"
import * as EgressProxy from "../../../src/layers/egress/EgressProxy.ts"
import * as SandboxBubblewrap from "../../../src/layers/sandbox/SandboxBubblewrap.ts"
import * as SandboxDocker from "../../../src/layers/sandbox/SandboxDocker.ts"
import * as SecretsLive from "../../../src/layers/secrets/SecretsLive.ts"
import { Egress } from "../../../src/services/Egress.ts"
import { Sandbox } from "../../../src/services/Sandbox.ts"
import { Secrets } from "../../../src/services/Secrets.ts"
import { Boxes, boxesOver, dockerParts, finish, settings } from "../../support/Boxes.ts"
import * as Guarded from "../../support/egress/Guarded.ts"
import * as Line from "../../support/egress/Line.ts"
import * as StandIn from "../../support/egress/StandIn.ts"

const real = { timeout: "10 minutes", excludeTestServices: true } as const

const AGENT = path.join(mkdtempSync("/tmp/loop-ssh-"), "host.sock")

const egress = <A, E, R>(below: Layer.Layer<A, E, R>) =>
  Layer.effect(Egress, EgressProxy.make({ SSH_AUTH_SOCK: AGENT })).pipe(
    Layer.provideMerge(SecretsLive.layer),
    Layer.provideMerge(StandIn.layer),
    Layer.provideMerge(below)
  )

const keys = { secrets: Guarded.bindings }
const walls = [
  [
    "a container without mounted sockets",
    boxesOver(Layer.effect(Sandbox, SandboxDocker.make({ orphanSec: 600 }))).pipe(
      Layer.provideMerge(egress(dockerParts(settings({ ...keys, container_relay: "exec" }))))
    )
  ],
  ["bubblewrap", boxesOver(SandboxBubblewrap.layer).pipe(Layer.provideMerge(egress(settings(keys))))]
] as const

/** The host's agent with one key, by its fingerprint; the key itself is nowhere else. */
const sshAgent = Effect.acquireRelease(
  Effect.gen(function* () {
    const agent = spawn("ssh-agent", ["-D", "-a", AGENT], { stdio: "ignore" })
    while (!existsSync(AGENT)) yield* Effect.promise(() => new Promise((go) => setImmediate(go)))
    const file = path.join(path.dirname(AGENT), "key")
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", file])
    const [, fingerprint = ""] = execFileSync("ssh-keygen", ["-lf", file], { encoding: "utf8" }).split(" ")
    execFileSync("ssh-add", ["-q", file], { env: { ...process.env, SSH_AUTH_SOCK: AGENT }, stdio: "pipe" })
    rmSync(file)
    return { agent, fingerprint }
  }),
  ({ agent }) =>
    Effect.sync(() => {
      agent.kill()
      rmSync(path.dirname(AGENT), { recursive: true, force: true })
      execFileSync("mkdir", ["-p", path.dirname(AGENT)])
    })
)

/** What tools say at their hosts, then everything that an agent can read. `dd`: more than git sends in one piece. */
const script = `
say() { echo "$1: $(eval "$2" 2>&1 | tail -n 1)"; }
git init -q -b main left && cd left && git config user.name A && git config user.email a@example.com
dd if=/dev/urandom of=large bs=1M count=2 status=none && git add . && git commit -qm pushed
say push 'git push -q https://forge.example.com/left.git main && echo done'
say clone 'git clone -q https://forge.example.com/left.git ../again && ls ../again'
say pip 'curl -s -o /dev/null -w "%{http_code}" https://pip.example.com/simple/left/'
say npm 'curl -s https://npm.example.com/left -X PUT -H "authorization: Bearer added-outside-of-the-box" -d "{}"'
say crates 'curl -s -o /dev/null -w "%{http_code}" https://crates.example.com/api/v1/crates/new -X PUT -d x'
token=$(curl -s "https://auth.example.com/token?service=images" | sed 's/.*:"\\(.*\\)".*/\\1/')
say images 'curl -s -o /dev/null -w "%{http_code}" https://images.example.com/v2/ -H "Authorization: Bearer $token"'
say unbound 'curl -s -o /dev/null -w "%{http_code}" https://images.example.com/v2/'
say keys 'ssh-add -l'
ssh-add -L > key.pub; say signed 'echo hello | ssh-keygen -q -Y sign -f key.pub -n git | head -n 1'
say removed 'ssh-add -D'
{ env; cat /proc/*/environ /proc/*/cmdline; cat ${TRUST}/*; ls -lRa /run/loop; git config --list --show-origin; } 2>&1 || true`

for (const [wall, world] of walls) {
  layer(world, real)(`behind ${wall}`, (it) => {
    it.effect(
      "tools get in at their hosts and sign with the host's keys, and what they do it by is nowhere to be found",
      () =>
        Effect.gen(function* () {
          const guarded = yield* Guarded.make
          const { fingerprint } = yield* sshAgent
          const boxes = yield* Boxes
          const sandbox = yield* Sandbox
          const policy = Line.policy({ allow: Guarded.hosts })
          const plain = boxes.spec(["/bin/bash", "-c", script])
          const ca = path.join(plain.workDir, "ca.pem")
          const trust = yield* Secrets.use((secrets) => secrets.trust(Guarded.bindings.map(({ host }) => host)))
          const unbound = `curl() { case "$*" in *images.example.com*) command curl --cacert ${ca} "$@";; *) command curl "$@";; esac; }`
          const spec = {
            ...plain,
            argv: ["/bin/bash", "-c", `${unbound}\n${script}`],
            env: { ...proxyEnv(policy), ...trustEnv(), ...agentEnv },
            forwards: forwards(policy),
            sockets: [AGENT_SOCKET],
            mounts: [{ source: trust, target: TRUST, readOnly: true, volume: false }]
          }
          execFileSync("mkdir", ["-p", plain.workDir])
          writeFileSync(ca, guarded.ca)
          const line = yield* Line.open(spec.processId, policy, [fingerprint])
          line.now.secrets = Guarded.bindings
          const box = yield* sandbox.start(spec)
          const { lines } = yield* Effect.ensuring(finish(box), box.kill)
          const told = Object.fromEntries(lines.map((each) => each.split(/: (.*)/)))
          assert.deepInclude(
            told,
            {
              push: "done",
              clone: "large",
              pip: "200",
              crates: "200",
              images: "200",
              unbound: "401",
              signed: "-----BEGIN SSH SIGNATURE-----"
            },
            lines.slice(0, 20).join("\n")
          )
          assert.match(told["npm"] ?? "", /"echo":"\*+"/)
          assert.include(told["keys"], fingerprint)
          assert.match(told["removed"] ?? "", /refused|Failed|failed/)
          assert.strictEqual(guarded.pushed(), "pushed\n")
          assert.deepStrictEqual(
            line.signed.map(({ key }) => key),
            [fingerprint]
          )
          const all = lines.join("\n")
          for (const text of [Guarded.VALUE, btoa(`ada:${Guarded.VALUE}`), "PRIVATE KEY"]) assert.notInclude(all, text)
        })
    )
  })
}
