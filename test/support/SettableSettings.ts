/** `Settings` that a test changes: the real meaning of a configuration, without files. */
import { Effect, PubSub, Result, Stream } from "effect"
import { decodeConfig } from "../../src/domain/Config.ts"
import { effectiveFor, workDirOf } from "../../src/layers/settings/Effective.ts"
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
  /** Texts of `.loop/config.json` by work directory. */
  const projects = new Map<string, string>()
  const paths = loopPaths(home, config)
  const settings = Settings.of({
    paths,
    current: Effect.sync(() => config),
    problems: Effect.succeed([]),
    changes: Stream.fromPubSub(changes),
    forChannel: (channel, root) =>
      Effect.sync(() => {
        const text = projects.get(workDirOf(paths, channel, root))
        return effectiveFor(config, paths, home, channel, root, text === undefined ? {} : { text })
      })
  })
  const configure = (keys: Keys) =>
    Effect.suspend(() => {
      config = read({ ...first, ...keys })
      return Effect.asVoid(PubSub.publish(changes, { _tag: "Applied", config }))
    })
  return { settings, configure, projects }
})
