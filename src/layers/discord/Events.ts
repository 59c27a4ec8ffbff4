/** What Discord's gateway tells, as the house's events. One payload at a time, so that their order stays. */
import { Effect } from "effect"
import {
  GatewayDispatchEvents as Event,
  type GatewayDispatchPayload,
  RESTJSONErrorCodes,
  Routes
} from "discord-api-types/v10"
import { MessageId } from "../../domain/Ids.ts"
import type { ChatEvent } from "../../services/ChatPlatform.ts"
import { isThread } from "./Channels.ts"
import { retry } from "./Errors.ts"
import { isEdited, isWritten, messageOf, type Told } from "./MessageShape.ts"
import { channelIdOf, type Places } from "./Places.ts"
import type { Api } from "./Rest.ts"
import { rolesIn } from "./Roles.ts"

/** Those that say something to us; the others are dropped as they come. */
const told: ReadonlySet<GatewayDispatchPayload["t"]> = new Set([
  Event.Ready,
  Event.GuildCreate,
  Event.GuildDelete,
  Event.MessageCreate,
  Event.MessageUpdate,
  Event.MessageDelete,
  Event.MessageDeleteBulk,
  Event.ChannelCreate,
  Event.ChannelUpdate,
  Event.ChannelDelete,
  Event.ThreadCreate,
  Event.ThreadUpdate,
  Event.ThreadDelete,
  Event.ThreadListSync,
  Event.InteractionCreate
])

export const isTold = ({ t }: GatewayDispatchPayload): boolean => told.has(t)

export interface Hearer {
  readonly api: Api
  readonly apiUrl: string
  readonly places: Places
  /** The event of an interaction that has been acknowledged meanwhile. */
  readonly interaction: (id: string) => ChatEvent | undefined
}

const none: ReadonlyArray<ChatEvent> = []

const deleted = (channelId: string, ids: ReadonlyArray<string>): ReadonlyArray<ChatEvent> => [
  { _tag: "Deleted", channel_id: channelIdOf(channelId), ids: ids.map((id) => MessageId.make(id)) }
]

const message = Effect.fnUntraced(function* (hearer: Hearer, d: Told, self: string) {
  const place = yield* hearer.places.of(d.channel_id, { guildId: d.guild_id ?? null }, self)
  return messageOf(d, { place, self, roles: rolesIn(d.guild_id, d.member, d.author), apiUrl: hearer.apiUrl })
})

/** A thread's messages come only to those who are in it. */
const join = (api: Api, id: string) =>
  api
    .attempt(
      { what: "join a thread", needs: "View Channel" },
      [RESTJSONErrorCodes.UnknownChannel],
      "put",
      Routes.threadMembers(id, "@me")
    )
    .pipe(
      // What comes behind it does not wait for long.
      Effect.timeoutOrElse({ duration: "5 seconds", orElse: () => Effect.fail(retry("Discord did not answer.")) }),
      Effect.catch(({ detail }) =>
        Effect.annotateLogs(Effect.logWarning("A thread could not be joined"), { channel: id, detail })
      )
    )

const renamed = (payload: GatewayDispatchPayload) =>
  payload.t === Event.ChannelUpdate || payload.t === Event.ThreadUpdate

export const eventsOf = Effect.fnUntraced(function* (hearer: Hearer, payload: GatewayDispatchPayload, self: string) {
  const { api, places } = hearer
  const before = renamed(payload) ? places.known(payload.d.id)?.name : undefined
  const hanging = payload.t === Event.ChannelDelete ? places.under(payload.d.id) : []
  places.note(payload)
  switch (payload.t) {
    case Event.Ready:
      return [{ _tag: "Connected" }] satisfies ReadonlyArray<ChatEvent>
    case Event.MessageCreate:
      return isWritten(payload.d) ? [{ _tag: "Said" as const, message: yield* message(hearer, payload.d, self) }] : none
    case Event.MessageUpdate:
      return isEdited(payload.d) && isWritten(payload.d)
        ? [{ _tag: "Edited" as const, message: yield* message(hearer, payload.d, self) }]
        : none
    case Event.MessageDelete:
      return deleted(payload.d.channel_id, [payload.d.id])
    case Event.MessageDeleteBulk:
      return deleted(payload.d.channel_id, payload.d.ids)
    case Event.ThreadCreate: {
      if (!isThread(payload.d)) return none
      if (payload.d.owner_id !== self) yield* join(api, payload.d.id)
      const place = yield* places.of(payload.d.id, { guildId: payload.d.guild_id ?? null }, self)
      return [{ _tag: "ThreadOpened" as const, place }]
    }
    case Event.ChannelUpdate:
    case Event.ThreadUpdate: {
      const { id, name } = payload.d
      if (typeof name !== "string" || before === name) return none
      return [{ _tag: "Renamed" as const, channel_id: channelIdOf(id), name }]
    }
    case Event.ThreadDelete:
      return [{ _tag: "Gone" as const, channel_id: channelIdOf(payload.d.id) }]
    case Event.ChannelDelete:
      // Threads go with their channel, and Discord does not say so of each.
      return [...hanging, payload.d.id].map((id) => ({ _tag: "Gone" as const, channel_id: channelIdOf(id) }))
    case Event.InteractionCreate: {
      const event = hearer.interaction(payload.d.id)
      return event === undefined ? none : [event]
    }
    default:
      return none
  }
})
