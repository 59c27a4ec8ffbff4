/** `ChannelFiles` in LOOP_HOME. No agent can write where the directories that are renamed here stand. */
import { NodeFileSystem } from "@effect/platform-node"
import { Effect, FileSystem, Layer } from "effect"
import { dirname } from "node:path"
import { ChannelFiles } from "../services/ChannelFiles.ts"
import { Settings } from "../services/Settings.ts"

export const layer = Layer.effect(
  ChannelFiles,
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const { paths } = yield* Settings
    return ChannelFiles.of({
      move: Effect.fn("ChannelFiles.move")(
        function* (from, to) {
          const old = dirname(paths.boxHome(from))
          if (!(yield* fs.exists(old))) return
          yield* fs.rename(old, dirname(paths.boxHome(to)))
        },
        Effect.catchCause((cause) => Effect.logWarning("A channel's files could not be moved", cause))
      )
    })
  })
).pipe(Layer.provide(NodeFileSystem.layer))
