/** Files that the bot has sent in a channel of this server's own. */
import { Effect } from "effect"
import { MessageId } from "../domain/Ids.ts"
import { Messages } from "../services/Messages.ts"
import { Outgoing } from "../services/Outgoing.ts"
import { findChannel } from "./Channels.ts"
import { notFound } from "./Problem.ts"
import { route } from "./Route.ts"

const get = route(
  "GET",
  "/api/channels/{id}/files/{message_id}/{name}",
  {
    summary: "A file that the bot has sent",
    answer: { status: 200, description: "The bytes, as a download", mediaType: "application/octet-stream" },
    problems: [404]
  },
  function* ({ subject, params }) {
    const { channel_id } = yield* findChannel(subject, params["id"])
    const id = MessageId.make(params["message_id"] ?? "")
    const name = params["name"] ?? ""
    const message = yield* Messages.use((messages) => messages.get(channel_id, id))
    // A person's files lie in the work directory, which is the agent's.
    const file = message?.is_bot === true ? message.attachments.find((each) => each.name === name) : undefined
    const missing = notFound(`There is no file ${name} of the message ${id} in ${channel_id}.`)
    if (file === undefined) return yield* missing
    const kept = file.path.slice(file.path.lastIndexOf("/") + 1)
    const data = yield* Outgoing.use((outgoing) => outgoing.readFor(channel_id, kept)).pipe(
      Effect.catchTag("OutgoingError", (error) => (error.reason === "gone" ? Effect.fail(missing) : Effect.die(error)))
    )
    return new Response(new Uint8Array(data), {
      headers: {
        "content-type": file.mime,
        // Never shown as a page of ours, whatever is in it.
        "content-disposition": `attachment; filename*=UTF-8''${encodeURIComponent(name)}`
      }
    })
  }
)

export const fileRoutes = [get]
