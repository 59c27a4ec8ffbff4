/** What whoever starts the server is told in its log. */
import { assert, it } from "@effect/vitest"
import { Effect, Layer, Logger } from "effect"
import * as Notices from "../../src/actors/Notices.ts"
import * as MountGuardDisk from "../../src/layers/mounts/MountGuardDisk.ts"
import * as SettingsFile from "../../src/layers/SettingsFile.ts"
import { Sandbox } from "../../src/services/Sandbox.ts"

const said = (keys: Readonly<Record<string, unknown>>) =>
  Effect.gen(function* () {
    const lines: Array<string> = []
    const logger = Logger.make(({ message }) => void lines.push(String(message)))
    const settings = SettingsFile.layerTest({ anthropic_api_key: "k", ...keys })
    const world = Layer.mergeAll(
      Layer.mock(Sandbox, { kind: "docker", check: Effect.sync(() => void lines.push("looked at the wall")) }),
      Layer.provideMerge(MountGuardDisk.layer, settings)
    )
    yield* Effect.gen(function* () {
      // It is said beside the start.
      while (!lines.includes("looked at the wall")) yield* Effect.sleep("5 millis")
    }).pipe(Effect.provide(Notices.layer.pipe(Layer.provide(world), Layer.provide(Logger.layer([logger])))))
    return lines.filter((line) => line !== "looked at the wall")
  })

it.live("A start warns of what opens the box to this machine, and of mounts that no box will have", () =>
  Effect.gen(function* () {
    assert.deepStrictEqual(yield* said({}), [])
    const warned = yield* said({ allow_engine_socket: true, share_claude_home: true, mounts: ["/srv/not-there:/x"] })
    assert.deepStrictEqual(
      warned.map((line) => line.split(":")[0]),
      ["allow_engine_socket is true", "share_claude_home is true", '"/srv/not-there" is not mounted']
    )
  })
)
