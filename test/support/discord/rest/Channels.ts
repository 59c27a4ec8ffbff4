/** One channel, of whatever kind. */
import { archivedThread, wrongChannelType } from "../world/ApiError.ts"
import * as Guilds from "../world/Guilds.ts"
import { ChannelType, type Channel } from "../world/Model.ts"
import { Permission } from "../world/Permissions.ts"
import * as Render from "../world/Render.ts"
import * as Threads from "../world/Threads.ts"
import * as Find from "./Find.ts"
import { del, get, nothing, ok, patch, post, type Asked, type Routes } from "./Router.ts"

/** Its owner may rename and close a thread; opening a locked one, and others' threads, need the permission. */
const changeThread = (asked: Asked, thread: Channel) => {
  const { json, world } = asked
  const state = thread.thread
  if (state === undefined) throw wrongChannelType()
  const mine = state.ownerId === world.bot.user.id
  if (!mine || json["locked"] !== undefined) Find.need(asked, thread, Permission.manageThreads)
  const wakes = json["archived"] === false
  if (state.archived && !wakes) throw archivedThread()
  if (typeof json["locked"] === "boolean") state.locked = json["locked"]
  if (typeof json["auto_archive_duration"] === "number") state.autoArchive = json["auto_archive_duration"]
  if (typeof json["rate_limit_per_user"] === "number") thread.slowmode = json["rate_limit_per_user"]
  if (wakes) Threads.archive(world, thread, false)
  if (typeof json["name"] === "string" && json["name"] !== thread.name) {
    Threads.rename(world, thread, json["name"], world.bot.user.id)
  }
  if (json["archived"] === true) Threads.archive(world, thread, true)
  else Threads.updated(world, thread)
}

const changeChannel = (asked: Asked, channel: Channel) => {
  const { json, world } = asked
  if (channel.type === ChannelType.dm) throw wrongChannelType()
  Find.need(asked, channel, Permission.manageChannels)
  if (typeof json["name"] === "string") channel.name = Guilds.channelName(channel.type, json["name"])
  if (json["topic"] !== undefined) channel.topic = json["topic"] as string | null
  if (json["parent_id"] !== undefined) channel.parentId = json["parent_id"] as string | null
  if (typeof json["position"] === "number") channel.position = json["position"]
  if (typeof json["rate_limit_per_user"] === "number") channel.slowmode = json["rate_limit_per_user"]
  Guilds.channelUpdated(world, channel)
}

export const channels: Routes = [
  get("/channels/{channel_id}", (asked) => ok(Render.channel(asked.world, Find.channel(asked)))),
  patch("/channels/{channel_id}", (asked) => {
    const channel = Find.channel(asked)
    if (channel.thread === undefined) changeChannel(asked, channel)
    else changeThread(asked, channel)
    return ok(Render.channel(asked.world, channel))
  }),
  del("/channels/{channel_id}", (asked) => {
    const { world } = asked
    const channel = Find.channel(asked)
    const answer = ok(Render.channel(world, channel))
    if (channel.thread !== undefined) {
      Find.need(asked, channel, Permission.manageThreads)
      Threads.remove(world, channel)
    } else if (channel.type !== ChannelType.dm) {
      Find.need(asked, channel, Permission.manageChannels)
      Guilds.removeChannel(world, channel)
    }
    return answer
  }),
  post("/channels/{channel_id}/typing", (asked) => {
    const { world } = asked
    const channel = Find.channel(asked)
    Find.need(asked, channel, channel.thread ? Permission.sendMessagesInThreads : Permission.sendMessages)
    world.typing.set(channel.id, [...(world.typing.get(channel.id) ?? []), world.now()])
    world.changed()
    return nothing
  })
]
