/** Commands and skills of the agent's own, and Loop's README. */
import { Effect } from "effect"
import * as Posting from "../Posting.ts"
import { authorOf, permitted, refuse } from "../Shared.ts"
import type { Commands, Given } from "./Command.ts"

/** Sent as it is. */
const cc = Effect.fnUntraced(function* ({ id, options, shared, subject }: Given) {
  const text = options["command"] ?? ""
  const content = text.startsWith("/") ? text : `/${text}`
  yield* Posting.post(shared, subject, { channel_id: id, content, kind: "raw", ...authorOf(subject) })
  return { text: `${content} is sent to the agent.` }
})

const readme = Effect.fnUntraced(function* ({ id, shared, subject }: Given) {
  yield* permitted(shared, subject, "read", id)
  const { readme } = shared.package
  if (readme === "") return yield* refuse("not_found", "This installation has no README.")
  return { text: readme }
})

export const commands: Commands = { cc, readme }
