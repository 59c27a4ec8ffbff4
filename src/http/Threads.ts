/** Threads: conversations beside a channel, with a session forked from its own. */
import { Schema } from "effect"
import { MessageId } from "../domain/Ids.ts"
import { Conversations } from "../services/Conversations.ts"
import { findChannel } from "./Channels.ts"
import { invalid } from "./Problem.ts"
import { route } from "./Route.ts"

const create = route(
  "POST",
  "/api/threads",
  {
    summary: "Opens a thread of a channel (a sibling where the channel is a thread); `message` is said in it at once",
    body: Schema.Struct({
      channel_id: Schema.NonEmptyString,
      name: Schema.NonEmptyString.check(Schema.isMaxLength(200)),
      author_id: Schema.optionalKey(Schema.String),
      message: Schema.optionalKey(Schema.NonEmptyString),
      from_message_id: Schema.optionalKey(MessageId)
    }),
    answer: { status: 201, description: "The thread", schema: Schema.Struct({ thread_id: Schema.String }) },
    problems: [404, 501]
  },
  function* ({ subject, body }) {
    const parent = yield* findChannel(subject, body.channel_id)
    const thread = yield* Conversations.use((all) =>
      all.createThread(subject, { ...body, channel_id: parent.channel_id })
    )
    return { thread_id: thread.channel_id }
  }
)

const remove = route(
  "DELETE",
  "/api/threads/{id}",
  {
    summary: "Stops what runs in a thread and deletes it",
    answer: { status: 204, description: "Deleted" },
    problems: [404]
  },
  function* ({ subject, params }) {
    const thread = yield* findChannel(subject, params["id"])
    if (thread.parent_id === null) {
      return yield* invalid(`${thread.channel_id} is a channel, not a thread: use DELETE /api/channels/{id}.`)
    }
    yield* Conversations.use((all) => all.remove(subject, thread.channel_id))
    return undefined
  }
)

export const threadRoutes = [create, remove]
