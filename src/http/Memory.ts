/** `/api/memory`: what is written down in Markdown, found again. */
import { Effect, Schema } from "effect"
import { Memory } from "../services/Memory.ts"
import type { Subject } from "../services/Tokens.ts"
import { findChannel } from "./Channels.ts"
import { invalid } from "./Problem.ts"
import { route } from "./Route.ts"

const place = {
  channel_id: Schema.optionalKey(Schema.NonEmptyString),
  dir_path: Schema.optionalKey(
    Schema.NonEmptyString.annotate({ description: "The directory of a channel, in place of its id." })
  )
}

/** Whose notes. */
const channelOf = Effect.fnUntraced(function* (
  subject: Subject,
  { channel_id, dir_path }: { readonly channel_id?: string; readonly dir_path?: string }
) {
  if (dir_path !== undefined) return yield* Memory.use((memory) => memory.channelOf(subject, dir_path))
  if (channel_id === undefined) return yield* invalid("Name a channel: give channel_id, or its directory as dir_path.")
  return yield* findChannel(subject, channel_id)
})

const Hit = Schema.Struct({
  file_path: Schema.String,
  content: Schema.String,
  score: Schema.Finite.annotate({ description: "1: first in everything that was searched by." }),
  chunk_index: Schema.Int
}).annotate({ identifier: "MemoryHit" })

const search = route(
  "POST",
  "/api/memory/search",
  {
    summary:
      "Finds passages in a channel's notes and in everybody's, by words and by meaning, as they were indexed last",
    body: Schema.Struct({ query: Schema.NonEmptyString, top_k: Schema.optionalKey(Schema.Int), ...place }),
    answer: {
      status: 200,
      description: "The passages, best first",
      schema: Schema.Struct({
        results: Schema.Array(Hit),
        note: Schema.optionalKey(Schema.String.annotate({ description: "What the search had to do without." }))
      })
    },
    problems: [404, 501]
  },
  function* ({ body, subject }) {
    const { channel_id } = yield* channelOf(subject, body)
    const found = yield* Memory.use((memory) => memory.search(subject, channel_id, body.query, body.top_k ?? 0))
    return { results: found.results, ...(found.note !== null && { note: found.note }) }
  }
)

const index = route(
  "POST",
  "/api/memory/index",
  {
    summary: "Brings the index of a channel's notes and of everybody's up to date",
    body: Schema.Struct(place),
    answer: {
      status: 200,
      description: "What is indexed",
      schema: Schema.Struct({
        count: Schema.Int.annotate({ description: "Files in the index." }),
        updated: Schema.Int.annotate({ description: "Of these, new or changed." }),
        removed: Schema.Int.annotate({ description: "Files that are gone from it." })
      })
    },
    problems: [404, 501]
  },
  function* ({ body, subject }) {
    const { channel_id } = yield* channelOf(subject, body)
    const { count, removed, updated } = yield* Memory.use((memory) => memory.index(subject, channel_id))
    return { count, updated, removed }
  }
)

export const memoryRoutes = [search, index]
