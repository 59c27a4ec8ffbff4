/** The host's ssh-agent as a box has it: a real one, asked by the real programs. */
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { spawn, spawnSync } from "node:child_process"
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import * as path from "node:path"
import * as Line from "../../support/egress/Line.ts"
import { newId, real, world } from "../../support/egress/World.ts"

const at = mkdtempSync("/tmp/loop-ssh-")
const SOCKET = path.join(at, "host.sock")

const run = (program: string, args: ReadonlyArray<string>, socket: string) =>
  Effect.callback<{ readonly code: number | null; readonly said: string }>((resume) => {
    const child = spawn(program, args, { env: { ...process.env, SSH_AUTH_SOCK: socket, SSH_ASKPASS: "false" } })
    let said = ""
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (piece: Buffer) => (said += piece.toString()))
    child.on("close", (code) => resume(Effect.succeed({ code, said })))
    child.stdin.end()
  })

/** An agent with two keys, by their fingerprints. */
const host = Effect.acquireRelease(
  Effect.gen(function* () {
    const agent = spawn("ssh-agent", ["-D", "-a", SOCKET], { stdio: "ignore" })
    while (!existsSync(SOCKET)) yield* Effect.promise(() => new Promise((go) => setImmediate(go)))
    const keys = ["one", "two"].map((name) => {
      const file = path.join(at, name)
      if (!existsSync(file)) spawnSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", name, "-f", file])
      return { file, fingerprint: spawnSync("ssh-keygen", ["-lf", file]).stdout.toString().split(" ")[1] ?? "" }
    })
    for (const { file } of keys) assert.strictEqual((yield* run("ssh-add", [file], SOCKET)).code, 0)
    return { agent, keys }
  }),
  ({ agent }) =>
    Effect.sync(() => {
      agent.kill()
      rmSync(SOCKET, { force: true })
    })
)

const sign = (file: string, socket: string) => {
  writeFileSync(path.join(at, "text"), "hello")
  rmSync(path.join(at, "text.sig"), { force: true })
  // The public key alone: whoever signs is the agent.
  return run("ssh-keygen", ["-Y", "sign", "-f", `${file}.pub`, "-n", "git", path.join(at, "text")], socket)
}

const hideKeys = (files: ReadonlyArray<string>) => Effect.sync(() => files.forEach((file) => rmSync(file)))

layer(world({ SSH_AUTH_SOCK: SOCKET }), real)("the host's ssh-agent in a box", (it) => {
  it.effect(
    "shows and uses the keys that the operator lists, tells of each signature, and can be changed by nobody",
    () =>
      Effect.gen(function* () {
        const { keys } = yield* host
        const [one, two] = keys
        assert.isDefined(one)
        assert.isDefined(two)
        yield* hideKeys(keys.map(({ file }) => file))
        const line = yield* Line.open(newId(), Line.policy(), [one.fingerprint])
        const inner = path.join(line.directory, "ssh-agent.sock")
        const list = yield* run("ssh-add", ["-l"], inner)
        assert.include(list.said, one.fingerprint)
        assert.notInclude(list.said, two.fingerprint)

        assert.deepInclude(yield* sign(one.file, inner), { code: 0 })
        assert.notStrictEqual((yield* sign(two.file, inner)).code, 0)
        assert.deepStrictEqual(line.signed, [{ key: one.fingerprint, purpose: 'a signature for "git"' }])

        for (const change of [["-D"], ["-d", `${one.file}.pub`], ["-x"], ["-e", "/lib/none.so"]]) {
          assert.notStrictEqual((yield* run("ssh-add", change, inner)).code, 0, change.join(" "))
        }
        const there = (yield* run("ssh-add", ["-l"], SOCKET)).said
        for (const { fingerprint } of keys) assert.include(there, fingerprint)

        line.now.sshKeys = []
        assert.notInclude((yield* run("ssh-add", ["-l"], inner)).said, one.fingerprint)
      }).pipe(Effect.ensuring(Effect.sync(() => rmSync(at, { recursive: true, force: true }))))
  )

  it.effect("is not there where the channel has none", () =>
    Effect.gen(function* () {
      const line = yield* Line.open(newId(), Line.policy())
      assert.isFalse(existsSync(path.join(line.directory, "ssh-agent.sock")))
    })
  )
})
