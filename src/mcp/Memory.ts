/** Tools with which an agent finds what was written down in Markdown, by itself or by people. */
import { Schema } from "effect"
import * as Words from "../domain/memory/Words.ts"
import { Memory } from "../services/Memory.ts"
import { memory } from "./Asking.ts"
import { tool } from "./Tool.ts"

const whereOn = (channel: Parameters<Memory["Service"]["isOn"]>[0]) => Memory.use((all) => all.isOn(channel))

export const searchMemory = tool(
  {
    name: "search_memory",
    description:
      "Finds passages in the notes of this project, in what you remembered earlier, and in notes that everybody shares, " +
      "by words and by meaning. Use it before you ask people about decisions, habits or facts that may be written down. " +
      "It knows files as they were indexed last; after you wrote some, call index_memory first.",
    input: Schema.Struct({
      query: Schema.NonEmptyString.annotate({ description: "What to look for, as a question or a few words" }),
      top_k: Schema.optionalKey(Schema.Int.annotate({ description: "At most so many passages; 5 without it" }))
    }),
    // It waits for the embedder.
    outside: true,
    quotes: true,
    offered: whereOn
  },
  function* ({ query, top_k = 0 }, { channel_id, subject }) {
    const { note, results } = yield* memory((all) => all.search(subject, channel_id, query, top_k))
    return Words.hits(results, note)
  }
)

export const indexMemory = tool(
  {
    name: "index_memory",
    description:
      "Brings the index behind search_memory up to date now. Use it after you wrote or changed notes that are to be found " +
      "at once; it happens by itself every few minutes.",
    input: Schema.Struct({}),
    outside: true,
    offered: whereOn
  },
  function* (_, { channel_id, subject }) {
    return Words.indexed(yield* memory((all) => all.index(subject, channel_id)))
  }
)
