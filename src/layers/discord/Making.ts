/** Channels and threads: made, found, named, closed, removed. */
import { Effect, Semaphore } from "effect"
import {
  type APIChannel,
  type APIThreadList,
  ChannelType,
  RESTJSONErrorCodes as Code,
  Routes,
  ThreadAutoArchiveDuration
} from "discord-api-types/v10"
import { isNewer } from "../../domain/chat/CatchUp.ts"
import { channelName } from "../../domain/chat/ChannelName.ts"
import { MessageId } from "../../domain/Ids.ts"
import type { ChatPlatform } from "../../services/ChatPlatform.ts"
import type { DeliveryFailed } from "../../services/Platforms.ts"
import { isThread, knownOf, snowflakeOf } from "./Channels.ts"
import { gone } from "./Errors.ts"
import type { Places } from "./Places.ts"
import type { Api } from "./Rest.ts"
import { firstAt } from "./Snowflake.ts"

const nameLimit = 100

/** Discord counts code points, wants one at least, and none that cannot be seen. */
const threadName = (wanted: string): string =>
  Array.from(wanted.replaceAll(/[\s\p{Cc}]+/gu, " ").trim())
    .slice(0, nameLimit)
    .join("")
    .trim() || "thread"

type Making = Pick<
  ChatPlatform,
  "threads" | "busySince" | "place" | "makeChannel" | "makeThread" | "rename" | "archive" | "removeChannel"
>

export const make = (on: {
  readonly api: Api
  readonly places: Places
  readonly guildId: string
  readonly self: Effect.Effect<{ readonly id: string }, DeliveryFailed>
}): Making => {
  const { api, guildId, places } = on
  const one = Semaphore.makeUnsafe(1)

  const shown = Effect.fnUntraced(function* (channel: APIChannel, guild: string | null) {
    return yield* places.placeOf(knownOf(channel, guild), (yield* on.self).id)
  })

  const allGuilds = () => new Set([...places.guilds(), ...(guildId === "" ? [] : [guildId])])

  const busySince: Making["busySince"] = Effect.fn("Discord.busySince")(function* (since) {
    const about = { what: "see which channels there are", needs: "View Channels" }
    const after = firstAt(since)
    const lists = yield* Effect.forEach(allGuilds(), (guild) =>
      Effect.map(api.call<ReadonlyArray<APIChannel>>(about, "get", Routes.guildChannels(guild)), (list) =>
        list
          .filter(
            (each) =>
              (each.type === ChannelType.GuildText || each.type === ChannelType.GuildAnnouncement) &&
              typeof each.last_message_id === "string" &&
              isNewer(each.last_message_id, after)
          )
          .map((channel) => ({ channel, guild }))
      )
    )
    return yield* Effect.forEach(lists.flat(), ({ channel, guild }) =>
      Effect.map(shown(channel, guild), (place) => ({ place, after: MessageId.make(after) }))
    )
  })

  const threads = Effect.gen(function* () {
    const guilds = allGuilds()
    const about = { what: "see which threads are open", needs: "View Channels" }
    const lists = yield* Effect.forEach(guilds, (guild) =>
      Effect.map(api.call<APIThreadList>(about, "get", Routes.guildActiveThreads(guild)), (list) => ({ guild, list }))
    )
    const all = lists.flatMap(({ guild, list }) => list.threads.map((thread) => ({ guild, thread })))
    return yield* Effect.forEach(all, ({ guild, thread }) => shown(thread as APIChannel, guild))
  })

  const makeChannel: Making["makeChannel"] = Effect.fn("Discord.makeChannel")(function* ({ name, topic }) {
    if (guildId === "") {
      return yield* gone("Loop does not know in which server to make channels: set discord_guild_id in config.json.")
    }
    const wanted = channelName(name)
    const about = { what: "make a channel", needs: "Manage Channels and View Channels" }
    const there = yield* api.call<ReadonlyArray<APIChannel>>(about, "get", Routes.guildChannels(guildId))
    const found = there.find((each) => each.type === ChannelType.GuildText && each.name === wanted)
    return yield* shown(
      found ??
        (yield* api.call<APIChannel>(about, "post", Routes.guildChannels(guildId), {
          body: {
            name: wanted,
            type: ChannelType.GuildText,
            ...(topic !== undefined && { topic: topic.slice(0, 1024) })
          }
        })),
      guildId
    )
  }, one.withPermits(1))

  const makeThread: Making["makeThread"] = Effect.fn("Discord.makeThread")(function* (parentId, { from, name }) {
    const asked = snowflakeOf(parentId)
    const known = places.known(asked) ?? (yield* places.fetch(asked))
    // Threads do not nest: from within one, its sibling is made.
    const parent = known !== undefined && isThread(known) && known.parentId !== null ? known.parentId : asked
    const body = { name: threadName(name), auto_archive_duration: ThreadAutoArchiveDuration.OneWeek }
    const about = { what: "open a thread", needs: "Create Public Threads and Send Messages in Threads" }
    if (from === undefined || parent !== asked) {
      const made = yield* api.call<APIChannel>(about, "post", Routes.threads(parent), {
        body: { ...body, type: ChannelType.PublicThread }
      })
      return yield* shown(made, known?.guildId ?? null)
    }
    const made = yield* api.attempt<APIChannel>(
      about,
      [Code.ThreadAlreadyCreatedForMessage],
      "post",
      Routes.threads(parent, from),
      { body }
    )
    // A thread on a message has the message's id.
    return yield* shown(
      made ?? (yield* api.call<APIChannel>(about, "get", Routes.channel(from))),
      known?.guildId ?? null
    )
  })

  return {
    threads,
    busySince,
    makeChannel,
    makeThread,
    place: Effect.fn("Discord.place")(function* (channel) {
      const found = yield* places.fetch(snowflakeOf(channel))
      return found === undefined ? undefined : yield* places.placeOf(found, (yield* on.self).id)
    }),
    rename: Effect.fn("Discord.rename")(function* (channel, name) {
      const id = snowflakeOf(channel)
      const known = places.known(id) ?? (yield* places.fetch(id))
      const wanted = known?.type === ChannelType.GuildText ? channelName(name) : threadName(name)
      const about = { what: "rename it", needs: "Manage Channels and Manage Threads" }
      yield* api.call(about, "patch", Routes.channel(id), { body: { name: wanted } })
    }),
    archive: Effect.fn("Discord.archive")(function* (thread) {
      const about = { what: "close that thread", needs: "Manage Threads" }
      yield* api.call(about, "patch", Routes.channel(snowflakeOf(thread)), { body: { archived: true } })
    }),
    removeChannel: Effect.fn("Discord.removeChannel")(function* (channel) {
      const about = { what: "delete it", needs: "Manage Channels and Manage Threads" }
      yield* api.attempt(about, [Code.UnknownChannel], "delete", Routes.channel(snowflakeOf(channel)))
    })
  }
}
