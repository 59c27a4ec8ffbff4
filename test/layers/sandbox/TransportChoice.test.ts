/** How boxes reach the server is tried once per engine. */
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import type Docker from "dockerode"
import * as fs from "node:fs"
import * as path from "node:path"
import { Engine } from "../../../src/layers/sandbox/Engine.ts"
import * as TransportChoice from "../../../src/layers/sandbox/TransportChoice.ts"
import { Settings } from "../../../src/services/Settings.ts"
import { dockerParts, hostDirectory, IMAGE, settings } from "../../support/Boxes.ts"

const real = { timeout: "10 minutes", excludeTestServices: true } as const

/** The real engine, but what it mounts is looked up elsewhere: `through` gives another directory for one of ours. */
const elsewhere = Effect.fnUntraced(function* (id: string, through: (directory: string) => string) {
  const engine = yield* Engine
  let made = 0
  const create = (docker: Docker) => (options: Docker.ContainerCreateOptions) => {
    made++
    const mounts = options.HostConfig?.Mounts?.map((mount) => ({ ...mount, Source: through(mount.Source) })) ?? []
    return docker.createContainer({ ...options, HostConfig: { ...options.HostConfig, Mounts: mounts } })
  }
  const other = Engine.of({
    ...engine,
    info: Effect.map(engine.info, (info) => ({ ...info, id })),
    call: (target, run) =>
      engine.call(target, (docker) =>
        run(
          new Proxy(docker, { get: (all, name) => (name === "createContainer" ? create(all) : Reflect.get(all, name)) })
        )
      )
  })
  const choice = yield* TransportChoice.make(other, yield* Settings)
  return { choice, made: () => made }
})

layer(dockerParts(settings()), real)("an engine", (it) => {
  it.effect(
    "that mounts sockets is found to do so once, also for the next server, and an engine of another name anew",
    () =>
      Effect.gen(function* () {
        const { paths } = yield* Settings
        const { choice, made } = yield* elsewhere("one", (directory) => directory)
        assert.isUndefined(yield* choice.known)
        assert.deepStrictEqual([yield* choice.find(IMAGE), yield* choice.find(IMAGE), made()], ["socket", "socket", 1])
        assert.isFalse(fs.existsSync(path.join(paths.run, "probe")))

        const next = yield* elsewhere("one", (directory) => directory)
        assert.deepStrictEqual(
          [yield* next.choice.known, yield* next.choice.find(IMAGE), next.made()],
          ["socket", "socket", 0]
        )
        const other = yield* elsewhere("another", (directory) => directory)
        assert.deepStrictEqual([yield* other.choice.known, yield* other.choice.find(IMAGE)], [undefined, "socket"])
      })
  )

  it.effect("that mounts files but no living sockets has them carried by its exec stream", () =>
    Effect.gen(function* () {
      const at = yield* hostDirectory
      // As a virtual machine shares them: the files are there, and nobody listens behind a socket.
      const { choice } = yield* elsewhere("shares files", (directory) => {
        fs.cpSync(path.join(directory, "here"), at("shared/here"))
        return at("shared")
      })
      assert.strictEqual(yield* choice.find(IMAGE), "exec")
    })
  )

  it.effect("that sees other files than this machine's is refused in one sentence", () =>
    Effect.gen(function* () {
      const at = yield* hostDirectory
      fs.mkdirSync(at("other"))
      for (const [id, where] of Object.entries({ empty: at("other"), missing: at("nowhere") })) {
        const { choice } = yield* elsewhere(id, () => where)
        const error = yield* Effect.flip(choice.find(IMAGE))
        assert.strictEqual(error.reason, "bad_mount")
        assert.include(error.detail, "run Loop on the engine's machine")
      }
    })
  )
})

layer(dockerParts(settings({ container_relay: "exec" })), real)("the configuration", (it) => {
  it.effect("is not asked about: nothing is tried", () =>
    Effect.gen(function* () {
      const { choice, made } = yield* elsewhere("one", (directory) => directory)
      assert.deepStrictEqual([yield* choice.known, yield* choice.find(IMAGE), made()], ["exec", "exec", 0])
    })
  )
})
