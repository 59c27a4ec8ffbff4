/** What was written in a channel before. Discord gives a hundred messages at a time, without the roles of who wrote them. */
import { Effect } from "effect"
import { type APIGuildMember, type APIMessage, RESTJSONErrorCodes as Code, Routes } from "discord-api-types/v10"
import type { ChannelId, MessageId } from "../../domain/Ids.ts"
import type { ChatMessage, ChatPlatform } from "../../services/ChatPlatform.ts"
import type { DeliveryFailed } from "../../services/Platforms.ts"
import { snowflakeOf } from "./Channels.ts"
import { isWritten, messageOf } from "./MessageShape.ts"
import type { Places } from "./Places.ts"
import type { Api } from "./Rest.ts"
import { rolesIn } from "./Roles.ts"
import { byAge } from "./Snowflake.ts"

const pageSize = 100
const about = { what: "read what was written there", needs: "View Channel and Read Message History" }

export const make = (on: {
  readonly api: Api
  readonly apiUrl: string
  readonly places: Places
  readonly self: Effect.Effect<{ readonly id: string }, DeliveryFailed>
}): Pick<ChatPlatform, "history" | "message"> => {
  /** Once per person and reading, of people only. */
  const rolesOf = Effect.fnUntraced(function* (guild: string | null, messages: ReadonlyArray<APIMessage>) {
    const roles = new Map<string, ReadonlyArray<string>>()
    if (guild === null) return roles
    const people = new Set(
      messages.flatMap(({ author, webhook_id }) => (author.bot === true || webhook_id ? [] : author.id))
    )
    yield* Effect.forEach(
      people,
      Effect.fnUntraced(function* (id) {
        const request = { what: "see who is in the server", needs: "View Channel" }
        const member = yield* on.api.attempt<APIGuildMember>(
          request,
          [Code.UnknownMember, Code.UnknownUser],
          "get",
          Routes.guildMember(guild, id)
        )
        roles.set(id, rolesIn(guild, member, undefined))
      }),
      { concurrency: 4, discard: true }
    )
    return roles
  })

  const shaped = Effect.fnUntraced(function* (channelId: string, messages: ReadonlyArray<APIMessage>) {
    const self = (yield* on.self).id
    const known = on.places.known(channelId) ?? (yield* on.places.fetch(channelId))
    const place =
      known === undefined ? on.places.here(channelId, { guildId: null }, self) : yield* on.places.placeOf(known, self)
    const written = messages.filter(isWritten)
    const roles = yield* rolesOf(place.guild_id, written)
    return written.map((each): ChatMessage =>
      messageOf(each, { place, self, roles: roles.get(each.author.id) ?? [], apiUrl: on.apiUrl })
    )
  })

  const page = (channel: string, query: Record<string, string>) =>
    Effect.map(
      on.api.call<ReadonlyArray<APIMessage>>(about, "get", Routes.channelMessages(channel), {
        query: new URLSearchParams(query)
      }),
      (messages) => messages.toSorted(byAge)
    )

  /** Forwards from `after`, or backwards from the newest. */
  const read = Effect.fnUntraced(function* (channel: string, after: string | null, limit: number) {
    const all: Array<APIMessage> = []
    while (all.length < limit) {
      const size = Math.min(pageSize, limit - all.length)
      const [oldest, newest] = [all[0], all.at(-1)]
      const where: Record<string, string> =
        after === null ? (oldest === undefined ? {} : { before: oldest.id }) : { after: newest?.id ?? after }
      const got = yield* page(channel, { ...where, limit: String(size) })
      if (after === null) all.unshift(...got)
      else all.push(...got)
      if (got.length < size) break
    }
    return all
  })

  return {
    history: Effect.fn("Discord.history")(function* (channelId: ChannelId, after: MessageId | null, limit: number) {
      const channel = snowflakeOf(channelId)
      return yield* shaped(channel, yield* read(channel, after, limit))
    }),
    message: Effect.fn("Discord.message")(function* (channelId: ChannelId, id: MessageId) {
      const channel = snowflakeOf(channelId)
      const found = yield* on.api.attempt<APIMessage>(
        about,
        [Code.UnknownMessage],
        "get",
        Routes.channelMessage(channel, id)
      )
      return found === undefined ? undefined : (yield* shaped(channel, [found]))[0]
    })
  }
}
