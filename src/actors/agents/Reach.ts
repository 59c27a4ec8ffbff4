/** What applies to a channel, with every mount followed to where it leads and judged: what boxes are made of. */
import { Effect } from "effect"
import type { Channel } from "../../domain/Channel.ts"
import type { ChannelId } from "../../domain/Ids.ts"
import { Channels } from "../../services/Channels.ts"
import { type Around, MountGuard } from "../../services/MountGuard.ts"
import { SandboxError } from "../../services/Sandbox.ts"
import { Settings, type Effective } from "../../services/Settings.ts"
import type { StoreError } from "../../services/Store.ts"

export const make = Effect.gen(function* () {
  const channels = yield* Channels
  const guard = yield* MountGuard
  const settings = yield* Settings

  /** `workDir`: the channel's own. */
  const around = Effect.fnUntraced(function* (root: ChannelId, workDir: string) {
    const places = yield* channels.places
    const { mounts } = yield* settings.current
    const foreign = places.filter((place) => place.root !== root && place.dir_path !== null)
    const others = foreign.flatMap(({ dir_path }) => (dir_path === null || dir_path === workDir ? [] : [dir_path]))
    const lent = [...mounts, ...places.flatMap((place) => place.mounts)].filter(
      (mount) => !mount.volume && !mount.readOnly
    )
    return { others, writable: [...others, workDir, ...lent.map(({ source }) => source)] } satisfies Around
  }) satisfies (root: ChannelId, workDir: string) => Effect.Effect<Around, StoreError>

  /** The effective settings with what a box gets of what was asked for; a warning for each that it does not get. */
  const effective = Effect.fn("Reach.effective")(function* (channel: Channel, root: Channel) {
    const own = yield* settings.forChannel(channel, root)
    const asked = own.mounts.length + own.copyFiles.length > 0
    if (!asked) return own
    const { copyFiles, mounts, refused } = yield* guard.allow(
      own.mounts,
      own.copyFiles,
      yield* around(root.channel_id, own.workDir)
    )
    const allowed: Effective = {
      ...own,
      // Whoever asked: it is decided.
      mounts: mounts.map(({ readOnly, source, target, volume }) => ({
        source,
        target,
        readOnly,
        volume,
        by: "operator"
      })),
      copyFiles: copyFiles.map(({ source, target }) => ({ source, target, by: "operator" })),
      warnings: [...own.warnings, ...refused]
    }
    return allowed
  })

  /** Where the channel's directory really is; fails where no agent may work. */
  const workDirectory = Effect.fn("Reach.workDirectory")(function* (root: Channel, workDir: string) {
    const { others } = yield* around(root.channel_id, workDir)
    const found = yield* guard.workDirectory(workDir, others)
    if ("real" in found) return found.real
    return yield* new SandboxError({ reason: "bad_mount", target: workDir, detail: found.refused })
  })

  return { around, effective, workDirectory }
})

export type Reach = Effect.Success<typeof make>
