/** Channels and threads: found, made, changed, deleted. */
import { Clock, Effect } from "effect"
import { base32 } from "../../domain/Base32.ts"
import type { Channel, ForkPoint } from "../../domain/Channel.ts"
import { ChannelId, type MessageId, type PlatformName } from "../../domain/Ids.ts"
import type { ChannelPatch } from "../../services/Channels.ts"
import type { Subject } from "../../services/Tokens.ts"
import { post } from "./Posting.ts"
import { announce, directory, permitted, refuse, type Shared } from "./Shared.ts"

/** `local:` and sixteen characters of base32: 80 random bits. */
const newLocalId = Effect.fnUntraced(function* (shared: Shared) {
  return ChannelId.make(`local:${base32(yield* shared.random.randomBytes(10))}`)
})

export const find = Effect.fn("Conversations.find")(function* (shared: Shared, subject: Subject, id: string) {
  yield* shared.authorizer.authorize(subject, "read", id)
  const [channel, ...others] = yield* shared.channels.resolve(id)
  if (channel === undefined) return yield* refuse("not_found", `There is no channel ${id}.`)
  if (others.length > 0) {
    const names = [channel, ...others].map(({ channel_id }) => channel_id).join(", ")
    return yield* refuse("invalid", `${id} may mean ${names}: give one of these.`)
  }
  return channel
})

/** The platform that is meant where none is named. */
const platformFor = Effect.fnUntraced(function* (shared: Shared, wanted: PlatformName | undefined) {
  const { platforms } = yield* shared.settings.current
  if (wanted !== undefined && !platforms.includes(wanted)) {
    return yield* refuse(
      "not_configured",
      `The platform ${wanted} is not configured: add it to platforms in config.json.`
    )
  }
  const chosen = wanted ?? (platforms.length === 1 ? platforms[0] : platforms.find((name) => name === "local"))
  if (chosen === undefined) {
    return yield* refuse("invalid", `Name a platform: one of ${platforms.join(", ")}.`, "platform")
  }
  if (chosen !== "local") return yield* refuse("not_configured", `Channels cannot be made on ${chosen} from here yet.`)
  return chosen
})

const store = Effect.fnUntraced(function* (
  shared: Shared,
  draft: Omit<Parameters<Shared["channels"]["upsert"]>[0], "channel_id">
) {
  const channel_id = yield* newLocalId(shared)
  const channel = yield* shared.channels.upsert({ channel_id, ...draft })
  yield* announce(shared, channel, yield* Clock.currentTimeMillis)
  return channel
})

export const create = Effect.fn("Conversations.create")(function* (
  shared: Shared,
  subject: Subject,
  draft: {
    readonly name: string
    readonly platform?: PlatformName
    readonly dir_path?: string
    readonly parent_id?: ChannelId
  }
) {
  yield* shared.authorizer.authorize(subject, "manage", "channels")
  const name = draft.name.trim()
  if (name === "") return yield* refuse("invalid", "Give the channel a name.", "name")
  if (draft.parent_id !== undefined) {
    return yield* createThread(shared, subject, { channel_id: draft.parent_id, name })
  }
  const platform = yield* platformFor(shared, draft.platform)
  const dir_path = draft.dir_path === undefined ? {} : { dir_path: yield* directory(draft.dir_path) }
  return yield* store(shared, { platform, name, ...dir_path })
})

export const ensure = (shared: Shared, subject: Subject, dir: string, wanted?: PlatformName) =>
  Effect.gen(function* () {
    yield* shared.authorizer.authorize(subject, "manage", "channels")
    const platform = yield* platformFor(shared, wanted)
    const dir_path = yield* directory(dir)
    const known = yield* shared.channels.byDirectory(dir_path, platform)
    if (known !== undefined) return known
    return yield* store(shared, { platform, name: dir_path.slice(dir_path.lastIndexOf("/") + 1) || "/", dir_path })
  }).pipe(shared.oneAtATime.withPermits(1), Effect.withSpan("Conversations.ensure"))

/** Where the new thread's session starts: at the named message, else where the parent stands now. */
export const forkPoint = Effect.fnUntraced(function* (shared: Shared, from: Channel, message: MessageId | undefined) {
  if (message !== undefined) {
    const known = yield* shared.messages.get(from.channel_id, message)
    if (known === undefined) {
      return yield* refuse("not_found", `There is no message ${message} in ${from.channel_id}.`, "from_message_id")
    }
    const at = yield* shared.messages.forkPoint(from.channel_id, message)
    if (at !== undefined) return at
  }
  const { session_id, last_message_uuid: message_uuid, fork_from } = from
  return session_id === null ? fork_from : ({ session_id, message_uuid } satisfies ForkPoint)
})

export const createThread = Effect.fn("Conversations.createThread")(function* (
  shared: Shared,
  subject: Subject,
  draft: {
    readonly channel_id: ChannelId
    readonly name: string
    readonly message?: string
    readonly author_id?: string
    readonly from_message_id?: MessageId
  }
) {
  const from = yield* permitted(shared, subject, "write", draft.channel_id)
  const parent = yield* shared.channels.root(from)
  yield* platformFor(shared, parent.platform)
  const name = draft.name.trim()
  if (name === "") return yield* refuse("invalid", "Give the thread a name.", "name")
  const fork_from = yield* forkPoint(shared, from, draft.from_message_id)
  const thread = yield* store(shared, {
    platform: parent.platform,
    name,
    parent_id: parent.channel_id,
    ...(fork_from !== null && { fork_from })
  })
  if (draft.message !== undefined) {
    const author = draft.author_id === undefined ? {} : { author_id: draft.author_id }
    yield* post(shared, subject, { channel_id: thread.channel_id, content: draft.message, ...author })
  }
  return thread
})

export const patch = Effect.fn("Conversations.patch")(function* (
  shared: Shared,
  subject: Subject,
  id: ChannelId,
  changes: ChannelPatch
) {
  yield* permitted(shared, subject, "manage", id)
  if (changes.name !== undefined && changes.name.trim() === "") {
    return yield* refuse("invalid", "Give the channel a name.", "name")
  }
  const dir = changes.dir_path
  const checked = dir === undefined || dir === null ? {} : { dir_path: yield* directory(dir) }
  const channel = yield* shared.channels.patch(id, { ...changes, ...checked })
  yield* announce(shared, channel, yield* Clock.currentTimeMillis)
  return channel
})

/**
 * Drops what waits in a channel and ends what runs, until neither is left: a message that was written into a turn cannot be
 * dropped and begins after it.
 */
const quieten = Effect.fnUntraced(function* (shared: Shared, id: ChannelId) {
  let stopped = true
  while (stopped) {
    for (const { message_id } of yield* shared.messages.queued(id)) yield* shared.messages.drop(id, message_id)
    stopped = (yield* shared.gate.stop(id)).stopped
  }
})

export const remove = Effect.fn("Conversations.remove")(function* (shared: Shared, subject: Subject, id: ChannelId) {
  const channel = yield* permitted(shared, subject, "manage", id)
  const all = [...(yield* shared.channels.threads(id)), channel]
  yield* Effect.forEach(all, ({ channel_id }) => quieten(shared, channel_id), {
    concurrency: "unbounded",
    discard: true
  })
  for (const { channel_id } of all) yield* shared.agents.close(channel_id)
  yield* shared.channels.remove(id)
  yield* announce(shared, channel, yield* Clock.currentTimeMillis, true)
})
