/** Messages: what people say in a channel, what the bot says there, and what was said. */
import { Effect, Schema } from "effect"
import { SecureRandom } from "effect/crypto"
import type { Channel } from "../domain/Channel.ts"
import { MessageId, pathSegment } from "../domain/Ids.ts"
import { messageView } from "../domain/Views.ts"
import { Authorizer } from "../services/Authorizer.ts"
import { Channels } from "../services/Channels.ts"
import { Conversations } from "../services/Conversations.ts"
import { Inbox, type InboxFile } from "../services/Inbox.ts"
import { Messages } from "../services/Messages.ts"
import { Settings } from "../services/Settings.ts"
import { attachmentBody } from "./Bodies.ts"
import { findChannel } from "./Channels.ts"
import { invalidField, Problem } from "./Problem.ts"
import { route } from "./Route.ts"
import { Limit, MessageRef, MessageShape } from "./Shapes.ts"

const maxFiles = 20

const uuid = SecureRandom.SecureRandom.use((random) => random.uuidV7())

const File = Schema.Struct({
  name: Schema.NonEmptyString.check(Schema.isMaxLength(255)),
  mime: Schema.String.check(Schema.isMaxLength(255)),
  data: Schema.String.check(Schema.isBase64())
})

const shortEnough = Schema.makeFilter<MessageId>((id) =>
  pathSegment(id).length <= 200 ? undefined : "Expected at most 200 characters (percent-encoded)"
)

const Post = Schema.Struct({
  content: Schema.String,
  author_id: Schema.optionalKey(Schema.NonEmptyString.check(Schema.isMaxLength(200))),
  author_name: Schema.optionalKey(Schema.NonEmptyString.check(Schema.isMaxLength(200))),
  message_id: Schema.optionalKey(MessageId.check(shortEnough)),
  attachments: Schema.optionalKey(Schema.Array(File).check(Schema.isMaxLength(maxFiles)))
})

const notKept = (reason: "disk_full" | "refused" | "other", message: string) =>
  reason === "refused"
    ? new Problem({ status: 409, code: "inbox-refused", title: "Attachments refused", detail: message })
    : new Problem({
        status: 503,
        code: reason === "disk_full" ? "disk-full" : "inbox-failed",
        title: reason === "disk_full" ? "Disk full" : "Storage failed",
        detail: `${message}; nothing was stored.`,
        headers: { "retry-after": "5" }
      })

const keepFiles = Effect.fnUntraced(function* (channel: Channel, id: MessageId, files: ReadonlyArray<InboxFile>) {
  const root = yield* Channels.use((channels) => channels.root(channel))
  const { workDir } = yield* Settings.use((settings) => settings.forChannel(channel, root))
  return yield* Inbox.use((inbox) => inbox.keep(workDir, id, files)).pipe(
    Effect.mapError((error) => notKept(error.reason, error.message))
  )
})

const post = route(
  "POST",
  "/api/channels/{id}/messages",
  {
    summary: "Says something in a channel; stored when this answers. The same `message_id` again does nothing",
    body: Post,
    bodyLimit: attachmentBody,
    answer: { status: 202, description: "Stored", schema: MessageRef },
    problems: [404, 409, 501]
  },
  function* ({ subject, params, body: { attachments, message_id, ...body } }) {
    const files = (attachments ?? []).map(({ name, mime, data }) => ({
      name,
      mime,
      data: Buffer.from(data, "base64")
    }))
    if (body.content.trim() === "" && files.length === 0) {
      return yield* invalidField("content", "is empty")
    }
    const channel = yield* findChannel(subject, params["id"])
    // Before anything of the body is kept in the work directory.
    yield* Authorizer.use((authorizer) => authorizer.authorize(subject, "write", channel.channel_id))
    const id = message_id ?? MessageId.make(yield* uuid)
    const known = message_id && (yield* Messages.use((all) => all.get(channel.channel_id, id)))
    const stored = known ? known.attachments : files.length === 0 ? [] : yield* keepFiles(channel, id, files)
    const message = { ...body, channel_id: channel.channel_id, message_id: id, attachments: stored }
    const accepted = yield* Conversations.use((all) => all.post(subject, message))
    return { message_id: accepted.message_id, channel_id: channel.channel_id }
  }
)

const list = route(
  "GET",
  "/api/channels/{id}/messages",
  {
    summary: "What was said in a channel, newest first by arrival",
    query: Schema.Struct({ before: Schema.optionalKey(MessageId), limit: Limit }),
    answer: { status: 200, description: "The messages", schema: Schema.Array(MessageShape) },
    problems: [404]
  },
  function* ({ subject, params, query }) {
    const channel = yield* findChannel(subject, params["id"])
    const messages = yield* Messages.use((all) => all.list(channel.channel_id, query))
    return messages.map(messageView)
  }
)

const say = route(
  "POST",
  "/api/messages",
  {
    summary: "Lets the bot say something in a channel",
    body: Schema.Struct({ channel_id: Schema.NonEmptyString, content: Schema.NonEmptyString }),
    answer: { status: 204, description: "Stored; it is delivered as soon as the platform takes it" },
    problems: [404, 501]
  },
  function* ({ subject, body }) {
    const { channel_id } = yield* findChannel(subject, body.channel_id)
    yield* Authorizer.use((authorizer) => authorizer.authorize(subject, "write", channel_id))
    const key = `say:${yield* uuid}`
    yield* Messages.use((all) => all.say({ channel_id, run_id: null, key, content: body.content }))
    return undefined
  }
)

export const messageRoutes = [post, list, say]
