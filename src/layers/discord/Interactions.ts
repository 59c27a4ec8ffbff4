/**
 * Commands, clicks, forms and completions. Discord waits three seconds, so each is acknowledged in the moment that it is
 * read, before anything that came earlier has been worked on; the event follows in its turn.
 */
import { Deferred, Effect, type Fiber } from "effect"
import {
  type APIApplicationCommandAutocompleteInteraction,
  type APIInteraction,
  type APIMessage,
  ApplicationCommandType,
  ComponentType,
  type APIInteractionResponse,
  InteractionResponseType as Answer,
  InteractionType,
  RESTJSONErrorCodes,
  Routes
} from "discord-api-types/v10"
import type { ChatChoice } from "../../domain/chat/Words.ts"
import { MessageId } from "../../domain/Ids.ts"
import { clip } from "../../domain/Text.ts"
import type { ChatEvent, Person, Place } from "../../services/ChatPlatform.ts"
import { type Answering, type Asked, changeOf, replyTo } from "./Answers.ts"
import { formOf, textOf } from "./Components.ts"
import { failureOf, hasCode, isExpired } from "./Errors.ts"
import { messageOf } from "./MessageShape.ts"
import { calledOf } from "./Options.ts"
import type { Places } from "./Places.ts"
import type { Rejected } from "./Rest.ts"
import { rolesIn } from "./Roles.ts"

export interface Interacting extends Answering {
  readonly apiUrl: string
  readonly places: Places
  /** The declared name of a command on a message, by what it is shown as. */
  readonly menu: (shown: string) => string | undefined
  readonly run: (effect: Effect.Effect<unknown>) => Fiber.Fiber<unknown>
}

const choicesAtMost = 25
const choiceLimit = 100
/** Discord waits three seconds for choices; behind this there are none. */
const choosing = "2500 millis"

const personOf = ({ guild_id, member, user }: APIInteraction): Person => {
  const who = member?.user ?? user
  return { id: who?.id ?? "", name: who?.username ?? "", roles: rolesIn(guild_id, member, who) }
}

const callback = (on: Interacting, d: APIInteraction, body: APIInteractionResponse) =>
  on.api.raw<unknown>("post", Routes.interactionCallback(d.id, d.token), { auth: false, body })

/** Whether it was in time. An answer that arrived although we never heard so is one. */
const acknowledge = (on: Interacting, d: APIInteraction, body: APIInteractionResponse) =>
  callback(on, d, body).pipe(
    Effect.retry({ times: 1, while: ({ error }) => !isExpired(error) && !isAnswered(error) }),
    Effect.as(true),
    Effect.catch(({ error }: Rejected) =>
      isAnswered(error)
        ? Effect.succeed(true)
        : Effect.as(
            Effect.logWarning("An interaction could not be acknowledged").pipe(
              Effect.annotateLogs({ detail: failureOf("answer it", "nothing")(error).detail })
            ),
            false
          )
    )
  )

/** A fault of our own is no answer either. */
const settled = (acknowledged: Effect.Effect<boolean>) =>
  Effect.catchCause(acknowledged, (cause) =>
    Effect.as(Effect.logError("An interaction could not be acknowledged", cause), false)
  )

const isAnswered = (error: unknown) => hasCode(error, RESTJSONErrorCodes.InteractionHasAlreadyBeenAcknowledged)

/** Discord takes numbers only for an option that is one. */
const choicesOf = (choices: ReadonlyArray<ChatChoice>, integer: boolean) =>
  choices.slice(0, choicesAtMost).map(({ name, value }) => ({
    name: clip(name, choiceLimit),
    value: integer ? Number(value) : value
  }))

const completing = (
  on: Interacting,
  d: APIApplicationCommandAutocompleteInteraction,
  place: Place
): ChatEvent | undefined => {
  const { focused, name } = calledOf(d.data.name, d.data.options)
  if (focused === null) return undefined
  let answered = false
  const answer = (choices: ReadonlyArray<ChatChoice>) =>
    Effect.suspend(() => {
      if (answered) return Effect.void
      answered = true
      return Effect.asVoid(
        callback(on, d, {
          type: Answer.ApplicationCommandAutocompleteResult,
          data: { choices: choicesOf(choices, focused.integer) }
        })
      )
    }).pipe(Effect.mapError(({ error }) => failureOf("offer choices", "nothing")(error)))
  on.run(Effect.andThen(Effect.sleep(choosing), Effect.ignore(answer([]), { log: "Debug" })))
  return {
    _tag: "Completing",
    place,
    person: personOf(d),
    name,
    option: focused.option,
    typed: focused.typed,
    choices: answer
  }
}

/** Acknowledges, and gives the event that will be told; undefined where there is none to tell. */
export const begin = (on: Interacting, d: APIInteraction, self: string): ChatEvent | undefined => {
  const channel = d.channel?.id
  if (channel === undefined) return undefined
  const place = on.places.here(channel, { guildId: d.guild_id ?? null, channel: d.channel }, self)
  const person = personOf(d)
  const asked: Asked = {
    interactionId: d.id,
    token: d.token,
    channel: place.channel_id,
    personId: person.id,
    acknowledged: Deferred.makeUnsafe<boolean>()
  }
  const first = (body: APIInteractionResponse) =>
    on.run(Effect.flatMap(settled(acknowledge(on, d, body)), (inTime) => Deferred.succeed(asked.acknowledged, inTime)))
  const click = (message: APIMessage, button: string, text: string | null): ChatEvent => {
    first({ type: Answer.DeferredMessageUpdate })
    return {
      _tag: "Click",
      place,
      person,
      button,
      message_id: MessageId.make(message.id),
      text,
      reply: replyTo(on, asked, false),
      change: changeOf(on, asked, message.id)
    }
  }

  switch (d.type) {
    case InteractionType.ApplicationCommand: {
      first({ type: Answer.DeferredChannelMessageWithSource })
      const reply = replyTo(on, asked, true)
      if (d.data.type === ApplicationCommandType.ChatInput) {
        const { name, options } = calledOf(d.data.name, d.data.options)
        return { _tag: "Command", place, person, name, options, target: null, reply }
      }
      if (d.data.type !== ApplicationCommandType.Message) return undefined
      const target = d.data.resolved.messages[d.data.target_id]
      return {
        _tag: "Command",
        place,
        person,
        name: on.menu(d.data.name) ?? d.data.name,
        options: {},
        target: target === undefined ? null : messageOf(target, { place, self, roles: [], apiUrl: on.apiUrl }),
        reply
      }
    }
    case InteractionType.MessageComponent: {
      if (d.data.component_type !== ComponentType.Button) return undefined
      const form = formOf(d.data.custom_id)
      if (form === undefined) return click(d.message, d.data.custom_id, null)
      first({ type: Answer.Modal, data: form })
      return undefined
    }
    case InteractionType.ModalSubmit:
      return d.message === undefined ? undefined : click(d.message, d.data.custom_id, textOf(d.data))
    case InteractionType.ApplicationCommandAutocomplete:
      return completing(on, d, place)
    default:
      return undefined
  }
}
