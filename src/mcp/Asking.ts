/** How tools ask those who decide: what is refused there is the agent's to read. */
import { Deferred, Effect } from "effect"
import type { Action } from "../domain/chat/Grants.ts"
import { Authorizer } from "../services/Authorizer.ts"
import type { ConversationError, Conversations } from "../services/Conversations.ts"
import { LateConversations } from "../services/LateConversations.ts"
import { LateTaskControl } from "../services/LateTaskControl.ts"
import { Memory } from "../services/Memory.ts"
import type { TaskControl } from "../services/TaskControl.ts"
import type { Subject } from "../services/Tokens.ts"
import { ToolFailed } from "./Tool.ts"

const readable = <A, E extends ConversationError, R>(asked: Effect.Effect<A, E | ConversationError, R>) =>
  Effect.catchTag(asked, ["ChannelNotFound", "RunNotFound", "Denied", "Refused"], ({ message }) =>
    Effect.fail(new ToolFailed({ message }))
  )

export const conversations = <A>(ask: (all: Conversations["Service"]) => Effect.Effect<A, ConversationError>) =>
  readable(LateConversations.use((late) => Effect.flatMap(Deferred.await(late), ask)))

export const tasks = <A>(ask: (control: TaskControl["Service"]) => Effect.Effect<A, ConversationError>) =>
  readable(LateTaskControl.use((late) => Effect.flatMap(Deferred.await(late), ask)))

export const allowed = (subject: Subject, action: Action, resource: string) =>
  readable(Authorizer.use((authorizer) => authorizer.authorize(subject, action, resource)))

export const memory = <A>(ask: (memory: Memory["Service"]) => Effect.Effect<A, ConversationError>) =>
  readable(Memory.use(ask))
