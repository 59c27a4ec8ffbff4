/** The services that tasks are fired with. */
import { Effect } from "effect"
import { SecureRandom } from "effect/crypto"
import { Channels } from "../../services/Channels.ts"
import { ChatPlatforms } from "../../services/ChatPlatform.ts"
import { Conversations } from "../../services/Conversations.ts"
import { Messages } from "../../services/Messages.ts"
import { Settings } from "../../services/Settings.ts"
import { Store } from "../../services/Store.ts"
import { Tasks } from "../../services/Tasks.ts"
import { ChannelGate } from "../ChannelGate.ts"

export const make = Effect.all({
  channels: Channels,
  chats: ChatPlatforms,
  conversations: Conversations,
  gate: ChannelGate,
  messages: Messages,
  random: SecureRandom.SecureRandom,
  settings: Settings,
  store: Store,
  tasks: Tasks
})

export type World = Effect.Success<typeof make>
