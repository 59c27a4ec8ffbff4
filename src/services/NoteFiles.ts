/** Markdown files on this machine, in places where agents may write: no link that one of them can have set is followed. */
import { Context, Schema, type Effect } from "effect"

/** It is there and cannot be looked at now; what was known of it still holds. */
export class NoteUnreadable extends Schema.TaggedError<NoteUnreadable>()("NoteUnreadable", {
  path: Schema.String,
  cause: Schema.Defect()
}) {
  override get message() {
    return `${this.path} could not be read: ${String(this.cause)}`
  }
}

export interface NotesFound {
  /** Absolute paths without links, ordered by name. */
  readonly files: ReadonlyArray<string>
  /** Directories and files whose content is not known now; what was known of them is not gone for that. */
  readonly unknown: ReadonlyArray<string>
}

export interface Note {
  /** Without white space around it. */
  readonly text: string
  /** SHA-256 of the text, hex. */
  readonly hash: string
}

export class NoteFiles extends Context.Service<
  NoteFiles,
  {
    /**
     * The `.md` files at or below an absolute path; nothing where it is not there. Links are followed up to the first of
     * `writable` (directories that agents can write in) and not below one. `excluded`: files and directories to leave
     * out, by their names or by where they lead.
     */
    readonly find: (
      path: string,
      writable: ReadonlyArray<string>,
      excluded: ReadonlyArray<string>
    ) => Effect.Effect<NotesFound>
    /** A file as `find` told it; undefined where it is not there any more or is no note: a link, too large, no UTF-8. */
    readonly read: (path: string) => Effect.Effect<Note | undefined, NoteUnreadable>
  }
>()("loop/services/NoteFiles") {}
