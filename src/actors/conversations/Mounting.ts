/** What a channel's owner may have mounted and worked on, checked when it is set; it is checked again before each box. */
import { Effect } from "effect"
import type { Channel } from "../../domain/Channel.ts"
import { expandHome, normalizePath, splitMount } from "../../domain/Config.ts"
import type { AskedMount } from "../../services/MountGuard.ts"
import { directory, refuse, type Shared } from "./Shared.ts"

const noMounts = 'mounts is a list such as ["~/data:/data:ro"]'

/** Fails with one sentence about the first that cannot be. */
export const checkMounts = Effect.fnUntraced(function* (
  shared: Shared,
  channel: Channel,
  texts: ReadonlyArray<string>
) {
  const home = shared.settings.paths.userHome
  const asked: Array<AskedMount> = []
  for (const text of texts) {
    const mount = splitMount(text)
    if (typeof mount === "string")
      return yield* refuse("invalid", `${noMounts}: "${text}" is none. ${mount}.`, "mounts")
    const source = mount.volume ? mount.source : normalizePath(expandHome(mount.source, home))
    asked.push({ ...mount, source, by: "owner" })
  }
  if (asked.length === 0) return
  const root = yield* shared.channels.root(channel)
  const around = yield* shared.reach.around(
    root.channel_id,
    channel.dir_path ?? root.dir_path ?? shared.settings.paths.work(root.channel_id)
  )
  const { refused } = yield* shared.guard.allow(asked, [], around)
  const [first] = refused
  if (first !== undefined) return yield* refuse("invalid", first, "mounts")
})

/** A directory that agents may work in. */
export const checkDirectory = Effect.fnUntraced(function* (shared: Shared, path: string) {
  const dir = yield* directory(path)
  const found = yield* shared.guard.workDirectory(dir, [])
  return "refused" in found ? yield* refuse("invalid", found.refused, "dir_path") : dir
})
