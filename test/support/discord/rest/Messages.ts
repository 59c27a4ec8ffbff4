/** Messages of a channel. */
import {
  archivedThread,
  invalidForm,
  missingPermissions,
  notYourMessage,
  unknownEmoji,
  wrongChannelType
} from "../world/ApiError.ts"
import { ChannelType, type Channel, type Message } from "../world/Model.ts"
import * as Messages from "../world/Messages.ts"
import { botMay, Permission } from "../world/Permissions.ts"
import { message } from "../world/RenderMessage.ts"
import { compareIds } from "../world/Snowflake.ts"
import type { World } from "../world/World.ts"
import * as Find from "./Find.ts"
import { checkNotEmpty, messageBody } from "./MessageBody.ts"
import { del, get, nothing, ok, patch, post, put, type Asked, type Routes } from "./Router.ts"

/** Newest first, as Discord gives them. */
const page = (asked: Asked, all: ReadonlyArray<Message>): ReadonlyArray<Message> => {
  const limit = Number(asked.query.get("limit") ?? 50)
  if (!Number.isInteger(limit) || limit < 1 || limit > 100) {
    throw invalidForm(["limit"], "NUMBER_TYPE_RANGE", "int value should be between 1 and 100.")
  }
  const than = (name: string) => asked.query.get(name)
  const [around, before, after] = [than("around"), than("before"), than("after")]
  const older = (id: string, some: number) => {
    const found = all.filter((one) => compareIds(one.id, id) < 0)
    return found.slice(Math.max(0, found.length - some))
  }
  const newer = (id: string, some: number) => all.filter((one) => compareIds(one.id, id) > 0).slice(0, some)
  const chosen =
    around !== null
      ? [
          ...older(around, Math.floor(limit / 2)),
          ...all.filter(({ id }) => id === around),
          ...newer(around, Math.floor(limit / 2))
        ].slice(0, limit)
      : before !== null
        ? older(before, limit)
        : after !== null
          ? newer(after, limit)
          : all.slice(-limit)
  return chosen.toReversed()
}

const readable = (asked: Asked): Channel => {
  const channel = Find.channel(asked)
  if (channel.type === ChannelType.category) throw wrongChannelType()
  return channel
}

const referenceOf = (asked: Asked, channel: Channel) => {
  const given = asked.json["message_reference"] as
    | { message_id?: string; channel_id?: string | null; fail_if_not_exists?: boolean | null }
    | null
    | undefined
  if (given === null || given === undefined) return undefined
  const messageId = String(given.message_id)
  const exists = Messages.of(asked.world, channel.id).has(messageId)
  if (exists) {
    if (!botMay(asked.world, channel, Permission.readMessageHistory)) {
      const text = "Cannot reply without permission to read message history"
      throw invalidForm(["message_reference"], "REPLIES_CANNOT_REPLY_WITHOUT_READ_MESSAGE_HISTORY", text)
    }
    return { channelId: channel.id, messageId }
  }
  if (given.fail_if_not_exists === false) return undefined
  throw invalidForm(["message_reference"], "REPLIES_UNKNOWN_MESSAGE", "Unknown message")
}

const nonceKey = (world: World, nonce: string | number) => `${world.bot.user.id}/${nonce}`

const create = (asked: Asked) => {
  const { json, world } = asked
  const channel = readable(asked)
  Find.need(asked, channel, channel.thread ? Permission.sendMessagesInThreads : Permission.sendMessages)
  const nonce = (json["nonce"] ?? undefined) as string | number | undefined
  if (nonce !== undefined && String(nonce).length > 25) {
    throw invalidForm(["nonce"], "BASE_TYPE_MAX_LENGTH", "Must be 25 or fewer in length.")
  }
  const body = messageBody(asked, json)
  checkNotEmpty(body)
  if (body.uploads.length > 0) Find.need(asked, channel, Permission.attachFiles)
  // A message opens a closed thread again, unless somebody locked it: then it has to be opened first.
  if (channel.thread?.archived === true && channel.thread.locked) throw archivedThread()
  if (nonce !== undefined && json["enforce_nonce"] === true) {
    const earlier = world.nonces.get(nonceKey(world, nonce))
    if (earlier !== undefined) return ok(message(world, earlier, Find.sight(asked)))
  }
  const posted = Messages.post(world, channel, {
    authorId: world.bot.user.id,
    content: body.content ?? "",
    embeds: body.embeds ?? [],
    components: body.components ?? [],
    uploads: body.uploads,
    flags: body.flags,
    allowedMentions: body.allowedMentions,
    reference: referenceOf(asked, channel),
    nonce
  })
  if (nonce !== undefined) world.nonces.set(nonceKey(world, nonce), posted)
  return ok(message(world, posted, Find.sight(asked)))
}

const edit = (asked: Asked) => {
  const { json, world } = asked
  const channel = readable(asked)
  const found = Find.message(asked, channel)
  if (channel.thread?.archived === true) throw archivedThread()
  if (found.authorId !== world.bot.user.id) throw notYourMessage()
  const body = messageBody(asked, json)
  checkNotEmpty({
    ...body,
    content: body.content ?? found.content,
    embeds: body.embeds ?? found.embeds,
    components: body.components ?? found.components,
    uploads: [...body.uploads, ...(body.keep === undefined ? found.attachments : []).map(() => emptyUpload)]
  })
  return ok(message(world, Messages.edit(world, channel, found, body), Find.sight(asked)))
}

const emptyUpload: Messages.Upload = { filename: "", bytes: new Uint8Array() }

const remove = (asked: Asked) => {
  const channel = readable(asked)
  const found = Find.message(asked, channel)
  const mine = found.authorId === asked.world.bot.user.id
  if (!mine && (channel.guildId === undefined || !botMay(asked.world, channel, Permission.manageMessages))) {
    throw missingPermissions()
  }
  Messages.remove(asked.world, channel, found)
  return nothing
}

const reaction = (asked: Asked, userId: string, on: boolean) => {
  const channel = readable(asked)
  const found = Find.message(asked, channel)
  const emoji = asked.param("emoji_name")
  if (on) Find.need(asked, channel, Permission.readMessageHistory)
  if (on && !found.reactions.has(emoji)) Find.need(asked, channel, Permission.addReactions)
  if (userId !== asked.world.bot.user.id) Find.need(asked, channel, Permission.manageMessages)
  if (!/^\p{RGI_Emoji}$/v.test(emoji) && !/^\p{Extended_Pictographic}$/u.test(emoji)) throw unknownEmoji()
  Messages.react(asked.world, channel, found, emoji, userId, on)
  return nothing
}

const own = "/channels/{channel_id}/messages/{message_id}/reactions/{emoji_name}/@me"

export const messages: Routes = [
  get("/channels/{channel_id}/messages", (asked) => {
    const { world } = asked
    const channel = readable(asked)
    if (!botMay(world, channel, Permission.readMessageHistory)) return ok([])
    return ok(page(asked, Messages.visible(world, channel.id)).map((one) => message(world, one, Find.sight(asked))))
  }),
  post("/channels/{channel_id}/messages", create),
  get("/channels/{channel_id}/messages/{message_id}", (asked) => {
    const channel = readable(asked)
    Find.need(asked, channel, Permission.readMessageHistory)
    return ok(message(asked.world, Find.message(asked, channel), Find.sight(asked)))
  }),
  patch("/channels/{channel_id}/messages/{message_id}", edit),
  del("/channels/{channel_id}/messages/{message_id}", remove),
  put(own, (asked) => reaction(asked, asked.world.bot.user.id, true)),
  del(own, (asked) => reaction(asked, asked.world.bot.user.id, false)),
  del("/channels/{channel_id}/messages/{message_id}/reactions/{emoji_name}/{user_id}", (asked) =>
    reaction(asked, asked.param("user_id"), false)
  )
]
