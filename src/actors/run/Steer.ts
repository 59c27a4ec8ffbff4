/** What a newly queued message does to a running turn: nothing, an interrupt, or it is written into it. */
import { Effect } from "effect"
import { PromptId } from "../../domain/Ids.ts"
import { historyLimit, promptOf } from "../../domain/Prompt.ts"
import type { Loan } from "../../services/Agents.ts"
import { feed } from "./Feed.ts"
import type { Attempt } from "./Hand.ts"
import type { Job } from "./Job.ts"
import * as Session from "./Session.ts"
import type { World } from "./World.ts"

/** The number of a prompt's fences is of the prompt's own uuid, which is stored with its message: what is written again is the same. */
const numberOf = (id: PromptId): string => id.replaceAll("-", "")

/** Writes what was written into the turn once more: the last supervisor may have ended before it had. */
export const again = Effect.fn("Run.steerAgain")(function* (world: World, job: Job, loan: Loan) {
  for (const message of yield* world.messages.queued(job.channel.channel_id)) {
    if (message.prompt_id !== null)
      yield* loan.agent.steer(message.prompt_id, promptOf([message], [], numberOf(message.prompt_id)))
  }
})

export const nudged = Effect.fn("Run.nudged")(function* (attempt: Attempt) {
  const { world, job, state } = attempt
  const { busy } = job.effective
  if ((busy !== "steer" && busy !== "interrupt") || state.stopping !== null || state.phase !== "working") return
  const queued = yield* world.messages.queued(job.channel.channel_id)
  if (busy === "interrupt") {
    const said = queued.some(({ kind }) => kind !== "task")
    if (said) yield* feed(attempt, { _tag: "StopAsked", kind: "interrupted" }, null)
    return
  }
  // A task's conversation is not the one that people write in.
  if (job.task !== undefined) return
  // Before the prompt was read there is no turn to steer; the run looks again once it was.
  if (!state.received) return
  // What comes after a reset begins a conversation of its own.
  if (queued.length > 0 && (yield* Session.isPast(world, job.run))) return
  for (const message of queued) {
    // A command of the engine has a turn of its own, as a task has, and so has everything behind it.
    if (message.kind !== "prompt") return
    if (message.prompt_id !== null) continue
    const promptId = PromptId.make(yield* world.random.uuidV4())
    yield* world.messages.steered(message.channel_id, message.message_id, promptId)
    yield* feed(attempt, { _tag: "Steered", promptId, messageId: message.message_id }, null)
    const noted = yield* world.messages.noted(message.channel_id, message.seq, historyLimit)
    if (noted.length > 0) yield* world.messages.tell(message.channel_id, message.seq, job.run.run_id)
    yield* attempt.loan.agent.steer(promptId, promptOf([...noted, message], [], numberOf(promptId))).pipe(
      // The process's end follows as an event of its own; the message is still queued.
      Effect.catchTag("AgentGone", (gone) => Effect.logDebug("A message could not be written into the turn", gone))
    )
  }
})
