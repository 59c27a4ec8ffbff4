import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import * as fs from "node:fs"
import * as net from "node:net"
import { writeFile } from "../../../src/layers/sandbox/BoxFiles.ts"
import * as AgentImageDocker from "../../../src/layers/sandbox/AgentImageDocker.ts"
import * as Engine from "../../../src/layers/sandbox/Engine.ts"
import { classify } from "../../../src/layers/sandbox/EngineErrors.ts"
import * as SandboxDocker from "../../../src/layers/sandbox/SandboxDocker.ts"
import { Sandbox } from "../../../src/services/Sandbox.ts"
import { hostDirectory, settings } from "../../support/Boxes.ts"

/** What a sandbox on that engine says. */
const problem = (dockerHost: string) =>
  Sandbox.use((sandbox) => Effect.flip(sandbox.check)).pipe(
    Effect.provide(
      SandboxDocker.layer.pipe(
        Layer.provide(AgentImageDocker.layer),
        Layer.provide(Engine.layer),
        Layer.provide(settings({ docker_host: dockerHost }))
      ),
      { local: true }
    )
  )

/** As an ordinary user, where the tests run as root; root's own rights know no limit. */
const asOrdinaryUser = Effect.acquireRelease(
  Effect.sync(() => {
    if (process.getuid?.() === 0) process.seteuid?.(65534)
  }),
  () => Effect.sync(() => void (process.getuid?.() === 0 && process.seteuid?.(0)))
)

describe("an engine", () => {
  it.effect("that is not there is named, with what to do", () =>
    Effect.gen(function* () {
      const error = yield* problem("unix:///tmp/loop-no-engine.sock")
      assert.deepStrictEqual([error.reason, error.target], ["no_engine", "unix:///tmp/loop-no-engine.sock"])
      assert.include(error.detail, "start Docker")
    })
  )

  it.effect("that nobody listens at any more is not there either", () =>
    Effect.gen(function* () {
      const at = yield* hostDirectory
      yield* Effect.callback<void>((resume) => {
        const server = net.createServer().listen(at("socket"), () => {
          fs.renameSync(at("socket"), at("kept"))
          server.close(() => resume(Effect.void))
        })
      })
      assert.strictEqual((yield* problem(`unix://${at("kept")}`)).reason, "no_engine")
    })
  )

  it.live("that refuses this user is named, with what to do", () =>
    Effect.gen(function* () {
      const at = yield* hostDirectory
      yield* Effect.acquireRelease(
        Effect.callback<net.Server>((resume) => {
          const server = net.createServer().listen(at("socket"), () => resume(Effect.succeed(server)))
        }),
        (server) => Effect.callback<void>((resume) => void server.close(() => resume(Effect.void)))
      )
      fs.chmodSync(at("socket"), 0)
      const asked = problem(`unix://${at("socket")}`)
      const error = yield* Effect.scoped(Effect.andThen(asOrdinaryUser, asked))
      assert.deepStrictEqual([error.reason, error.target], ["no_rights", `unix://${at("socket")}`])
      assert.include(error.detail, "group docker")
    })
  )

  it.effect("behind ssh is refused, with the way that there is", () =>
    Effect.gen(function* () {
      const error = yield* problem("ssh://me@192.0.2.1")
      assert.strictEqual(error.target, "ssh://me@192.0.2.1")
      assert.include(error.detail, "ssh -nNT -L /tmp/engine.sock:/var/run/docker.sock")
    })
  )

  it("is spoken to by TCP, with TLS where the environment has certificates for it", () => {
    assert.deepStrictEqual(Engine.clientOptions("tcp://box.example:2375", {}), {
      host: "box.example",
      port: "2375",
      protocol: "http"
    })
    assert.deepStrictEqual(Engine.clientOptions("tcp://[::1]", { DOCKER_CERT_PATH: "/nowhere" }), {
      host: "::1",
      port: 2376,
      protocol: "https"
    })
    assert.isUndefined(Engine.clientOptions("npipe:////./pipe/docker_engine", {}))
  })

  it("is where the configuration says, else the system's, else this user's own", () => {
    const env = { XDG_RUNTIME_DIR: "/run/user/7" }
    const own = "/run/user/7/docker.sock"
    assert.strictEqual(
      Engine.addressOf("unix:///x", env, () => true),
      "unix:///x"
    )
    assert.strictEqual(
      Engine.addressOf("", env, () => true),
      "unix:///var/run/docker.sock"
    )
    assert.strictEqual(
      Engine.addressOf("", env, (path) => path === own),
      `unix://${own}`
    )
    assert.strictEqual(
      Engine.addressOf("", {}, () => false),
      "unix:///var/run/docker.sock"
    )
  })
})

describe("a refusal of the engine", () => {
  const refusal = (message: string, statusCode = 500) =>
    Object.assign(new Error(`(HTTP code ${statusCode}) reason - ${message}`), { statusCode, json: { message } })

  it.each([
    ["disk_full", refusal("write /var/lib/docker/tmp: no space left on device")],
    ["bad_mount", refusal('invalid mount config for type "bind": bind source path does not exist: /x', 400)],
    ["no_image", refusal("No such image: loop-agent:latest", 404)],
    ["vanished", refusal("No such container: abc", 404)],
    ["no_engine", Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" })],
    ["no_rights", Object.assign(new Error("connect EACCES"), { code: "EACCES" })],
    ["other", refusal("something new")],
    ["other", "no error at all"]
  ] as const)("is %s by what can be done about it", (reason, cause) => {
    assert.strictEqual(classify(cause, "it", "unix:///socket").reason, reason)
  })
})

describe("a full disk", () => {
  it.effect("is told apart from a file that cannot be written", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* Effect.flip(writeFile("/dev/full", "x"))).reason, "disk_full")
      assert.strictEqual((yield* Effect.flip(writeFile("/dev/null/x", "x"))).reason, "bad_mount")
    })
  )
})
