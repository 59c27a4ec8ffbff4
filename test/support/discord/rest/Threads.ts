/** Threads of a channel and who is in them. */
import { archivedThread, threadExists, unknownChannel, wrongChannelType } from "../world/ApiError.ts"
import { ChannelType, type Channel } from "../world/Model.ts"
import { Permission } from "../world/Permissions.ts"
import * as Render from "../world/Render.ts"
import * as Threads from "../world/Threads.ts"
import * as Find from "./Find.ts"
import { created, del, get, nothing, ok, post, put, type Asked, type Routes } from "./Router.ts"

const parentOf = (asked: Asked): Channel => {
  const channel = Find.channel(asked)
  if (channel.type !== ChannelType.text) throw wrongChannelType()
  return channel
}

const thread = (asked: Asked): Channel => {
  const channel = Find.channel(asked)
  if (channel.thread === undefined) throw unknownChannel()
  return channel
}

/** One that is not closed: membership of a closed one does not change. */
const openThread = (asked: Asked): Channel => {
  const found = thread(asked)
  if (found.thread?.archived === true) throw archivedThread()
  return found
}

const common = ({ json, world }: Asked) => ({
  name: String(json["name"]),
  ownerId: world.bot.user.id,
  autoArchive: (json["auto_archive_duration"] ?? undefined) as number | undefined
})

export const threads: Routes = [
  post("/channels/{channel_id}/messages/{message_id}/threads", (asked) => {
    const parent = parentOf(asked)
    Find.need(asked, parent, Permission.createPublicThreads)
    const from = Find.message(asked, parent)
    if (asked.world.channels.has(from.id)) throw threadExists()
    return created(Render.channel(asked.world, Threads.open(asked.world, parent, { ...common(asked), from })))
  }),
  // Without a type Discord opens a private thread.
  post("/channels/{channel_id}/threads", (asked) => {
    const parent = parentOf(asked)
    const isPrivate = (asked.json["type"] ?? ChannelType.privateThread) === ChannelType.privateThread
    Find.need(asked, parent, isPrivate ? Permission.createPrivateThreads : Permission.createPublicThreads)
    return created(Render.channel(asked.world, Threads.open(asked.world, parent, { ...common(asked), isPrivate })))
  }),
  get("/channels/{channel_id}/threads/archived/public", (asked) => {
    const { query, world } = asked
    const parent = parentOf(asked)
    Find.need(asked, parent, Permission.readMessageHistory)
    const before = query.get("before")
    const limit = Number(query.get("limit") ?? 50)
    const found = [...world.channels.values()]
      .filter(({ parentId, thread, type }) => {
        return parentId === parent.id && type === ChannelType.thread && thread?.archived === true
      })
      .filter(({ thread }) => before === null || (thread?.archiveChangedAt ?? 0) < Date.parse(before))
      .sort((left, right) => (right.thread?.archiveChangedAt ?? 0) - (left.thread?.archiveChangedAt ?? 0))
    const shown = found.slice(0, limit)
    const me = world.bot.user.id
    return ok({
      threads: shown.map((one) => Render.channel(world, one)),
      members: shown.filter((one) => one.thread?.members.has(me) === true).map((one) => Render.threadMember(one, me)),
      has_more: found.length > limit
    })
  }),
  get("/channels/{channel_id}/thread-members", (asked) => {
    const found = thread(asked)
    return ok([...(found.thread?.members.keys() ?? [])].map((id) => Render.threadMember(found, id)))
  }),
  put("/channels/{channel_id}/thread-members/@me", (asked) => {
    Threads.join(asked.world, openThread(asked), asked.world.bot.user.id)
    return nothing
  }),
  del("/channels/{channel_id}/thread-members/@me", (asked) => {
    Threads.leave(asked.world, openThread(asked), asked.world.bot.user.id)
    return nothing
  }),
  put("/channels/{channel_id}/thread-members/{user_id}", (asked) => {
    Threads.join(asked.world, openThread(asked), asked.param("user_id"))
    return nothing
  }),
  del("/channels/{channel_id}/thread-members/{user_id}", (asked) => {
    const found = openThread(asked)
    Find.need(asked, found, Permission.manageThreads)
    Threads.leave(asked.world, found, asked.param("user_id"))
    return nothing
  })
]
