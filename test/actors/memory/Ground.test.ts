/** Where notes may lie: what a project may name, who approves it, and whose links lead where. */
import { mkdirSync, symlinkSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { ChannelId } from "../../../src/domain/Ids.ts"
import { Channels } from "../../../src/services/Channels.ts"
import { Conversations } from "../../../src/services/Conversations.ts"
import { has, index, owner, room, texts, world } from "./support.ts"

describe("A path of notes", () => {
  it.effect("outside of its project waits for an owner, and leads only where the operator lets owners look", () =>
    world(
      ({ home, note }) =>
        Effect.gen(function* () {
          note("memory/a.md", "wiki inside")
          note(join(home, "wiki/plain/a.md"), "wiki outside")
          note(join(home, "private/keys.md"), "wiki of nobody")
          symlinkSync(join(home, "private"), join(home, "wiki/way"))
          const paths = ["wiki/plain", "wiki/way", "private"].map((path) => join(home, path))
          note(".loop/config.json", JSON.stringify({ memory: { paths } }))
          yield* index()
          assert.deepStrictEqual(yield* texts("wiki"), ["wiki inside"])
          const hash = (yield* Conversations.use((all) => all.projectConfig(owner, room)))?.hash ?? ""
          yield* Conversations.use((all) => all.decideProject(owner, room, hash, "approved"))
          yield* index()
          has(yield* texts("wiki"), ["wiki inside", "wiki outside"])
        }),
      {},
      { keys: { mount_roots: ["~/wiki"] } }
    )
  )

  it.effect("of the operator's follows no link in a directory that is lent to boxes for writing", () =>
    world(
      ({ home, note }) =>
        Effect.gen(function* () {
          note(join(home, "private/keys.md"), "secret of nobody")
          note(join(home, "shown/a.md"), "no secret")
          for (const name of ["lent", "lent-to-read"]) mkdirSync(join(home, name))
          symlinkSync(join(home, "private"), join(home, "lent/way"))
          symlinkSync(join(home, "shown"), join(home, "lent-to-read/way"))
          yield* index()
          assert.deepStrictEqual(yield* texts("secret"), ["no secret"])
        }),
      { paths: ["~/lent/way", "~/lent-to-read/way"] },
      { keys: { mounts: ["~/lent:/lent", "~/lent-to-read:/read:ro"] } }
    )
  )

  it.effect("of a project is not read where no agent may work", () =>
    world(({ home, note }) =>
      Effect.gen(function* () {
        note(join(home, "memory/a.md"), "all of the home")
        const whole = ChannelId.make("local:whole")
        yield* Channels.use((channels) =>
          channels.upsert({ channel_id: whole, platform: "local", name: "whole", dir_path: home })
        )
        yield* index(whole)
        assert.deepStrictEqual(yield* texts("home", whole), [])
      })
    )
  )
})
