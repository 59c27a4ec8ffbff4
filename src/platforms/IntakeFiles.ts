/** The files of a message, kept where the agent can read them; what could not be is told in sentences. */
import { Effect, Schedule, Semaphore } from "effect"
import * as IntakeText from "../domain/chat/IntakeText.ts"
import type { Channel } from "../domain/Channel.ts"
import type { Attachment } from "../domain/Message.ts"
import { Channels } from "../services/Channels.ts"
import type { ChatFile, ChatMessage } from "../services/ChatPlatform.ts"
import { Inbox } from "../services/Inbox.ts"
import { Settings } from "../services/Settings.ts"

/** Messages whose files are in memory at a time. */
const atOnce = 2
const readTries = 3

export interface Kept {
  readonly attachments: ReadonlyArray<Attachment>
  readonly refusals: ReadonlyArray<string>
}

const nothing: Kept = { attachments: [], refusals: [] }

export const make = Effect.gen(function* () {
  const channels = yield* Channels
  const inbox = yield* Inbox
  const settings = yield* Settings
  const memory = yield* Semaphore.make(atOnce)

  const read = Effect.fnUntraced(function* (file: ChatFile, limitMb: number) {
    const atMost = limitMb === 0 ? Number.MAX_SAFE_INTEGER : limitMb * 1_048_576
    if (file.size > atMost) return yield* Effect.fail(IntakeText.fileTooLarge(file.name, file.size, limitMb))
    const data = yield* file.read(atMost).pipe(
      Effect.retry({
        while: ({ outcome }) => outcome !== "gone",
        times: readTries,
        schedule: Schedule.exponential("1 second")
      }),
      Effect.tapError((failed) => Effect.logInfo("A file of a message could not be fetched", failed)),
      Effect.mapError(() => IntakeText.fileNotRead(file.name))
    )
    return { name: file.name, mime: file.mime, data }
  })

  /** Fails only where another try may do: when the disk is full. */
  const keep = Effect.fn("Intake.keepFiles")(function* (channel: Channel, { files, id }: ChatMessage) {
    if (files.length === 0) return nothing
    const { attachment_max_mb } = yield* settings.current
    const [data, refusals] = yield* Effect.partition(files, (file) => read(file, attachment_max_mb))
    if (data.length === 0) return { attachments: [], refusals }
    const root = yield* channels.root(channel)
    const { workDir } = yield* settings.forChannel(channel, root)
    return yield* inbox.keep(workDir, id, data).pipe(
      Effect.map((attachments): Kept => ({ attachments, refusals })),
      Effect.catchTag("InboxError", (error) =>
        error.reason === "disk_full"
          ? Effect.fail(error)
          : Effect.as(Effect.logWarning("The files of a message could not be kept", error), {
              attachments: [],
              refusals: [...refusals, IntakeText.filesNotKept(data.map(({ name }) => name))]
            })
      )
    )
  }, memory.withPermits(1))

  return keep
})
