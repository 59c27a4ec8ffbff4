/** The tool with which an agent shows a file to people. */
import { Effect, Schema } from "effect"
import { SecureRandom } from "effect/crypto"
import { platformOf } from "../domain/Ids.ts"
import { safeName } from "../domain/InboxNames.ts"
import { Channels } from "../services/Channels.ts"
import { Messages } from "../services/Messages.ts"
import { Outgoing } from "../services/Outgoing.ts"
import { Settings } from "../services/Settings.ts"
import type { WorkFileError } from "../services/WorkFiles.ts"
import { WorkFiles } from "../services/WorkFiles.ts"
import { tool, ToolFailed } from "./Tool.ts"

const mib = 1024 * 1024
/** What Discord takes of a bot in a guild without boosts; ours is what an upload to us may have. */
const mostBytes = (platform: string): number => (platform === "local" ? 25 : 10) * mib

const sentence = ({ path, reason, size }: WorkFileError, limit: number): string => {
  switch (reason) {
    case "outside":
      return `${path} is not in the work directory. Copy it there, then send the copy.`
    case "not_found":
      return `There is no file ${path} in the work directory. Check the path; it is relative to the work directory.`
    case "link":
      return `A link is on the way to ${path}, and links are not followed. Copy the file itself, then send the copy.`
    case "not_file":
      return `${path} is not a file. Make one of it (an archive, for a directory), then send that.`
    case "too_large":
      return `${path} is too large: ${((size ?? 0) / mib).toFixed(1)} MiB, and ${limit / mib} MiB can be sent. Compress it or send a part.`
    case "other":
      return `${path} could not be read. Check its permissions, or say where it is instead.`
  }
}

const types: Readonly<Record<string, string>> = {
  gif: "image/gif",
  jpeg: "image/jpeg",
  jpg: "image/jpeg",
  pdf: "application/pdf",
  png: "image/png",
  webp: "image/webp"
}

export const sendFile = tool(
  {
    name: "send_file",
    description:
      "Sends a file from the work directory to the people in this conversation, such as a picture, a report or an " +
      "archive that they asked for. Use it when the file itself is wanted; a short text belongs into your answer.",
    input: Schema.Struct({
      path: Schema.NonEmptyString.annotate({ description: "The file, relative to the work directory" }),
      caption: Schema.optionalKey(Schema.String.annotate({ description: "A line that is shown with it" }))
    })
  },
  function* ({ caption = "", path }, { channel_id, run_id }) {
    const channels = yield* Channels
    const limit = mostBytes(platformOf(channel_id))
    const data = yield* Effect.gen(function* () {
      const channel = yield* channels.get(channel_id)
      const root = yield* channels.root(channel)
      const { workDir } = yield* Settings.use((settings) => settings.forChannel(channel, root))
      return yield* WorkFiles.use((files) => files.read(workDir, path, limit))
    }).pipe(
      Effect.catchTag("ChannelNotFound", () => new ToolFailed({ message: "This channel was deleted meanwhile." })),
      Effect.catchTag("WorkFileError", (error) => new ToolFailed({ message: sentence(error, limit) }))
    )
    const local = platformOf(channel_id) === "local"
    const name = safeName(path)
    const kept = yield* Outgoing.use((outgoing) =>
      local ? outgoing.keepFor(channel_id, data) : outgoing.keep(data)
    ).pipe(
      Effect.catchTag(
        "OutgoingError",
        () => new ToolFailed({ message: `${path} could not be kept: Loop's disk is full or broken. Say so.` })
      )
    )
    const key = `tool:${yield* SecureRandom.SecureRandom.use((random) => random.uuidV7())}`
    const mime = types[name.slice(name.lastIndexOf(".") + 1).toLowerCase()] ?? "application/octet-stream"
    const shown = local
      ? { content: caption === "" ? name : caption, attachments: [{ name, mime, path: kept.path }] }
      : { content: caption, files: [{ name, from: "kept" as const, id: kept.id }] }
    yield* Messages.use((messages) => messages.say({ channel_id, run_id, key, aside: true, ...shown }))
    return `Sent ${name} (${data.length} bytes).`
  }
)
