/** `Settings` that a test changes: the real meaning of a configuration, without files. */
import { Effect, PubSub, Result, Stream } from "effect"
import { decodeConfig } from "../../src/domain/Config.ts"
import { effectiveFor } from "../../src/layers/settings/Effective.ts"
import { loopPaths } from "../../src/layers/settings/LoopHome.ts"
import { Settings } from "../../src/services/Settings.ts"

const home = { HOME: "/home/test", LOOP_HOME: "/home/test/.loop" }

/** Keys as they are written in the file. */
export type Keys = Readonly<Record<string, unknown>>

/** `configure` changes keys; what it does not name stays as it was first. */
export const make = Effect.fnUntraced(function* (first: Keys) {
  const read = (keys: Keys) => Result.getOrThrow(decodeConfig(JSON.stringify(keys), home, "UTC")).config
  const changes = yield* PubSub.unbounded<Stream.Success<Settings["Service"]["changes"]>>()
  let config = read(first)
  const paths = loopPaths(home.LOOP_HOME, config)
  const settings = Settings.of({
    paths,
    current: Effect.sync(() => config),
    changes: Stream.fromPubSub(changes),
    forChannel: (channel, root) => Effect.sync(() => effectiveFor(config, paths, home, channel, root, {}))
  })
  const configure = (keys: Keys) =>
    Effect.suspend(() => {
      config = read({ ...first, ...keys })
      return Effect.asVoid(PubSub.publish(changes, { _tag: "Applied", config }))
    })
  return { settings, configure }
})
