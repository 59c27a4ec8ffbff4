/** Channels for directories: one for each, found or made, and made again where it was deleted on its platform. */
import { Effect } from "effect"
import * as Naming from "../../domain/chat/Naming.ts"
import type { Channel } from "../../domain/Channel.ts"
import type { PlatformName } from "../../domain/Ids.ts"
import type { ChatPlatform } from "../../services/ChatPlatform.ts"
import type { Subject } from "../../services/Tokens.ts"
import { asked, chatOf, platformFor } from "./Chat.ts"
import { known, made, store, storeLocal } from "./Rows.ts"
import { checkDirectory } from "./Mounting.ts"
import { audited, type Shared } from "./Shared.ts"

/** A channel of the directory's name that nobody else has, also not a directory of the same name. */
const makeOn = Effect.fnUntraced(function* (shared: Shared, chat: ChatPlatform, dir: string) {
  const name = Naming.ofDirectory(dir)
  const place = yield* asked(chat, chat.makeChannel({ name, topic: dir }))
  const row = yield* known(shared, place.channel_id)
  if (row === undefined || row.dir_path === dir) return place
  return yield* asked(chat, chat.makeChannel({ name: `${name}-${Naming.suffixOf(dir)}`, topic: dir }))
})

/** Whether it is certain that the channel is no more on its platform. */
const isGone = (chat: ChatPlatform, { channel_id }: Channel) =>
  chat.place(channel_id).pipe(
    Effect.map((place) => place === undefined),
    Effect.catchTag("DeliveryFailed", (failed) =>
      Effect.as(Effect.logWarning(`Whether ${channel_id} is still there is not known`, failed), false)
    )
  )

/** The new channel takes everything over: what was said, the session, the settings, the tasks. */
const remake = Effect.fnUntraced(function* (
  shared: Shared,
  subject: Subject,
  chat: ChatPlatform,
  old: Channel,
  dir: string
) {
  const place = yield* makeOn(shared, chat, dir)
  // It was there all the time, under the name of its directory.
  if (place.channel_id === old.channel_id) return old
  yield* shared.gate.stop(old.channel_id)
  yield* shared.agents.close(old.channel_id)
  yield* shared.files.move(old.channel_id, place.channel_id)
  yield* Effect.logInfo(`The channel of ${dir} was deleted: ${place.channel_id} takes its place`)
  yield* shared.channels.move(old.channel_id, place.channel_id)
  const row = { channel_id: place.channel_id, platform: old.platform, ...named(place.name) }
  return yield* made(shared, subject, store(shared, row))
})

const named = (name: string | null) => (name === null ? {} : { name })

export const ensure = (shared: Shared, subject: Subject, dir: string, wanted?: PlatformName) =>
  Effect.gen(function* () {
    // A directory of this machine is what an agent can reach: not for everybody who may write.
    const act = { actor: subject, action: "channel.create", target: dir }
    yield* shared.authorizer.authorize(subject, "grant", "channels").pipe(audited(shared, act))
    const platform = yield* platformFor(shared, wanted, "ensure")
    const dir_path = yield* checkDirectory(shared, dir)
    const chat = yield* chatOf(shared, platform)
    const stored = yield* shared.channels.byDirectory(dir_path, platform)
    if (chat === undefined) {
      const name = dir_path.slice(dir_path.lastIndexOf("/") + 1) || "/"
      return stored ?? (yield* made(shared, subject, storeLocal(shared, { platform, name, dir_path })))
    }
    if (stored !== undefined) {
      return (yield* isGone(chat, stored)) ? yield* remake(shared, subject, chat, stored, dir_path) : stored
    }
    const place = yield* makeOn(shared, chat, dir_path)
    const row = { channel_id: place.channel_id, platform, dir_path, ...named(place.name) }
    return yield* made(shared, subject, store(shared, row))
  }).pipe(shared.oneAtATime.withPermits(1), Effect.withSpan("Conversations.ensure"))
