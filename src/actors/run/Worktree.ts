/** `thread_workdir: worktree`: a thread's own git worktree, made before its first run, by git inside a box. */
import { Effect } from "effect"
import type { Channel } from "../../domain/Channel.ts"
import { pathSegment } from "../../domain/Ids.ts"
import * as Sentence from "../../domain/Sentence.ts"
import type { Effective } from "../../services/Settings.ts"
import type { World } from "./World.ts"

/**
 * The channel with its worktree made, when it is a thread that should have one and has none. Where git cannot make one
 * (no repository, no commit yet) the thread says so once and works in its parent's directory. Git runs in a box: hooks and
 * filters of the repository belong to the agent.
 */
export const ensure = Effect.fn("Run.worktree")(function* (
  world: World,
  channel: Channel,
  root: Channel,
  effective: Effective
) {
  if (channel.parent_id === null || channel.dir_path !== null || effective.threadWorkdir !== "worktree") return channel
  const id = channel.channel_id
  const workDir = world.settings.paths.work(id)
  const branch = `loop/${pathSegment(id).replaceAll("%", "-")}`
  const made = yield* Effect.flatMap(world.reach.workDirectory(root, effective.workDir), (source) =>
    world.agents.runOnce({
      channel,
      root,
      argv: ["git", "-C", effective.workDir, "worktree", "add", "-B", branch, workDir],
      workDir,
      mounts: [{ source, target: effective.workDir, readOnly: false, volume: false }]
    })
  ).pipe(
    Effect.catchTag(["SandboxError", "RelayError"], (error) =>
      Effect.as(Effect.logWarning("No box for a worktree", error), undefined)
    )
  )
  // Without boxes there is no run either: its first attempt says why.
  if (made === undefined) return channel
  const { code, output } = made
  if (code === 0) return yield* world.channels.patch(id, { dir_path: workDir })
  yield* Effect.logWarning("A worktree could not be made").pipe(Effect.annotateLogs({ channel: id, output }))
  return yield* world.store.transaction(
    Effect.gen(function* () {
      yield* world.messages.say({
        channel_id: id,
        run_id: null,
        key: `worktree:${id}`,
        content: Sentence.noWorktree(output)
      })
      return yield* world.channels.patch(id, { settings: { thread_workdir: "shared" } })
    })
  )
})
