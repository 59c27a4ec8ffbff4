import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { SecureRandom } from "effect/crypto"
import { ChannelId } from "../../src/domain/Ids.ts"
import * as OutgoingLayer from "../../src/layers/Outgoing.ts"
import * as PackageFiles from "../../src/layers/PackageFiles.ts"
import * as SettingsFile from "../../src/layers/SettingsFile.ts"
import * as Store from "../../src/layers/store/index.ts"
import * as WorkFiles from "../../src/layers/WorkFiles.ts"
import { sendFile } from "../../src/mcp/SendFile.ts"
import { LateConversations } from "../../src/services/LateConversations.ts"
import { LateTaskControl } from "../../src/services/LateTaskControl.ts"
import { Authorizer } from "../../src/services/Authorizer.ts"
import { Channels } from "../../src/services/Channels.ts"
import { Memory } from "../../src/services/Memory.ts"
import { Messages } from "../../src/services/Messages.ts"
import { Outbox } from "../../src/services/Outbox.ts"
import { Outgoing } from "../../src/services/Outgoing.ts"

const home = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "loop-send-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
)
const services = Layer.unwrap(
  Effect.map(home, (path) =>
    Layer.mergeAll(
      Store.layer(":memory:"),
      PackageFiles.layer,
      SecureRandom.layerWebCrypto,
      WorkFiles.layer,
      LateConversations.layer,
      LateTaskControl.layer,
      Layer.mock(Memory, {}),
      Authorizer.layerOwner,
      OutgoingLayer.layer
    ).pipe(Layer.provideMerge(SettingsFile.layerTest({}, { HOME: path, LOOP_HOME: join(path, ".loop") })))
  )
)

/** A channel on a platform with a work directory of its own. */
const room = Effect.fnUntraced(function* (platform: "local" | "discord") {
  const work = yield* home
  const channel_id = ChannelId.make(`${platform}:1`)
  yield* Channels.use((channels) => channels.upsert({ channel_id, platform, name: "room", dir_path: work }))
  return { work, caller: { channel_id, run_id: null, subject: { kind: "system" } as const } }
})

const last = (channel: ChannelId) =>
  Effect.map(
    Messages.use((messages) => messages.list(channel, { limit: 1 })),
    ([message]) => message
  )

describe("send_file", () => {
  it.effect("shows a file with the bot's message on this server's own platform", () =>
    Effect.gen(function* () {
      const { caller, work } = yield* room("local")
      writeFileSync(join(work, "plan.pdf"), "pdf")
      const told = yield* sendFile.run({ path: "plan.pdf", caption: "The plan" }, caller)
      assert.strictEqual(told, "Sent plan.pdf (3 bytes).")
      const message = yield* last(caller.channel_id)
      assert.strictEqual(message?.content, "The plan")
      const [file] = message?.attachments ?? []
      assert.deepInclude(file, { name: "plan.pdf", mime: "application/pdf" })
      // What becomes of the original does not matter any more.
      rmSync(join(work, "plan.pdf"))
      const kept = yield* Outgoing.use((outgoing) => outgoing.readFor(caller.channel_id, file!.path.split("/").at(-1)!))
      assert.strictEqual(new TextDecoder().decode(kept), "pdf")
    }).pipe(Effect.provide(services))
  )

  it.effect("puts a copy aside for a chat platform, which goes with the text", () =>
    Effect.gen(function* () {
      const { caller, work } = yield* room("discord")
      mkdirSync(join(work, "out"))
      writeFileSync(join(work, "out", "chart.png"), "png")
      yield* sendFile.run({ path: "out/chart.png" }, caller)
      writeFileSync(join(work, "out", "chart.png"), "another")
      const [row] = yield* Outbox.use((outbox) => outbox.due(0))
      assert.strictEqual(row?.content, "")
      const [file] = row?.dress?.files ?? []
      assert.strictEqual(file?.name, "chart.png")
      const kept = yield* Outgoing.use((outgoing) => outgoing.read(file?.from === "kept" ? file.id : ""))
      assert.strictEqual(new TextDecoder().decode(kept), "png")
    }).pipe(Effect.provide(services))
  )

  it.effect("tells the agent what to do where it cannot", () =>
    Effect.gen(function* () {
      const { caller, work } = yield* room("discord")
      symlinkSync("/etc/passwd", join(work, "link"))
      mkdirSync(join(work, "dir"))
      writeFileSync(join(work, "big"), new Uint8Array(11 * 1024 * 1024))
      const refusal = (path: string) =>
        Effect.map(Effect.flip(sendFile.run({ path }, caller)), ({ message }) => message)
      assert.match(yield* refusal("../x"), /not in the work directory.*Copy/)
      assert.match(yield* refusal("nothing"), /no file nothing.*Check/)
      assert.match(yield* refusal("link"), /links are not followed.*Copy/)
      assert.match(yield* refusal("dir"), /not a file.*archive/)
      assert.match(yield* refusal("big"), /11\.0 MiB, and 10 MiB.*Compress/)
      assert.match(yield* refusal(""), /path/)
      assert.isUndefined(yield* last(caller.channel_id))
    }).pipe(Effect.provide(services))
  )
})
