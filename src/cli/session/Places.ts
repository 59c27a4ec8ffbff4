/** Where conversations are kept on this machine: a channel's in the home of its boxes, the user's own in their `.claude`. */
import { Effect, Schema } from "effect"
import { pathSegment } from "../../domain/Ids.ts"
import type { ClaudePlace, SessionFileError } from "../../services/SessionFiles.ts"
import { Settings } from "../../services/Settings.ts"
import { ask } from "../Ask.ts"
import { failure } from "../Failure.ts"

/** What of a channel tells where its conversation is and where its agents work. */
export interface Place {
  readonly channel_id: string
  /** Null, or empty: it is no thread. */
  readonly parent_id: string | null
  /** Null, or empty: it has none of its own. */
  readonly dir_path: string | null
}

export const Channel = Schema.Struct({
  channel_id: Schema.String,
  name: Schema.String,
  parent_id: Schema.NullOr(Schema.String),
  dir_path: Schema.NullOr(Schema.String),
  session_id: Schema.NullOr(Schema.String),
  state: Schema.Literals(["idle", "running"])
})

export const channelOf = (id: string) =>
  Effect.map(ask("GET /api/channels/{id}", Channel, { path: { id } }), ({ value }) => value)

/** The user's own. */
export const hostPlace = Effect.gen(function* () {
  const { paths } = yield* Settings
  const root = process.env["CLAUDE_CONFIG_DIR"] || `${paths.userHome}/.claude`
  return { root, below: [] } satisfies ClaudePlace
})

/** The channel's, of which a thread has no own. */
export const channelPlace = Effect.fnUntraced(function* ({ channel_id, parent_id }: Place) {
  const { current, paths } = yield* Settings
  const { share_claude_home } = yield* current
  if (share_claude_home) return { root: `${paths.userHome}/.claude`, below: [] } satisfies ClaudePlace
  const below = ["channels", pathSegment(parent_id || channel_id), "home", ".claude"]
  return { root: paths.home, below } satisfies ClaudePlace
})

/** Where its agents work; `parent` is the channel that a thread hangs in. */
export const workDir = Effect.fnUntraced(function* (place: Place, parent: Place | undefined) {
  const { paths } = yield* Settings
  const own = place.dir_path || parent?.dir_path
  return own || `${paths.home}/channels/${pathSegment(place.parent_id || place.channel_id)}/work`
})

/** A sentence and the next step. */
export const told = ({ cause, line, path, reason }: SessionFileError) => {
  switch (reason) {
    case "not_found":
      return failure(`There is no conversation ${path} on this machine. Look over: loop session list`)
    case "link":
      return failure(`A link leads to ${path}, and none is followed there. Put a real file in its place.`)
    case "not_file":
      return failure(`${path} is no file. Look at what is there.`)
    case "too_large":
      return failure(`${path} is larger than 256 MiB. Shorten it with /compact first.`)
    case "broken":
      return failure(`${path}: line ${line ?? 0} is no entry of a conversation, so nothing was copied.`)
    case "other":
      return failure(`${path} could not be copied (${cause instanceof Error ? cause.message : String(cause)}).`)
  }
}
