/** Files that came with a message, put where the agent can read them. */
import { Context, Schema, type Effect } from "effect"
import type { Attachment } from "../domain/Message.ts"
import type { MessageId } from "../domain/Ids.ts"

/** The files could not be kept; nothing of the message was stored. */
export class InboxError extends Schema.TaggedError<InboxError>()("InboxError", {
  directory: Schema.String,
  reason: Schema.Literals(["disk_full", "refused", "other"]),
  cause: Schema.Defect()
}) {
  override get message() {
    return `Files could not be kept in ${this.directory} (${this.reason})`
  }
}

export interface InboxFile {
  readonly name: string
  readonly mime: string
  readonly data: Uint8Array
}

export class Inbox extends Context.Service<
  Inbox,
  {
    /**
     * Keeps files in `<workDir>/.loop/inbox/<message>/`, each under a safe name of its own. The work directory belongs
     * to the agent, so no link in it is followed (`refused`). The same message again replaces its files.
     */
    readonly keep: (
      workDir: string,
      message: MessageId,
      files: ReadonlyArray<InboxFile>
    ) => Effect.Effect<ReadonlyArray<Attachment>, InboxError>
  }
>()("loop/services/Inbox") {}
