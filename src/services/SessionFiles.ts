/** The files of the engine's conversations: in a channel's home, where agents can write, and in the user's own. */
import { Context, Schema, type Effect } from "effect"

/**
 * `not_found`: no such conversation there; `link`: a link is in the way; `not_file`: something else than a file;
 * `too_large`; `broken`: what stands at that line is none of a conversation; `other`: see `cause`.
 */
export class SessionFileError extends Schema.TaggedError<SessionFileError>()("SessionFileError", {
  path: Schema.String,
  reason: Schema.Literals(["not_found", "link", "not_file", "too_large", "broken", "other"]),
  line: Schema.NullOr(Schema.Int),
  cause: Schema.Defect()
}) {}

/** A `.claude`: `below` leads there from `root`. What is below `root` may be an agent's, and is reached through no link. */
export interface ClaudePlace {
  readonly root: string
  readonly below: ReadonlyArray<string>
}

export interface SessionFile {
  /** Bytes. */
  readonly size: number
  /** Epoch milliseconds. */
  readonly changed_at: number
}

export class SessionFiles extends Context.Service<
  SessionFiles,
  {
    /** Undefined where the place has no such conversation. */
    readonly look: (place: ClaudePlace, session: string) => Effect.Effect<SessionFile | undefined, SessionFileError>
    /**
     * Copies a conversation, as one of its own under the id `as`, for work in `workDir`. Only what was said and done is
     * taken, entry by entry: no modes, no snapshots of files, nothing that is no entry.
     */
    readonly copy: (
      from: { readonly place: ClaudePlace; readonly session: string },
      to: { readonly place: ClaudePlace; readonly as: string; readonly workDir: string }
    ) => Effect.Effect<{ readonly entries: number; readonly path: string }, SessionFileError>
  }
>()("loop/services/SessionFiles") {}
