/** Channels and threads: found, made, changed, deleted. */
import { Clock, Effect } from "effect"
import { faultOf } from "../../domain/egress/Policy.ts"
import * as BudgetWords from "../../domain/budget/Words.ts"
import type { Channel, ChannelSettings } from "../../domain/Channel.ts"
import type { ChannelId, PlatformName, SessionId } from "../../domain/Ids.ts"
import type { ChannelPatch } from "../../services/Channels.ts"
import type { Subject } from "../../services/Tokens.ts"
import { adopt } from "./Adopting.ts"
import { asked, askedOrGone, chatOf, platformFor } from "./Chat.ts"
import { known, made, store, storeLocal } from "./Rows.ts"
import { checkDirectory, checkMounts } from "./Mounting.ts"
import { announce, audited, permitted, refuse, type Shared } from "./Shared.ts"
import { createThread } from "./Threads.ts"

const mayRead = (shared: Shared, subject: Subject, id: ChannelId) =>
  shared.authorizer.authorize(subject, "read", id).pipe(
    Effect.as(true),
    Effect.catchTag("Denied", () => Effect.succeed(false))
  )

export const find = Effect.fn("Conversations.find")(function* (shared: Shared, subject: Subject, id: string) {
  const known = yield* shared.channels.resolve(id)
  // Who may not read a channel is not told whether there is one.
  const open = yield* Effect.filter(known, ({ channel_id }) => mayRead(shared, subject, channel_id))
  if (open.length === 0) yield* shared.authorizer.authorize(subject, "read", id)
  const [channel, ...others] = open
  if (channel === undefined) return yield* refuse("not_found", `There is no channel ${id}.`)
  if (others.length > 0) {
    const names = [channel, ...others].map(({ channel_id }) => channel_id).join(", ")
    return yield* refuse("invalid", `${id} may mean ${names}: give one of these.`)
  }
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
  const act = { actor: subject, action: "channel.create", target: draft.dir_path ?? draft.name }
  yield* shared.authorizer
    .authorize(subject, draft.dir_path === undefined ? "manage" : "grant", "channels")
    .pipe(audited(shared, act))
  const name = draft.name.trim()
  if (name === "") return yield* refuse("invalid", "Give the channel a name.", "name")
  if (draft.parent_id !== undefined) {
    return yield* createThread(shared, subject, { channel_id: draft.parent_id, name })
  }
  const platform = yield* platformFor(shared, draft.platform, "create")
  const dir_path = draft.dir_path === undefined ? {} : { dir_path: yield* checkDirectory(shared, draft.dir_path) }
  const chat = yield* chatOf(shared, platform)
  if (chat === undefined) return yield* made(shared, subject, storeLocal(shared, { platform, name, ...dir_path }))
  const topic = dir_path.dir_path === undefined ? {} : { topic: dir_path.dir_path }
  const { channel_id, name: given } = yield* asked(chat, chat.makeChannel({ name, ...topic }))
  const before = yield* known(shared, channel_id)
  if (
    dir_path.dir_path !== undefined &&
    before !== undefined &&
    (before.dir_path ?? dir_path.dir_path) !== dir_path.dir_path
  ) {
    return yield* refuse(
      "conflict",
      `The channel ${name} works in ${before.dir_path} already: choose another name.`,
      "name"
    )
  }
  return yield* made(shared, subject, store(shared, { channel_id, platform, name: given ?? name, ...dir_path }))
})

/** What widens what an agent can reach or do. */
const lettingOut: ReadonlyArray<keyof ChannelSettings> = [
  "permission_mode",
  "allowed_tools",
  "unattended_permissions",
  "network",
  "mounts",
  "budget",
  "ssh_agent"
]

const actionFor = ({ dir_path, session_id, settings = {} }: ChannelPatch) =>
  dir_path !== undefined || session_id !== undefined || lettingOut.some((key) => settings[key] !== undefined)
    ? "grant"
    : "manage"

/** A thread spends what its channel may; an agent never decides about its own money. */
const budgetFault = (subject: Subject, { parent_id }: Channel, { settings }: ChannelPatch): string | undefined => {
  if (settings?.budget === undefined) return undefined
  if (subject.kind === "run") return BudgetWords.notByAgents
  return parent_id === null ? undefined : BudgetWords.notInThreads
}

export const patch = Effect.fn("Conversations.patch")(function* (
  shared: Shared,
  subject: Subject,
  id: ChannelId,
  { archived, session_id, ...changes }: ChannelPatch & { readonly archived?: true; readonly session_id?: SessionId }
) {
  const lent = changes.settings?.mounts
  const { dir_path, name: called, settings = {} } = changes
  const facts = {
    ...(called !== undefined && { name: called }),
    ...(dir_path !== undefined && { dir_path }),
    ...(archived === true && { archived }),
    ...(session_id !== undefined && { session_id }),
    ...(Object.keys(settings).length > 0 && { settings: Object.keys(settings) })
  }
  const act = {
    actor: subject,
    action: lent === undefined ? "channel.change" : "channel.mounts",
    target: id,
    channel_id: id,
    detail: lent === undefined ? facts : { ...facts, mounts: lent }
  }
  const before = yield* permitted(
    shared,
    subject,
    actionFor({ ...changes, ...(session_id !== undefined && { session_id }) }),
    id
  ).pipe(audited(shared, act))
  const name = changes.name?.trim()
  if (name === "") return yield* refuse("invalid", "Give the channel a name.", "name")
  const network = changes.settings?.network ?? undefined
  const fault = network === undefined ? undefined : faultOf(network)
  if (fault !== undefined) return yield* refuse("invalid", fault, "network")
  const lacks = budgetFault(subject, before, changes)
  if (lacks !== undefined) return yield* refuse("invalid", lacks, "budget")
  const dir = changes.dir_path
  const checked = dir === undefined || dir === null ? {} : { dir_path: yield* checkDirectory(shared, dir) }
  const mounts = changes.settings?.mounts ?? undefined
  if (mounts !== undefined) yield* checkMounts(shared, before, mounts)
  if (archived === true && before.parent_id === null) {
    return yield* refuse("invalid", `${id} is a channel: only threads can be archived.`, "archived")
  }
  const renamed = name !== undefined && name !== before.name
  const chat = renamed || archived === true ? yield* chatOf(shared, before.platform) : undefined
  if (chat !== undefined && renamed) yield* asked(chat, chat.rename(id, name))
  if (chat !== undefined && archived === true) yield* askedOrGone(chat, chat.archive(id))
  const changed = Effect.gen(function* () {
    if (session_id !== undefined) yield* adopt(shared, id, session_id)
    yield* shared.audit.record(act)
    return yield* shared.channels.patch(id, { ...changes, ...checked, ...(name !== undefined && { name }) })
  })
  const channel = yield* shared.store.transaction(changed)
  if (session_id !== undefined) yield* shared.gate.reset(id)
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

/** A thread goes from its platform, too, before it goes here: where that fails, it can be tried again. */
const removeThere = Effect.fnUntraced(function* (shared: Shared, { channel_id, parent_id, platform }: Channel) {
  const chat = parent_id === null ? undefined : shared.chats.get(platform)
  if (chat === undefined) return
  yield* askedOrGone(chat, chat.removeChannel(channel_id))
})

export const remove = Effect.fn("Conversations.remove")(function* (
  shared: Shared,
  subject: Subject,
  id: ChannelId,
  { gone = false }: { readonly gone?: boolean } = {}
) {
  const act = { actor: subject, action: "channel.remove", target: id, channel_id: id }
  const channel = yield* permitted(shared, subject, "manage", id).pipe(audited(shared, act))
  const all = [...(yield* shared.channels.threads(id)), channel]
  yield* Effect.forEach(all, ({ channel_id }) => quieten(shared, channel_id), {
    concurrency: "unbounded",
    discard: true
  })
  for (const { channel_id } of all) yield* shared.agents.close(channel_id)
  if (!gone) yield* removeThere(shared, channel)
  const detail = { name: channel.name, gone }
  yield* shared.store.transaction(Effect.andThen(shared.channels.remove(id), shared.audit.record({ ...act, detail })))
  yield* announce(shared, channel, yield* Clock.currentTimeMillis, true)
})
