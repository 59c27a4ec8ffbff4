/** The runs of a channel, and one of them. */
import { Clock, Effect } from "effect"
import { ofTask } from "../../../domain/budget/CostText.ts"
import { dayOf } from "../../../domain/budget/Period.ts"
import * as RunText from "../../../domain/chat/RunText.ts"
import { RunId } from "../../../domain/Ids.ts"
import { permitted, type Shared } from "../Shared.ts"
import type { Run } from "../../../domain/Run.ts"
import type { Commands, Given } from "./Command.ts"

const shown = 10

const runs = Effect.fnUntraced(function* ({ id, shared, subject }: Given) {
  yield* permitted(shared, subject, "read", id)
  const last = yield* shared.runs.list({ channel_id: id, limit: shown })
  return { text: RunText.list(last, yield* Clock.currentTimeMillis) }
})

/** What the run of a task has spent of what its task has today. */
const share = Effect.fnUntraced(function* (shared: Shared, { run_id, task_id }: Run, now: number) {
  if (task_id === null) return undefined
  const { timezone } = yield* shared.settings.current
  const all = yield* shared.reports.ofTask(task_id, dayOf(timezone, now).start)
  return ofTask(yield* shared.reports.ofRun(run_id), all, task_id)
})

const run = Effect.fnUntraced(function* ({ id, options, shared, subject }: Given) {
  const found = yield* shared.runs.get(RunId.make(options["run_id"] ?? ""))
  yield* permitted(shared, subject, "read", found.channel_id)
  // Who reads along here may have no role there.
  const elsewhere = found.channel_id !== id
  const now = yield* Clock.currentTimeMillis
  return { text: RunText.detail(found, now, yield* share(shared, found, now)), ...(elsewhere && { private: true }) }
})

export const commands: Commands = { runs, run }
