/** Which session a channel goes on in after a run. */
import { Effect } from "effect"
import type { Channel } from "../../domain/Channel.ts"
import type { PromptId, SessionId } from "../../domain/Ids.ts"
import type { Run } from "../../domain/Run.ts"
import type { ChannelPatch } from "../../services/Channels.ts"
import type { Job } from "./Job.ts"
import * as TaskJob from "./TaskJob.ts"
import type { World } from "./World.ts"

/** Whether the session holds the prompt, in the channel's home or, where that is shared, in the host's. */
export const holds = Effect.fnUntraced(function* (world: World, root: Channel, session: SessionId, prompt: PromptId) {
  const { current, paths } = world.settings
  const { share_claude_home: shared } = yield* current
  const homes = [...(shared ? [paths.userHome] : []), paths.boxHome(root.channel_id)]
  for (const home of homes) if (yield* world.agent.holds(home, session, prompt)) return true
  return false
})

/** Whether the channel was reset since the run's conversation began. */
export const isPast = Effect.fnUntraced(function* (world: World, { channel_id, resets }: Run) {
  return (yield* world.channels.get(channel_id)).resets !== resets
})

/** The channel goes on in this session of its run, unless it was reset since, or the run is a task's with a conversation of its own. */
export const keep = Effect.fnUntraced(function* (
  world: World,
  { run, task }: Job,
  session: Pick<ChannelPatch, "session_id" | "last_message_uuid">
) {
  if (task?.apart === true) return yield* TaskJob.keepSession(world, task, session.session_id ?? null)
  if (yield* isPast(world, run)) return
  yield* world.channels.patch(run.channel_id, { ...session, fork_from: null })
})
