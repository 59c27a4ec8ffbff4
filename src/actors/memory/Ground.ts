/** Whose notes lie where on this machine, and where agents can write. */
import { Effect } from "effect"
import type { Channel } from "../../domain/Channel.ts"
import { isWithin } from "../../domain/config/paths.ts"
import { isOn, memoryOf } from "../../domain/memory/Settings.ts"
import * as Places from "../../domain/memory/Places.ts"
import { Channels } from "../../services/Channels.ts"
import type { Scope } from "../../services/MemoryIndex.ts"
import { MountGuard } from "../../services/MountGuard.ts"
import { type MemorySettings, Settings } from "../../services/Settings.ts"

/** The notes of one channel, or everybody's. */
export interface Notes extends Places.Places {
  readonly scope: Scope
  readonly settings: MemorySettings
  readonly writable: ReadonlyArray<string>
  /** A path without links as the channel's agents know it. */
  readonly shown: (path: string) => string
}

export const make = Effect.gen(function* () {
  const channels = yield* Channels
  const guard = yield* MountGuard
  const settings = yield* Settings
  const { paths } = settings

  const claudeOf = Effect.fnUntraced(function* (root: Channel) {
    const { share_claude_home } = yield* settings.current
    return share_claude_home ? `${paths.userHome}/.claude` : `${paths.boxHome(root.channel_id)}/.claude`
  })

  const writable = Effect.gen(function* () {
    const config = yield* settings.current
    const places = yield* channels.places
    const lent = [...config.mounts, ...places.flatMap(({ mounts }) => mounts)].filter(
      (mount) => !mount.volume && !mount.readOnly
    )
    return [
      `${paths.home}/channels`,
      ...(config.share_claude_home ? [`${paths.userHome}/.claude`] : []),
      ...places.flatMap(({ dir_path }) => dir_path ?? []),
      ...lent.map(({ source }) => source)
    ]
  })

  /** The channel whose rows a thread shares: its own where it has a directory of its own. */
  const ownerOf = (channel: Channel, root: Channel): Channel => (channel.dir_path === null ? root : channel)

  /** An owner's path leads where the operator lets owners look, or nowhere. */
  const judged = Effect.fnUntraced(function* (place: Places.Place, agents: ReadonlyArray<string>) {
    if (place.by !== "owner") return [place]
    const asked = { source: place.path, target: place.path, readOnly: true, volume: false, by: "owner" } as const
    const { mounts } = yield* guard.allow([asked], [], { others: [], writable: agents })
    return mounts.map(({ source }): Places.Place => ({ path: source, by: "owner" }))
  })

  const ofChannel = Effect.fn("Memory.ofChannel")(function* (channel: Channel) {
    const root = yield* channels.root(channel)
    const { memory, workDir } = yield* settings.forChannel(channel, root)
    const rootDir = root.dir_path ?? paths.work(root.channel_id)
    const foreign = (yield* channels.places).filter((place) => place.root !== root.channel_id)
    const others = foreign.flatMap(({ dir_path }) => (dir_path === null || dir_path === workDir ? [] : [dir_path]))
    const directory = yield* guard.workDirectory(workDir, others)
    const agents = [...(yield* writable), workDir]
    const all = Places.ofChannel(memory.paths, { claude: yield* claudeOf(root), workDir, rootDir })
    // Where no agent may work, nothing is read for one either.
    const open = all.places.filter(({ by }) => by !== "project" || "real" in directory)
    const places = yield* Effect.forEach(open, (place) => judged(place, agents))
    const real = "real" in directory ? directory.real : workDir
    const notes: Notes = {
      scope: ownerOf(channel, root).channel_id,
      settings: memory,
      places: places.flat(),
      excluded: all.excluded,
      writable: agents,
      shown: (path) => (isWithin(path, real) ? `${workDir}${path.slice(real.length)}` : path)
    }
    return notes
  })

  const ofEverybody = Effect.gen(function* () {
    const config = yield* settings.current
    const memory = memoryOf(config, config, "/")
    const agents = yield* writable
    const notes: Notes = {
      scope: null,
      settings: memory,
      ...Places.ofEverybody(memory.paths),
      writable: agents,
      shown: (path) => path
    }
    return notes
  })

  /** Every channel, and every thread with a directory of its own. */
  const owners = Effect.map(channels.search(""), (all) =>
    all.filter(({ dir_path, parent_id }) => parent_id === null || dir_path !== null)
  )

  return { ofChannel, ofEverybody, owners, on: Effect.map(settings.current, isOn) }
})

export type Ground = Effect.Success<typeof make>
