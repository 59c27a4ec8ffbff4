/** The first answer to an interaction, and what is said through its webhook afterwards. */
import {
  alreadyAcknowledged,
  invalidForm,
  invalidWebhookToken,
  unknownChannel,
  unknownInteraction,
  unknownMessage,
  unknownWebhook
} from "../world/ApiError.ts"
import { MessageFlag, MessageType, type Channel, type Interaction, type Json, type Message } from "../world/Model.ts"
import * as Messages from "../world/Messages.ts"
import { message } from "../world/RenderMessage.ts"
import { checkNotEmpty, messageBody } from "./MessageBody.ts"
import { nothing, ok, open, type Asked, type Routes } from "./Router.ts"

const seesAll = { content: true }

const channelOf = (asked: Asked, interaction: Interaction): Channel => {
  const found = asked.world.channels.get(interaction.channelId)
  if (found === undefined) throw unknownChannel()
  return found
}

const typeOf = (interaction: Interaction): number => {
  if (interaction.type !== 2) return interaction.messageId === undefined ? MessageType.default : MessageType.reply
  return interaction.data["type"] === 1 ? MessageType.chatInputCommand : MessageType.contextMenuCommand
}

const say = (asked: Asked, interaction: Interaction, data: Json, followup: boolean): Message => {
  const { world } = asked
  const body = messageBody(asked, data)
  checkNotEmpty(body)
  const first = interaction.answer?.messageId
  const repliesTo = followup ? first : interaction.messageId
  const type = followup ? MessageType.reply : typeOf(interaction)
  return Messages.post(world, channelOf(asked, interaction), {
    authorId: world.bot.user.id,
    content: body.content ?? "",
    type: repliesTo === undefined && followup ? MessageType.default : type,
    embeds: body.embeds ?? [],
    components: body.components ?? [],
    uploads: body.uploads,
    flags: body.flags,
    allowedMentions: body.allowedMentions,
    interactionId: interaction.id,
    reference: repliesTo === undefined ? undefined : { channelId: interaction.channelId, messageId: repliesTo }
  })
}

/** "Loop is thinking…" */
const announce = (asked: Asked, interaction: Interaction, data: Json): Message =>
  Messages.post(asked.world, channelOf(asked, interaction), {
    authorId: asked.world.bot.user.id,
    content: "",
    type: typeOf(interaction),
    flags: MessageFlag.loading | (Number(data["flags"] ?? 0) & MessageFlag.ephemeral),
    interactionId: interaction.id,
    reference:
      interaction.messageId === undefined
        ? undefined
        : { channelId: interaction.channelId, messageId: interaction.messageId }
  })

const change = (asked: Asked, interaction: Interaction, target: Message, data: Json): Message =>
  Messages.edit(asked.world, channelOf(asked, interaction), target, messageBody(asked, data))

const stored = (asked: Asked, interaction: Interaction, id: string | undefined): Message => {
  const found = Messages.of(asked.world, interaction.channelId).get(id ?? "")
  if (found === undefined) throw unknownMessage()
  return found
}

/** Which answers suit which interactions: type of the interaction, then types of answers. */
const suits: Readonly<Record<number, ReadonlyArray<number>>> = {
  2: [4, 5, 9],
  3: [4, 5, 6, 7, 9],
  4: [8],
  5: [4, 5, 6, 7]
}

const carryOut = (asked: Asked, interaction: Interaction, type: number, data: Json): string | undefined => {
  if (type === 4) return say(asked, interaction, data, false).id
  if (type === 5) return announce(asked, interaction, data).id
  if (type === 6) return interaction.messageId
  if (type === 7) {
    return change(asked, interaction, stored(asked, interaction, interaction.messageId), data).id
  }
  return undefined
}

const callback = (asked: Asked) => {
  const { json, param, query, world } = asked
  const interaction = world.interactions.get(param("interaction_id"))
  if (interaction === undefined || interaction.token !== param("interaction_token")) throw unknownInteraction()
  if (interaction.missed || interaction.expired) throw unknownInteraction()
  if (interaction.answer !== undefined) throw alreadyAcknowledged()
  const type = Number(json["type"])
  const onMessage = [6, 7].includes(type) && interaction.messageId === undefined
  if (suits[interaction.type]?.includes(type) !== true || onMessage) {
    throw invalidForm(["type"], "INTERACTION_APPLICATION_INVALID_CALLBACK_TYPE", "Interaction callback type is invalid")
  }
  const data = (json["data"] ?? {}) as Json
  const messageId = carryOut(asked, interaction, type, data)
  interaction.answer = { type, data, messageId }
  world.changed()
  if (query.get("with_response") !== "true") return nothing
  const made = messageId === undefined ? undefined : stored(asked, interaction, messageId)
  const flags = made?.flags ?? 0
  return ok({
    interaction: {
      id: interaction.id,
      type: interaction.type,
      ...(messageId !== undefined && {
        response_message_id: messageId,
        response_message_loading: (flags & MessageFlag.loading) !== 0,
        response_message_ephemeral: (flags & MessageFlag.ephemeral) !== 0
      })
    },
    ...(made !== undefined && {
      // An announced answer is a message that is loading.
      resource: { type: type === 5 ? 4 : type === 6 ? 7 : type, message: message(world, made, seesAll) }
    })
  })
}

/** The interaction whose webhook is spoken through. */
const through = ({ param, world }: Asked): Interaction => {
  if (param("webhook_id") !== world.bot.applicationId) throw unknownWebhook()
  const found = [...world.interactions.values()].find(({ token }) => token === param("webhook_token"))
  if (found === undefined || found.expired) throw invalidWebhookToken()
  if (found.answer === undefined) throw unknownWebhook()
  return found
}

const isLoading = (one: Message | undefined) => one !== undefined && (one.flags & MessageFlag.loading) !== 0

/** The first one after an announcement takes the announcement's place. */
const followUp = (asked: Asked) => {
  const interaction = through(asked)
  const announced = Messages.of(asked.world, interaction.channelId).get(interaction.answer?.messageId ?? "")
  if (announced !== undefined && isLoading(announced)) {
    checkNotEmpty(messageBody(asked, asked.json))
    return ok(message(asked.world, change(asked, interaction, announced, asked.json), seesAll))
  }
  const said = say(asked, interaction, asked.json, true)
  interaction.followups.push(said.id)
  asked.world.changed()
  return ok(message(asked.world, said, seesAll))
}

type OnMessage = (asked: Asked, interaction: Interaction, target: Message) => ReturnType<typeof ok> | typeof nothing

const original = (act: OnMessage) => (asked: Asked) => {
  const interaction = through(asked)
  return act(asked, interaction, stored(asked, interaction, interaction.answer?.messageId))
}

const named = (act: OnMessage) => (asked: Asked) => {
  const interaction = through(asked)
  const id = asked.param("message_id")
  if (id !== interaction.answer?.messageId && !interaction.followups.includes(id)) throw unknownMessage()
  return act(asked, interaction, stored(asked, interaction, id))
}

const show: OnMessage = (asked, _, target) => ok(message(asked.world, target, seesAll))
const revise: OnMessage = (asked, interaction, target) =>
  ok(message(asked.world, change(asked, interaction, target, asked.json), seesAll))
const withdraw: OnMessage = (asked, interaction, target) => {
  Messages.remove(asked.world, channelOf(asked, interaction), target)
  return nothing
}

const webhook = "/webhooks/{webhook_id}/{webhook_token}"

export const interactions: Routes = [
  open.post("/interactions/{interaction_id}/{interaction_token}/callback", callback),
  open.post(webhook, followUp),
  open.get(`${webhook}/messages/@original`, original(show)),
  open.patch(`${webhook}/messages/@original`, original(revise)),
  open.del(`${webhook}/messages/@original`, original(withdraw)),
  open.get(`${webhook}/messages/{message_id}`, named(show)),
  open.patch(`${webhook}/messages/{message_id}`, named(revise)),
  open.del(`${webhook}/messages/{message_id}`, named(withdraw))
]
