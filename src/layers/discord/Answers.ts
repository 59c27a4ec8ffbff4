/**
 * The answer to one interaction, by its own token, which holds for fifteen minutes
 * (https://discord.com/developers/docs/interactions/receiving-and-responding). When it does not hold any more, the answer
 * becomes a message in the channel; what was for one person alone is not said there, only that it was.
 */
import { Deferred, Effect, Semaphore } from "effect"
import {
  MessageFlags,
  type RESTPostAPIWebhookWithTokenJSONBody,
  RESTJSONErrorCodes,
  Routes
} from "discord-api-types/v10"
import { discordLimit, split } from "../../domain/chat/Split.ts"
import type { ChannelId } from "../../domain/Ids.ts"
import type { ChatPlatform, ChatPost, Reply } from "../../services/ChatPlatform.ts"
import type { DeliveryFailed } from "../../services/Platforms.ts"
import { failureOf, hasCode, isExpired } from "./Errors.ts"
import { bodyOf, filesOf } from "./MessageBody.ts"
import type { Speaker } from "./Delivery.ts"
import type { Method, Rejected } from "./Rest.ts"

export interface Answering extends Speaker {
  readonly appId: string
  readonly deliver: ChatPlatform["deliver"]
  readonly edit: ChatPlatform["edit"]
}

export interface Asked {
  readonly interactionId: string
  readonly token: string
  readonly channel: ChannelId
  readonly personId: string
  /** Whether Discord knows that we are at it; false: it was too late. */
  readonly acknowledged: Deferred.Deferred<boolean>
}

const about = { what: "answer there", needs: "View Channel and Send Messages" }

/** A failure of Discord's own is tried so often again: nobody else would say it. */
const again = { times: 2, while: (failed: DeliveryFailed) => failed.outcome === "retry" && failed.afterMs === null }

const expired = "expired" as const

/** One request by the interaction's token; `expired` where that holds no more. */
const byToken = (
  answering: Answering,
  asked: Asked,
  method: Method,
  path: "" | "@original",
  post?: ChatPost,
  hidden = false
) =>
  Effect.gen(function* () {
    const { allowMentions, api, appId, self } = answering
    const route = path === "" ? Routes.webhook(appId, asked.token) : Routes.webhookMessage(appId, asked.token, path)
    const flags: RESTPostAPIWebhookWithTokenJSONBody = hidden ? { flags: MessageFlags.Ephemeral } : {}
    const request =
      post === undefined
        ? { auth: false }
        : { auth: false, body: { ...bodyOf(post, yield* allowMentions, self()), ...flags }, files: filesOf(post) }
    return yield* api.raw<unknown>(method, route, request).pipe(
      Effect.as("done" as const),
      Effect.catch(({ error }: Rejected) => {
        if (isExpired(error)) return Effect.succeed(expired)
        // The deferred answer was taken away already.
        if (method === "delete" && hasCode(error, RESTJSONErrorCodes.UnknownMessage))
          return Effect.succeed("done" as const)
        return Effect.fail(failureOf(about.what, about.needs)(error))
      }),
      Effect.retry(again)
    )
  })

/** Parts that Discord takes; what hangs on the post hangs on the last. */
const partsOf = (post: ChatPost): ReadonlyArray<ChatPost> => {
  const contents = split(post.content, discordLimit)
  if (contents.length < 2) return [post]
  const parts: Array<ChatPost> = contents.map((content) => ({ content }))
  parts[parts.length - 1] = { ...post, content: contents.at(-1) ?? "" }
  return parts
}

/** `opened`: a "thinking …" stands in the channel and waits for the first answer. */
export const replyTo = (answering: Answering, asked: Asked, opened: boolean): Reply => {
  const one = Semaphore.makeUnsafe(1)
  let open = opened
  let late = false
  let said = 0
  let pointed = false

  const aloud = (post: ChatPost) =>
    answering.deliver(asked.channel, post, `${BigInt(asked.interactionId).toString(36)}.${(said += 1)}`)

  const inChannel = Effect.fnUntraced(function* (post: ChatPost, hidden: boolean) {
    if (!hidden) return yield* aloud(post)
    if (pointed) return
    yield* aloud({
      content: `<@${asked.personId}>, the answer was for you alone, and Discord does not take it any more. Ask again, please.`
    })
    pointed = true
  })

  const say = Effect.fnUntraced(function* (post: ChatPost, hidden: boolean) {
    late = late || !(yield* Deferred.await(asked.acknowledged))
    if (late) return yield* inChannel(post, hidden)
    let outcome: "done" | "expired" = "done"
    // The first follow-up would take the public answer's place, and be as public.
    if (open && hidden) outcome = yield* byToken(answering, asked, "delete", "@original")
    if (outcome === "done") {
      outcome =
        open && !hidden
          ? yield* byToken(answering, asked, "patch", "@original", post)
          : yield* byToken(answering, asked, "post", "", post, hidden)
    }
    if (outcome === "done") {
      open = false
      return
    }
    late = true
    yield* inChannel(post, hidden)
  })

  return {
    say: (post, options) =>
      Effect.forEach(partsOf(post), (part) => say(part, options?.private === true), { discard: true }).pipe(
        one.withPermits(1)
      )
  }
}

/** Changes the message that was clicked on, as the click's answer or else as any message of ours. */
export const changeOf = (answering: Answering, asked: Asked, messageId: string) =>
  Effect.fnUntraced(function* (post: ChatPost) {
    const inTime = yield* Deferred.await(asked.acknowledged)
    const outcome = inTime ? yield* byToken(answering, asked, "patch", "@original", post) : expired
    if (outcome === expired) yield* answering.edit(asked.channel, messageId, post)
  })
