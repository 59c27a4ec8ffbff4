/**
 * What we know of channels and threads from what Discord tells by itself: only names and where they hang, of those that
 * are open, so that a message needs no request. What is not known is asked for once.
 */
import { Effect } from "effect"
import {
  type APIChannel,
  ChannelType,
  GatewayDispatchEvents as Event,
  type GatewayDispatchPayload,
  RESTJSONErrorCodes,
  Routes
} from "discord-api-types/v10"
import { ChannelId } from "../../domain/Ids.ts"
import type { Place } from "../../services/ChatPlatform.ts"
import type { DeliveryFailed } from "../../services/Platforms.ts"
import { isThread, type Known, knownOf, type Told } from "./Channels.ts"
import { retry } from "./Errors.ts"
import type { Api } from "./Rest.ts"

/** Threads that are remembered at most; Discord opens no more than 1,000 at a time in one guild. */
const atMost = 20_000

export interface Places {
  /** Takes in what a payload says; tells what was known before of the channel that it is about. */
  readonly note: (payload: GatewayDispatchPayload) => void
  readonly known: (id: string) => Known | undefined
  /** Threads under a channel. */
  readonly under: (id: string) => ReadonlyArray<string>
  readonly guilds: () => ReadonlyArray<string>
  /** Without asking Discord. */
  readonly here: (id: string, hint: Hint, self: string) => Place
  /** Asks Discord where it is not known; a failure to find out leaves the name open. */
  readonly of: (id: string, hint: Hint, self: string) => Effect.Effect<Place>
  /** As Discord has it now; undefined where it is no more. */
  readonly fetch: (id: string) => Effect.Effect<Known | undefined, DeliveryFailed>
  readonly placeOf: (known: Known, self: string) => Effect.Effect<Place>
}

/** What an event says of its channel. */
export interface Hint {
  readonly guildId: string | null
  readonly channel?: Told | undefined
}

export const channelIdOf = (snowflake: string): ChannelId => ChannelId.make(`discord:${snowflake}`)

export const make = (api: Api): Places => {
  const all = new Map<string, Known>()
  const guilds = new Set<string>()

  const remember = (channel: Told, guildId?: string) => {
    const known = knownOf(channel, guildId)
    all.delete(known.id)
    all.set(known.id, known)
    if (all.size > atMost) {
      for (const [id, each] of all) {
        if (!isThread(each)) continue
        all.delete(id)
        break
      }
    }
    return known
  }

  const under = (parent: string) =>
    [...all.values()].filter((each) => isThread(each) && each.parentId === parent).map(({ id }) => id)

  const note = (payload: GatewayDispatchPayload) => {
    switch (payload.t) {
      case Event.Ready:
        for (const { id } of payload.d.guilds) guilds.add(id)
        return
      case Event.GuildCreate: {
        const { channels, id, threads } = payload.d
        guilds.add(id)
        for (const channel of [...(channels ?? []), ...(threads ?? [])]) remember(channel, id)
        return
      }
      case Event.GuildDelete: {
        if (payload.d.unavailable === true) return
        guilds.delete(payload.d.id)
        for (const [id, { guildId }] of all) if (guildId === payload.d.id) all.delete(id)
        return
      }
      case Event.ChannelCreate:
      case Event.ChannelUpdate:
      case Event.ThreadCreate:
        return void remember(payload.d)
      case Event.ThreadUpdate:
        if (payload.d.thread_metadata?.archived === true) all.delete(payload.d.id)
        else remember(payload.d)
        return
      case Event.ThreadListSync:
        for (const thread of payload.d.threads) remember(thread, payload.d.guild_id)
        return
      case Event.ChannelDelete:
      case Event.ThreadDelete:
        for (const id of under(payload.d.id)) all.delete(id)
        return void all.delete(payload.d.id)
      default:
    }
  }

  const fetch = Effect.fnUntraced(function* (id: string) {
    const about = { what: "see that channel", needs: "View Channel" }
    const channel = yield* api.attempt<APIChannel>(
      about,
      [RESTJSONErrorCodes.UnknownChannel],
      "get",
      Routes.channel(id)
    )
    if (channel === undefined) all.delete(id)
    return channel === undefined ? undefined : remember(channel)
  })

  const build = (known: Known, parentName: string | null, self: string): Place => ({
    channel_id: channelIdOf(known.id),
    guild_id: known.guildId,
    name: known.name,
    parent:
      isThread(known) && known.parentId !== null ? { channel_id: channelIdOf(known.parentId), name: parentName } : null,
    direct: known.type === ChannelType.DM,
    ours: isThread(known) && known.ownerId === self
  })

  const unknown = (id: string, { guildId }: Hint): Place => ({
    channel_id: channelIdOf(id),
    guild_id: guildId,
    name: null,
    parent: null,
    direct: guildId === null,
    ours: false
  })

  const nameOf = (id: string | null) => (id === null ? null : (all.get(id)?.name ?? null))

  const placeOf = Effect.fnUntraced(function* (known: Known, self: string) {
    const parent = isThread(known) ? known.parentId : null
    if (parent !== null && !all.has(parent)) yield* Effect.ignore(fetch(parent), { log: "Debug" })
    return build(known, nameOf(parent), self)
  })

  const here = (id: string, hint: Hint, self: string): Place => {
    const known = all.get(id) ?? (hint.channel === undefined ? undefined : knownOf(hint.channel, hint.guildId))
    return known === undefined ? unknown(id, hint) : build(known, nameOf(known.parentId), self)
  }

  return {
    note,
    known: (id) => all.get(id),
    under,
    guilds: () => [...guilds],
    here,
    of: Effect.fnUntraced(function* (id, hint, self) {
      const known = all.get(id)
      if (known !== undefined) return yield* placeOf(known, self)
      // A direct conversation has no name to ask for.
      if (hint.guildId === null) return unknown(id, hint)
      const found = yield* fetch(id).pipe(
        // The message itself is worth more than its channel's name.
        Effect.timeoutOrElse({ duration: "5 seconds", orElse: () => Effect.fail(retry("Discord did not answer.")) }),
        Effect.catch((failed) =>
          Effect.as(
            Effect.logWarning("A channel could not be looked up").pipe(
              Effect.annotateLogs({ channel: id, detail: failed.detail })
            ),
            undefined
          )
        )
      )
      return found === undefined ? unknown(id, hint) : yield* placeOf(found, self)
    }),
    fetch,
    placeOf
  }
}
