/**
 * Says things, each once. Discord answers a repeated nonce with the message that it already has, for a few minutes
 * (https://discord.com/developers/docs/resources/message#create-message); behind that the channel's history tells.
 */
import { Effect } from "effect"
import { type APIMessage, MessageFlags, MessageReferenceType, RESTJSONErrorCodes, Routes } from "discord-api-types/v10"
import type { ChannelId } from "../../domain/Ids.ts"
import type { ChatPlatform, ChatPost, Tried } from "../../services/ChatPlatform.ts"
import type { DeliveryFailed } from "../../services/Platforms.ts"
import { snowflakeOf } from "./Channels.ts"
import { arrivalOf, gone, hasCode, retry, unclear } from "./Errors.ts"
import { type AllowMentions, bodyOf, filesOf } from "./MessageBody.ts"
import { without } from "./Poorer.ts"
import type { Api } from "./Rest.ts"
import { firstAt } from "./Snowflake.ts"

/** Our clock and Discord's may differ by so much. */
const clockSkewMs = 60_000
const pageSize = 100
/** Pages of a channel's history that are looked through for one message. */
const pagesAtMost = 20
/** Deliveries whose ids are remembered, so that a text that was said twice is not taken for one. */
const remembered = 2000

const about = (what: string, files: boolean) => ({
  what,
  needs: `View Channel, Send Messages and Send Messages in Threads${files ? ", Attach Files" : ""}`
})

const hasButton = ({ components = [] }: APIMessage, id: string): boolean =>
  components.some(
    (row) => "components" in row && row.components.some((each) => "custom_id" in each && each.custom_id === id)
  )

export interface Speaker {
  readonly api: Api
  readonly allowMentions: Effect.Effect<AllowMentions>
  /** Our user id, as soon as it is known. */
  readonly self: () => string | undefined
}

export const make = ({
  allowMentions,
  api,
  self
}: Speaker): Pick<ChatPlatform, "deliver" | "edit" | "remove" | "typing"> => {
  /** Message ids by nonce. */
  const said = new Map<string, string>()

  const remember = (nonce: string, id: string) => {
    said.set(nonce, id)
    for (const oldest of said.keys()) {
      if (said.size <= remembered) break
      said.delete(oldest)
    }
    return id
  }

  const isIt = (message: APIMessage, post: ChatPost, nonce: string, others: ReadonlySet<string>) =>
    message.author.id === self() &&
    (message.nonce === nonce ||
      (message.nonce === undefined &&
        !others.has(message.id) &&
        // Its text may have been changed meanwhile; whoever made its buttons gave them ids of their own.
        (post.buttons?.[0]?.[0] === undefined
          ? // Discord trims what it is given.
            message.content === post.content.trim() && message.attachments.length === (post.files?.length ?? 0)
          : hasButton(message, post.buttons[0][0].id))))

  /** Where the history may not be read, Discord gives an empty one. */
  const sure = Effect.fnUntraced(function* (channel: string, after: string) {
    const about = { what: "look whether its message has arrived", needs: "View Channel" }
    const { last_message_id } = yield* api.call<{ readonly last_message_id?: string | null }>(
      about,
      "get",
      Routes.channel(channel)
    )
    if (typeof last_message_id === "string" && BigInt(last_message_id) > BigInt(after)) {
      return yield* unclear("Loop may not read what was written there; give it Read Message History.")
    }
  })

  /** Fails as `retry` where it could not be looked: nothing has been said by that. */
  const look = Effect.fnUntraced(function* (channel: string, post: ChatPost, nonce: string, tried: Tried) {
    const others = new Set([...said.values(), ...(tried.others ?? [])])
    let after = firstAt(tried.since - clockSkewMs)
    for (let page = 0; page < pagesAtMost; page += 1) {
      const messages = yield* api
        .call<ReadonlyArray<APIMessage>>(
          { what: "look whether its message has arrived", needs: "Read Message History" },
          "get",
          Routes.channelMessages(channel),
          { query: new URLSearchParams({ after, limit: String(pageSize) }) }
        )
        .pipe(
          Effect.mapError((failed) => {
            if (failed.outcome === "retry") return failed
            return failed.outcome === "gone" ? unclear(failed.detail) : retry(failed.detail)
          })
        )
      const found = messages.find((each) => isIt(each, post, nonce, others))
      if (found !== undefined) return found.id
      if (page === 0 && messages.length === 0) yield* sure(channel, after)
      // Newest first.
      const newest = messages[0]
      if (newest === undefined || messages.length < pageSize) return undefined
      after = newest.id
    }
    return yield* Effect.fail(unclear("Too much was written since to find out whether Loop's message has arrived."))
  })

  const request = Effect.fnUntraced(function* (channel: string, post: ChatPost, nonce: string) {
    const body = {
      ...bodyOf(post, yield* allowMentions, self()),
      nonce,
      enforce_nonce: true,
      ...(post.silent === true && { flags: MessageFlags.SuppressNotifications }),
      ...(post.replyTo !== undefined && {
        message_reference: { type: MessageReferenceType.Default, message_id: post.replyTo, fail_if_not_exists: false }
      })
    }
    return yield* api.raw<APIMessage>("post", Routes.channelMessages(channel), { body, files: filesOf(post) })
  })

  /** Where a thread was closed and locked, a message does not open it again by itself. */
  const reopen = (channel: string) =>
    api.call({ what: "write in a locked thread", needs: "Manage Threads" }, "patch", Routes.channel(channel), {
      body: { archived: false }
    })

  /** What Discord does not let us say as it is, is said as far as it may be. */
  const create = (
    channel: string,
    post: ChatPost,
    nonce: string,
    looked: boolean,
    reopened = false
  ): Effect.Effect<APIMessage, DeliveryFailed> =>
    Effect.catch(request(channel, post, nonce), ({ error }) => {
      if (hasCode(error, RESTJSONErrorCodes.InvalidActionOnArchivedThread) && !reopened) {
        return Effect.andThen(reopen(channel), create(channel, post, nonce, looked, true))
      }
      const poorer = without(error, post)
      if (poorer !== undefined) return create(channel, poorer, nonce, looked, reopened)
      const failed = arrivalOf(error, about("write there", post.files !== undefined))
      // Whatever was tried before has not arrived, and this try is looked for, too, before the next one.
      return Effect.fail(looked && failed.outcome === "unclear" ? retry(failed.detail) : failed)
    })

  const deliver = Effect.fn("Discord.deliver")(function* (
    channelId: ChannelId,
    post: ChatPost,
    nonce: string,
    tried?: Tried
  ) {
    const channel = snowflakeOf(channelId)
    const before = said.get(nonce)
    if (before !== undefined) return before
    if (tried?.look === true) {
      const found = yield* look(channel, post, nonce, tried)
      if (found !== undefined) return remember(nonce, found)
      if (tried.only === true) return yield* gone("That message is not there.")
    }
    const { id } = yield* create(channel, post, nonce, tried?.look === true)
    return remember(nonce, id)
  })

  return {
    deliver,
    edit: Effect.fn("Discord.edit")(function* (channelId, id, post) {
      yield* api.call(
        about("change its message", post.files !== undefined),
        "patch",
        Routes.channelMessage(snowflakeOf(channelId), id),
        { body: bodyOf(post, yield* allowMentions, self()), files: filesOf(post) }
      )
    }),
    remove: Effect.fn("Discord.remove")(function* (channelId, id) {
      const request = { what: "remove its message", needs: "View Channel" }
      yield* api.attempt(request, [10_003, 10_008], "delete", Routes.channelMessage(snowflakeOf(channelId), id))
    }),
    typing: Effect.fn("Discord.typing")(function* (channelId) {
      yield* api.call(about("show that it types", false), "post", Routes.channelTyping(snowflakeOf(channelId)))
    })
  }
}
