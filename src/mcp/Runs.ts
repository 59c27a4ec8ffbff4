/** Tools that tell an agent what has been worked on in its channel. */
import { Effect, Schema } from "effect"
import { RunId } from "../domain/Ids.ts"
import type { Run } from "../domain/Run.ts"
import { summary } from "../domain/Text.ts"
import { instant } from "../domain/Views.ts"
import { Runs } from "../services/Runs.ts"
import { allowed } from "./Asking.ts"
import { tool, ToolFailed } from "./Tool.ts"

/** Characters of a result that are shown: a tool's answer stays short. */
const longestResult = 8000

const triggerOf = ({ task_id, trigger }: Run): string => (task_id === null ? trigger : `task ${task_id}`)

const entry = (run: Run): string => {
  const { reason, run_id, started_at, status } = run
  const why = reason === null ? "" : `: ${summary(reason, 120)}`
  return `- ${run_id}: ${status} (${triggerOf(run)}, started ${instant(started_at)})${why}`
}

const cut = (text: string): string =>
  text.length <= longestResult
    ? text
    : `${text.slice(0, longestResult)}\n(${text.length - longestResult} more characters)`

const sheet = (run: Run): string =>
  [
    `Run: ${run.run_id}`,
    `Status: ${run.status}${run.reason === null ? "" : ` – ${run.reason}`}`,
    `Began with: ${triggerOf(run)}`,
    `Started: ${instant(run.started_at)}`,
    `Ended: ${run.ended_at === null ? "not yet" : instant(run.ended_at)}`,
    `Turns: ${run.turns}, attempts: ${run.attempt}, cost: $${run.cost_usd.toFixed(4)}`,
    ...(run.result === null ? [] : ["", `Result: ${cut(run.result)}`])
  ].join("\n")

export const listRuns = tool(
  {
    name: "list_runs",
    quotes: true,
    description:
      "Lists what has been worked on in this channel, newest first, with how each run ended. Use it to find out " +
      "whether an earlier request or a scheduled task has succeeded.",
    input: Schema.Struct({
      limit: Schema.optionalKey(
        Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 100 })).annotate({
          description: "At most so many; 10 without it"
        })
      )
    })
  },
  function* ({ limit = 10 }, { channel_id, subject }) {
    yield* allowed(subject, "read", channel_id)
    const runs = yield* Runs.use((all) => all.list({ channel_id, limit }))
    return runs.length === 0 ? "Nothing has been worked on in this channel." : runs.map(entry).join("\n")
  }
)

export const showRun = tool(
  {
    name: "show_run",
    quotes: true,
    description: "Shows one run of this channel: how it ended, what it cost, and what its result was.",
    input: Schema.Struct({
      run_id: Schema.NonEmptyString.annotate({ description: "Id of the run, as list_runs shows it" })
    })
  },
  function* ({ run_id }, { channel_id, subject }) {
    yield* allowed(subject, "read", channel_id)
    const run = yield* Effect.catchTag(
      Runs.use((all) => all.get(RunId.make(run_id))),
      "RunNotFound",
      () => Effect.undefined
    )
    if (run?.channel_id !== channel_id) {
      return yield* new ToolFailed({
        message: `There is no run ${run_id} in this channel. Use list_runs to see its runs.`
      })
    }
    return sheet(run)
  }
)
