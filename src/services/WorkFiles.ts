/** Files in a channel's work directory, which belongs to the agent: nothing in it is trusted to stay what it is. */
import { Context, Schema, type Effect } from "effect"

/**
 * `outside`: not in the work directory; `link`: a link is in the way; `not_file`: something else than a file;
 * `too_large`: `size` tells how large (bytes).
 */
export class WorkFileError extends Schema.TaggedError<WorkFileError>()("WorkFileError", {
  path: Schema.String,
  reason: Schema.Literals(["outside", "not_found", "link", "not_file", "too_large", "other"]),
  size: Schema.NullOr(Schema.Int),
  cause: Schema.Defect()
}) {
  override get message() {
    return `${this.path} could not be read (${this.reason})`
  }
}

export class WorkFiles extends Context.Service<
  WorkFiles,
  {
    /** The bytes of a file, at most so many. `path` is relative to the work directory, or absolute and inside it; no link is followed. */
    readonly read: (
      workDir: string,
      path: string,
      atMost: number
    ) => Effect.Effect<Uint8Array<ArrayBuffer>, WorkFileError>
  }
>()("loop/services/WorkFiles") {}
