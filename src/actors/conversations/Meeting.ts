/** Places of a chat platform that are met for the first time, or again: what is stored of them is never blanked. */
import { Clock, Effect } from "effect"
import type { Channel } from "../../domain/Channel.ts"
import { type ChannelId, platformOf, PlatformName } from "../../domain/Ids.ts"
import type { Met } from "../../services/Conversations.ts"
import type { Subject } from "../../services/Tokens.ts"
import { known } from "./Rows.ts"
import { announce, type Shared } from "./Shared.ts"
import { forkPoint } from "./Threads.ts"

const platformNamed = (id: ChannelId) => {
  const name = platformOf(id)
  return PlatformName.literals.find((each) => each === name) ?? "local"
}

const store = Effect.fnUntraced(function* (
  shared: Shared,
  id: ChannelId,
  name: string | null,
  nameless: string,
  parent: Channel | undefined
) {
  const before = yield* known(shared, id)
  const named = name ?? (before === undefined ? nameless : null)
  // A thread goes on from where its channel stands when it is met first.
  const fork_from = before === undefined && parent !== undefined ? yield* forkPoint(shared, parent, undefined) : null
  const met = yield* shared.channels.upsert({
    channel_id: id,
    platform: platformNamed(id),
    ...(named !== null && { name: named }),
    ...(parent !== undefined && { parent_id: parent.channel_id }),
    ...(fork_from !== null && { fork_from })
  })
  const channel = met.active ? met : yield* shared.channels.patch(id, { active: true })
  if (before === undefined || before.name !== channel.name) {
    yield* announce(shared, channel, yield* Clock.currentTimeMillis)
  }
  return channel
})

/** The channel, active; of a thread, its channel before it (threads of threads hang in the same channel). */
export const meet = Effect.fn("Conversations.meet")(function* (
  shared: Shared,
  subject: Subject,
  { channel_id, direct, name, parent }: Met
) {
  yield* shared.authorizer.authorize(subject, "write", channel_id, parent?.channel_id)
  return yield* shared.store.transaction(
    Effect.gen(function* () {
      if (parent === null) return yield* store(shared, channel_id, name, direct ? "DM" : "channel", undefined)
      const above =
        (yield* known(shared, parent.channel_id)) ??
        (yield* store(shared, parent.channel_id, parent.name, "channel", undefined))
      const root = yield* shared.channels.root(above)
      return yield* store(shared, channel_id, name, "thread", root)
    })
  )
})
