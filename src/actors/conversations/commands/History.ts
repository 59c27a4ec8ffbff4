/** The runs of a channel, and one of them. */
import { Clock, Effect } from "effect"
import * as RunText from "../../../domain/chat/RunText.ts"
import { RunId } from "../../../domain/Ids.ts"
import { permitted } from "../Shared.ts"
import type { Commands, Given } from "./Command.ts"

const shown = 10

const runs = Effect.fnUntraced(function* ({ id, shared, subject }: Given) {
  yield* permitted(shared, subject, "read", id)
  const last = yield* shared.runs.list({ channel_id: id, limit: shown })
  return { text: RunText.list(last, yield* Clock.currentTimeMillis) }
})

const run = Effect.fnUntraced(function* ({ id, options, shared, subject }: Given) {
  const found = yield* shared.runs.get(RunId.make(options["run_id"] ?? ""))
  yield* permitted(shared, subject, "read", found.channel_id)
  // Who reads along here may have no role there.
  const elsewhere = found.channel_id !== id
  return { text: RunText.detail(found, yield* Clock.currentTimeMillis), ...(elsewhere && { private: true }) }
})

export const commands: Commands = { runs, run }
