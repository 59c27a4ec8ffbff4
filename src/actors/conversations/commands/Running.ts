/** What is at work in a channel and what waits: looked at, stopped, begun anew. */
import { Effect } from "effect"
import * as Words from "../../../domain/budget/Words.ts"
import { MessageId, RunId } from "../../../domain/Ids.ts"
import { isLive } from "../../../domain/Run.ts"
import { localAt } from "../../../domain/tasks/Zone.ts"
import { summary } from "../../../domain/Text.ts"
import * as Budgets from "../Budgets.ts"
import * as Control from "../Control.ts"
import * as Places from "../Places.ts"
import * as Posting from "../Posting.ts"
import { refuse } from "../Shared.ts"
import type { Commands, Given } from "./Command.ts"

const said = (stopped: boolean) => ({ text: stopped ? "Stopped." : "There is nothing to stop." })

const noTarget = (target: string) =>
  refuse(
    "not_found",
    `"${target}" is no run that is at work, no message that waits here, and no channel: leave it out to stop what runs here.`,
    "target"
  )

/** A run of whatever channel, a message that waits in this one, or a channel. */
const stopTarget = Effect.fnUntraced(function* ({ id, shared, subject }: Given, target: string) {
  const run = yield* Effect.catchTag(shared.runs.get(RunId.make(target)), "RunNotFound", () => Effect.undefined)
  if (run !== undefined) {
    const { stopped } = yield* Control.stopRun(shared, subject, run.run_id)
    return stopped ? "Stopped." : `That run is over: it is ${isLive(run.status) ? "completed" : run.status}.`
  }
  const message = MessageId.make(target)
  if ((yield* shared.messages.queued(id)).some(({ message_id }) => message_id === message)) {
    yield* Posting.drop(shared, subject, id, message)
    return "The message is taken out of the queue."
  }
  const channel = yield* Places.find(shared, subject, target).pipe(
    Effect.catchTag("Refused", (refused) => (refused.reason === "not_found" ? noTarget(target) : Effect.fail(refused)))
  )
  return said((yield* Control.stop(shared, subject, channel.channel_id)).stopped).text
})

const stop = Effect.fnUntraced(function* (given: Given) {
  const { id, options, shared, subject } = given
  const target = options["target"]
  if (target === undefined) return said((yield* Control.stop(shared, subject, id)).stopped)
  return { text: yield* stopTarget(given, target) }
})

const reset = Effect.fnUntraced(function* ({ id, shared, subject }: Given) {
  yield* Control.reset(shared, subject, id)
  return { text: "The next message begins a new session." }
})

const queue = Effect.fnUntraced(function* ({ id, options, shared, subject }: Given) {
  if (options["when"] !== undefined) return { text: yield* Budgets.resume(shared, subject, id) }
  const { queue } = yield* Control.inspect(shared, subject, id)
  if (queue.length === 0) return { text: "Nothing waits." }
  const lines = queue.map(({ author_name, content }, at) => `${at + 1}. ${author_name}: ${summary(content, 80)}`)
  return { text: `${queue.length} waiting:\n${lines.join("\n")}` }
})

const status = Effect.fnUntraced(function* ({ id, shared, subject }: Given) {
  const { run, queue } = yield* Control.inspect(shared, subject, id)
  const used = (yield* shared.agents.list).filter(({ busy }) => busy).length
  const { max_concurrent_runs: limit } = yield* shared.settings.current
  const parked = yield* shared.budget.parked(id)
  const { timezone } = yield* shared.settings.current
  const waits = parked === undefined ? "" : ` ${Words.waits(Words.clock(localAt(timezone, parked.until), timezone))}`
  const here = run === null ? "Nothing runs here" : `A run is ${run.status} here (attempt ${run.attempt})`
  return {
    text: `Loop is running. ${here}; ${queue.length} waiting. ${used} of ${limit} runs at work over all channels.${waits}`
  }
})

export const commands: Commands = { stop, reset, queue, status }
