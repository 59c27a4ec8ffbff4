/** Files of messages: what the bot has sent in a channel of this server's own, and what people have. */
import { Effect, Semaphore } from "effect"
import type { Channel } from "../domain/Channel.ts"
import { MessageId } from "../domain/Ids.ts"
import type { Attachment } from "../domain/Message.ts"
import { Channels } from "../services/Channels.ts"
import { Messages } from "../services/Messages.ts"
import { Outgoing } from "../services/Outgoing.ts"
import { Settings } from "../services/Settings.ts"
import { WorkFiles } from "../services/WorkFiles.ts"
import { attachmentBody } from "./Bodies.ts"
import { findChannel } from "./Channels.ts"
import { notFound } from "./Problem.ts"
import { route } from "./Route.ts"

/** Where the operator sets no limit; far above what a message may bring on any platform. */
const largest = 64 * 1024 * 1024

/** Each is held in memory as a whole. */
const atATime = Semaphore.makeUnsafe(4)

/** Shown by a browser without running anything in it; whatever else people send is bytes. */
const pictures = /^image\/(png|jpeg|gif|webp|avif)$/

const sent = (channel: Channel, file: Attachment) =>
  Outgoing.use((outgoing) =>
    outgoing.readFor(channel.channel_id, file.path.slice(file.path.lastIndexOf("/") + 1))
  ).pipe(Effect.catchTag("OutgoingError", (error) => (error.reason === "gone" ? Effect.undefined : Effect.die(error))))

/** The work directory is the agent's: what lies there now under that name, reached through no link, if anything does. */
const brought = Effect.fnUntraced(function* (channel: Channel, file: Attachment) {
  const root = yield* Channels.use((channels) => channels.root(channel))
  const { current, workDir } = yield* Settings.use((settings) =>
    Effect.all({
      current: settings.current,
      workDir: Effect.map(settings.forChannel(channel, root), (all) => all.workDir)
    })
  )
  const { attachment_max_mb: most } = current
  // What is longer is not what came, from a chat or with a request.
  const atMost = most === 0 ? largest : Math.max(most * 1024 * 1024, attachmentBody)
  return yield* WorkFiles.use((files) => files.read(workDir, file.path, atMost)).pipe(
    Effect.catchTag("WorkFileError", (error) => (error.reason === "other" ? Effect.die(error) : Effect.undefined))
  )
})

const bytesOf = Effect.fnUntraced(function* (channel: Channel, byBot: boolean, file: Attachment) {
  return byBot ? yield* sent(channel, file) : yield* brought(channel, file)
}, atATime.withPermits(1))

const get = route(
  "GET",
  "/api/channels/{id}/files/{message_id}/{name}",
  {
    summary: "A file that came with a message",
    answer: { status: 200, description: "The bytes, as a download", mediaType: "application/octet-stream" },
    problems: [404]
  },
  function* ({ subject, params }) {
    const channel = yield* findChannel(subject, params["id"])
    const id = MessageId.make(params["message_id"] ?? "")
    const name = params["name"] ?? ""
    const message = yield* Messages.use((messages) => messages.get(channel.channel_id, id))
    const file = message?.attachments.find((each) => each.name === name)
    const data = file && (yield* bytesOf(channel, message?.is_bot === true, file))
    if (file === undefined || data === undefined) {
      return yield* notFound(`There is no file ${name} of the message ${id} in ${channel.channel_id}.`)
    }
    return new Response(data, {
      headers: {
        "content-type": message?.is_bot === true || pictures.test(file.mime) ? file.mime : "application/octet-stream",
        // Never shown as a page of ours, whatever is in it.
        "content-disposition": `attachment; filename*=UTF-8''${encodeURIComponent(name)}`
      }
    })
  }
)

export const fileRoutes = [get]
