/** People on the scripted chat platform: what they write, and a supervisor with its chat face that hears them. */
import { Clock, Effect, Layer } from "effect"
import * as Inbox from "../../src/layers/Inbox.ts"
import { ChatHandlers } from "../../src/platforms/ChatHandlers.ts"
import * as Events from "../../src/platforms/Events.ts"
import { Channels } from "../../src/services/Channels.ts"
import type { ChatEvent, ChatFile, ChatMessage, Person, Place } from "../../src/services/ChatPlatform.ts"
import { Messages } from "../../src/services/Messages.ts"
import { DeliveryFailed } from "../../src/services/Platforms.ts"
import { house } from "./House.ts"
import { Outside } from "./Outside.ts"
import { ada } from "./ScriptedChat.ts"
export { ada } from "./ScriptedChat.ts"

export const bob: Person = { id: "200", name: "Bob", roles: ["crew"] }
export const eve: Person = { id: "300", name: "Eve", roles: [] }

/** Ada owns everything; the crew are members; Eve is nobody. */
export const grants = { permissions: { owners: { users: [ada.id] }, members: { roles: ["crew"] } } }
const discord = { platforms: ["local", "discord"], discord_token: "t", discord_app_id: "1" }

const nobody = Layer.succeed(ChatHandlers, {
  onConnected: () => Effect.void,
  onCommand: () => Effect.void,
  onCompleting: () => Effect.void,
  onClick: () => Effect.void
})
/** What listens to the platforms; commands and clicks are nobody's here. */
export const face = Events.layer.pipe(Layer.provide(nobody), Layer.provide(Inbox.layer))

/** A test against one supervisor that listens to the scripted platform. */
export const chatHouse = <A, E, R>(body: Effect.Effect<A, E, R>, keys: Parameters<typeof house>[1] = {}) =>
  house(Effect.provide(body, face), { ...discord, ...grants, ...keys })

/** The same, but nobody listens until `listening`. */
export const deafHouse = <A, E, R>(body: Effect.Effect<A, E, R>, keys: Parameters<typeof house>[1] = {}) =>
  house(body, { ...discord, ...grants, ...keys })
export const listening = <A, E, R>(body: Effect.Effect<A, E, R>) => Effect.provide(body, face)

/** A place that the platform knows from now on. */
export const place = (name: string, change: Partial<Place> = {}) =>
  Effect.map(Outside, ({ chat }) => chat.place(name, change))
export const general = place("general")
export const thread = (name: string, parent: Place) =>
  place(name, { parent: { channel_id: parent.channel_id, name: parent.name } })

/** Written while the platform tells nobody. */
export const writes = Effect.fnUntraced(function* (where: Place, content: string, change: Partial<ChatMessage> = {}) {
  const { chat } = yield* Outside
  const at = yield* Clock.currentTimeMillis
  return chat.write(chat.message(where, content, { at, ...change }))
})

/** Written, and the platform tells of it. */
export const says = Effect.fnUntraced(function* (where: Place, content: string, change: Partial<ChatMessage> = {}) {
  const { chat } = yield* Outside
  const message = yield* writes(where, content, change)
  yield* chat.tell({ _tag: "Said", message })
  return message
})

export const tell = (event: ChatEvent) => Effect.flatMap(Outside, ({ chat }) => chat.tell(event))

/** A channel that is active here already. */
export const opened = (where: Place, dir_path?: string) =>
  Channels.use((channels) =>
    channels.upsert({
      channel_id: where.channel_id,
      platform: "discord",
      ...(where.name !== null && { name: where.name }),
      ...(where.parent !== null && { parent_id: where.parent.channel_id }),
      ...(dir_path !== undefined && { dir_path })
    })
  )

/** What people's messages of the channel are stored as, oldest first. */
export const stored = (where: Place) =>
  Effect.map(
    Messages.use((messages) => messages.list(where.channel_id, { limit: 500 })),
    (found) => found.filter(({ is_bot }) => !is_bot).toReversed()
  )

export const contents = (where: Place) => Effect.map(stored(where), (found) => found.map(({ content }) => content))

export const file = (name: string, text: string, size = text.length): ChatFile => ({
  name,
  mime: "text/plain",
  size,
  read: () => Effect.succeed(new TextEncoder().encode(text))
})

export const goneFile = (name: string): ChatFile => ({
  ...file(name, "x"),
  read: () => Effect.fail(new DeliveryFailed({ outcome: "gone", afterMs: null, detail: "It is gone." }))
})
