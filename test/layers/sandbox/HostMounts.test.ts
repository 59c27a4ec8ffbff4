/** What a box really has of the host, from the words of the configuration on: the engine's socket, and nothing refused. */
import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import * as fs from "node:fs"
import * as path from "node:path"
import * as MountGuardDisk from "../../../src/layers/mounts/MountGuardDisk.ts"
import { Engine } from "../../../src/layers/sandbox/Engine.ts"
import * as SandboxDocker from "../../../src/layers/sandbox/SandboxDocker.ts"
import { layerTest } from "../../../src/layers/SettingsFile.ts"
import { MountGuard } from "../../../src/services/MountGuard.ts"
import { Sandbox } from "../../../src/services/Sandbox.ts"
import { Settings } from "../../../src/services/Settings.ts"
import { bubblewrap, Boxes, docker, hostDirectory } from "../../support/Boxes.ts"

const real = { timeout: "10 minutes", excludeTestServices: true } as const

const engineSocket = (process.env["DOCKER_HOST"] ?? "unix:///var/run/docker.sock").replace("unix://", "")

const ping = `printf 'GET /_ping HTTP/1.0\\r\\nHost: engine\\r\\n\\r\\n' | socat -t 5 - UNIX-CONNECT:/engine.sock | tail -n 1`

for (const [name, world] of [
  ["a container", docker()],
  ["a bubblewrap box", bubblewrap]
] as const) {
  layer(world, real)(name, (it) => {
    /** What a box of these keys is made with, its user no root where we are. */
    const lent = Effect.fnUntraced(function* (keys: Readonly<Record<string, unknown>>) {
      const { paths } = yield* Settings
      const at = yield* hostDirectory
      const root = fs.realpathSync(at(""))
      fs.chmodSync(root, 0o755)
      fs.mkdirSync(path.join(root, "work"))
      if (process.getuid?.() === 0) fs.chownSync(path.join(root, "work"), 1234, 1234)
      const env = { ...process.env, HOME: path.join(root, "home"), LOOP_HOME: paths.home }
      const given = MountGuardDisk.layer.pipe(Layer.provideMerge(layerTest(keys, env)))
      return yield* Effect.gen(function* () {
        const { current } = yield* Settings
        const asked = (yield* current).mounts.map((mount) => Object.assign({ by: "operator" as const }, mount))
        const links = ["root", "loop", "socket"].map((link, index) => {
          const target = ["/", paths.home, engineSocket][index] ?? "/"
          fs.symlinkSync(target, path.join(root, link))
          const source = path.join(root, link)
          return { source, target: `/links/${link}`, readOnly: false, volume: false, by: "operator" as const }
        })
        const around = { others: [], writable: [path.join(root, "work")] }
        const allowed = yield* MountGuard.use((guard) => guard.allow([...asked, ...links], [], around))
        return { ...allowed, workDir: path.join(root, "work") }
      }).pipe(Effect.provide(given, { local: true }))
    })

    it.effect("has the engine's socket where the operator allowed it, as a member of its group", () =>
      Effect.gen(function* () {
        const boxes = yield* Boxes
        const { mounts, workDir } = yield* lent({ mounts: [`${engineSocket}:/engine.sock`], allow_engine_socket: true })
        const { lines } = yield* boxes.shell(`id -G | tr ' ' '\\n'; ${ping}; echo; id -u`, { workDir, mounts })
        assert.include(lines, String(fs.statSync(engineSocket).gid))
        assert.include(lines, "OK")
        if (process.getuid?.() === 0) assert.strictEqual(lines.at(-1), "1234")
      })
    )

    it.effect("has nothing that was refused, by whatever link it was named", () =>
      Effect.gen(function* () {
        const boxes = yield* Boxes
        const { mounts, refused, workDir } = yield* lent({})
        assert.strictEqual(refused.length, 3)
        const { lines } = yield* boxes.shell("ls /links /engine.sock 2>&1 | grep -c 'No such file'", {
          workDir,
          mounts
        })
        assert.deepStrictEqual([...lines], ["2"])
      })
    )
  })
}

layer(docker(), real)("a directory that an agent exchanges for a link", (it) => {
  /** A directory in another channel's, and what its agents would like to have. */
  const nested = Effect.gen(function* () {
    const boxes = yield* Boxes
    const at = yield* hostDirectory
    const root = fs.realpathSync(at(""))
    const [inner, keys] = ["theirs/inner", "keys"].map((name) => path.join(root, name))
    for (const directory of [inner, keys]) fs.mkdirSync(directory ?? "", { recursive: true })
    const exchange = Effect.sync(() => {
      fs.rmdirSync(inner ?? "")
      fs.symlinkSync(keys ?? "", inner ?? "")
    })
    const spec = boxes.spec(["/bin/cat"], { workDir: inner ?? "", workReal: inner })
    const lent = { source: inner ?? "", target: "/lent", readOnly: false, volume: false }
    return { exchange, inner: inner ?? "", spec, lending: boxes.spec(["/bin/cat"], { mounts: [lent] }) }
  })

  it.effect("after it was judged is not given to a box", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox
      const { exchange, spec } = yield* nested
      yield* exchange
      const error = yield* Effect.flip(Effect.scoped(sandbox.start(spec)))
      assert.deepStrictEqual([error.reason, error.detail], ["bad_mount", "a link leads to it by now"])
    })
  )

  for (const way of ["spec", "lending"] as const) {
    const what = { spec: "works", lending: "was lent" }[way]
    it.effect(
      `in the moment in which the engine mounts it where it ${what} ends the box before anybody speaks to it`,
      () =>
        Effect.gen(function* () {
          const engine = yield* Engine
          const { exchange, inner, [way]: spec } = yield* nested
          const late: Engine["Service"]["call"] = (target, run) => {
            const call = engine.call(target, run)
            return target === spec.processId && !fs.lstatSync(inner).isSymbolicLink()
              ? Effect.andThen(exchange, call)
              : call
          }
          const sandbox = yield* SandboxDocker.make({ orphanSec: 600 }).pipe(
            Effect.provideService(Engine, { ...engine, call: late })
          )
          const error = yield* Effect.flip(Effect.scoped(sandbox.start(spec)))
          assert.deepStrictEqual([error.reason, error.detail], ["bad_mount", "a link led to it when it was mounted"])
          assert.deepStrictEqual(yield* sandbox.list, [])
        })
    )
  }
})
