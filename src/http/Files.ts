/** Files of messages: what the bot has sent in a channel of this server's own, and what people have. */
import { Effect } from "effect"
import type { Channel } from "../domain/Channel.ts"
import { MessageId } from "../domain/Ids.ts"
import type { Attachment } from "../domain/Message.ts"
import { Channels } from "../services/Channels.ts"
import { Messages } from "../services/Messages.ts"
import { Outgoing } from "../services/Outgoing.ts"
import { Settings } from "../services/Settings.ts"
import { WorkFiles } from "../services/WorkFiles.ts"
import { findChannel } from "./Channels.ts"
import { notFound } from "./Problem.ts"
import { route } from "./Route.ts"

/** Far above what a message may bring on any platform; what is longer is not what came. */
const largest = 64 * 1024 * 1024

/** Shown by a browser without running anything in it; whatever else people send is bytes. */
const pictures = /^image\/(png|jpeg|gif|webp|avif)$/

const sent = (channel: Channel, file: Attachment) =>
  Outgoing.use((outgoing) =>
    outgoing.readFor(channel.channel_id, file.path.slice(file.path.lastIndexOf("/") + 1))
  ).pipe(Effect.catchTag("OutgoingError", (error) => (error.reason === "gone" ? Effect.undefined : Effect.die(error))))

/** The work directory is the agent's: what lies there now under that name, reached through no link, if anything does. */
const brought = Effect.fnUntraced(function* (channel: Channel, file: Attachment) {
  const root = yield* Channels.use((channels) => channels.root(channel))
  const { workDir } = yield* Settings.use((settings) => settings.forChannel(channel, root))
  return yield* WorkFiles.use((files) => files.read(workDir, file.path, largest)).pipe(
    Effect.catchTag("WorkFileError", (error) => (error.reason === "other" ? Effect.die(error) : Effect.undefined))
  )
})

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
    const data = file && (yield* message?.is_bot === true ? sent(channel, file) : brought(channel, file))
    if (file === undefined || data === undefined) {
      return yield* notFound(`There is no file ${name} of the message ${id} in ${channel.channel_id}.`)
    }
    return new Response(new Uint8Array(data), {
      headers: {
        "content-type": message?.is_bot === true || pictures.test(file.mime) ? file.mime : "application/octet-stream",
        // Never shown as a page of ours, whatever is in it.
        "content-disposition": `attachment; filename*=UTF-8''${encodeURIComponent(name)}`
      }
    })
  }
)

export const fileRoutes = [get]
