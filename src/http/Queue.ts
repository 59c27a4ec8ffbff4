/** What a channel does now and what waits there: stop, reset, edit and drop. */
import { Effect, Schema } from "effect"
import { MessageId } from "../domain/Ids.ts"
import { Conversations } from "../services/Conversations.ts"
import { findChannel } from "./Channels.ts"
import { type Incoming, route } from "./Route.ts"
import { MessageRef } from "./Shapes.ts"
import type { Subject } from "../services/Tokens.ts"

const stop = route(
  "POST",
  "/api/channels/{id}/stop",
  {
    summary: "Ends a channel's run; answers after the work has really ended",
    answer: {
      status: 200,
      description: "Whether there was something to stop",
      schema: Schema.Struct({ stopped: Schema.Boolean, run_id: Schema.optionalKey(Schema.String) })
    },
    problems: [404]
  },
  function* ({ subject, params }) {
    const { channel_id } = yield* findChannel(subject, params["id"])
    return yield* Conversations.use((all) => all.stop(subject, channel_id))
  }
)

const reset = route(
  "POST",
  "/api/channels/{id}/reset",
  {
    summary: "The next message begins a new session",
    answer: { status: 204, description: "Done" },
    problems: [404]
  },
  function* ({ subject, params }) {
    const { channel_id } = yield* findChannel(subject, params["id"])
    yield* Conversations.use((all) => all.reset(subject, channel_id))
    return undefined
  }
)

const prepare = route(
  "POST",
  "/api/channels/{id}/prepare",
  {
    summary: "A message is likely soon: the agent's process is started ahead where there is room",
    answer: { status: 204, description: "Taken as a hint" },
    problems: [404]
  },
  function* ({ subject, params }) {
    const { channel_id } = yield* findChannel(subject, params["id"])
    yield* Conversations.use((all) => all.prepare(subject, channel_id))
    return undefined
  }
)

const queued = Effect.fnUntraced(function* ({ subject, params }: Incoming & { readonly subject: Subject }) {
  const { channel_id } = yield* findChannel(subject, params["id"])
  return { channel_id, message_id: MessageId.make(params["message_id"] ?? "") }
})

const edit = route(
  "PATCH",
  "/api/channels/{id}/queue/{message_id}",
  {
    summary: "Changes a message that waits; 409 once it runs",
    body: Schema.Struct({ content: Schema.NonEmptyString }),
    answer: { status: 200, description: "Changed", schema: MessageRef },
    problems: [404, 409]
  },
  function* (call) {
    const ids = yield* queued(call)
    yield* Conversations.use((all) => all.editQueued(call.subject, ids.channel_id, ids.message_id, call.body.content))
    return ids
  }
)

const drop = route(
  "DELETE",
  "/api/channels/{id}/queue/{message_id}",
  {
    summary: "Takes a message out of the queue; 409 once it runs",
    answer: { status: 204, description: "Dropped" },
    problems: [404, 409]
  },
  function* (call) {
    const ids = yield* queued(call)
    yield* Conversations.use((all) => all.dropQueued(call.subject, ids.channel_id, ids.message_id))
    return undefined
  }
)

export const queueRoutes = [stop, reset, prepare, edit, drop]
