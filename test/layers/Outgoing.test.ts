import { mkdtempSync, readdirSync, rmSync, statSync, utimesSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { ChannelId } from "../../src/domain/Ids.ts"
import * as OutgoingLayer from "../../src/layers/Outgoing.ts"
import * as SettingsFile from "../../src/layers/SettingsFile.ts"
import { Outgoing } from "../../src/services/Outgoing.ts"
import { Settings } from "../../src/services/Settings.ts"

const home = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "loop-outgoing-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
)
const layer = Layer.unwrap(
  Effect.map(home, (path) =>
    Layer.provideMerge(OutgoingLayer.layer, SettingsFile.layerTest({}, { HOME: path, LOOP_HOME: path }))
  )
)
const bytes = new Uint8Array([1, 2, 3])

describe("A file that is to be delivered", () => {
  it.effect("is kept for nobody else to read until it is removed", () =>
    Effect.gen(function* () {
      const outgoing = yield* Outgoing
      const { id, path } = yield* outgoing.keep(bytes)
      assert.strictEqual(statSync(path).mode & 0o777, 0o600)
      assert.deepStrictEqual(new Uint8Array(yield* outgoing.read(id)), bytes)
      yield* outgoing.remove(id)
      assert.strictEqual((yield* Effect.flip(outgoing.read(id))).reason, "gone")
      yield* outgoing.remove(id)
    }).pipe(Effect.provide(layer))
  )

  it.effect("is swept when nobody needs it, but not while it is young", () =>
    Effect.gen(function* () {
      const outgoing = yield* Outgoing
      const { paths } = yield* Settings
      yield* outgoing.sweep(new Set())
      const [needed, old, young] = [
        yield* outgoing.keep(bytes),
        yield* outgoing.keep(bytes),
        yield* outgoing.keep(bytes)
      ]
      for (const { path } of [needed, old]) utimesSync(path, 1, 1)
      yield* outgoing.sweep(new Set([needed.id]))
      assert.deepStrictEqual(readdirSync(join(paths.home, "outgoing")).sort(), [needed.id, young.id].sort())
    }).pipe(Effect.provide(layer))
  )

  it.effect("is kept for good with a channel of our own", () =>
    Effect.gen(function* () {
      const outgoing = yield* Outgoing
      const channel = ChannelId.make("local:room")
      const { id, path } = yield* outgoing.keepFor(channel, bytes)
      utimesSync(path, 1, 1)
      yield* outgoing.sweep(new Set())
      assert.deepStrictEqual(new Uint8Array(yield* outgoing.readFor(channel, id)), bytes)
    }).pipe(Effect.provide(layer))
  )
})
