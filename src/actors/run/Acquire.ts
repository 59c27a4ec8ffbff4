/** What a run needs before its prompt can be written: a process, its own from an earlier supervisor or one of the pool. */
import { Effect, Exit, Scope } from "effect"
import { PromptId, SessionId, type RunId } from "../../domain/Ids.ts"
import { continuation, continuationOf } from "../../domain/Prompt.ts"
import * as Sentence from "../../domain/Sentence.ts"
import { AgentGone, type SessionChoice } from "../../services/Agent.ts"
import type { Carry } from "./Hand.ts"
import { patch, type Job } from "./Job.ts"
import * as Session from "./Session.ts"
import * as TaskJob from "./TaskJob.ts"
import * as Voice from "./Voice.ts"
import type { World } from "./World.ts"

/**
 * The session a process is opened with. `own`: the one that an earlier attempt of the run began; whether it got as far as
 * the disk is the engine's to find out.
 */
export const choose = Effect.fnUntraced(function* (
  world: World,
  known: { readonly session_id: SessionId | null; readonly fork_from: Job["channel"]["fork_from"] },
  own: SessionId | null
): Effect.fn.Return<SessionChoice> {
  if (known.session_id !== null) return { _tag: "Resume", sessionId: known.session_id }
  const sessionId = own ?? SessionId.make(yield* world.random.uuidV4())
  const { fork_from } = known
  return fork_from === null
    ? { _tag: "New", sessionId }
    : { _tag: "Fork", from: fork_from.session_id, at: fork_from.message_uuid, sessionId }
})

/** How a run is told to go on whose process is gone: by what its session kept, and by whether it had begun. */
const goOn = Effect.fnUntraced(function* (world: World, { run, root }: Job) {
  // Whether the conversation is shorter now is not known: the prompt tells, and it may be compacted once more.
  if (run.prompt_state === "compacting") {
    const prompt_id = PromptId.make(yield* world.random.uuidV4())
    return { held: false, begun: false, prompt: { prompt_id, compact_tried: false } }
  }
  // Not by `prompt_state`: the engine tells that it has read a line before its session holds it.
  const held = run.session_id !== null && (yield* Session.holds(world, root, run.session_id, run.prompt_id))
  const begun = held || run.prompt_state === "received"
  if (!begun) return { held, begun, prompt: {} }
  const prompt_id = PromptId.make(yield* world.random.uuidV4())
  if (held) return { held, begun, prompt: { prompt_id, prompt: continuation } }
  const raw = (yield* world.messages.ofRun(run.run_id)).some(({ kind }) => kind === "raw")
  return { held, begun, prompt: raw ? {} : { prompt_id, prompt: continuationOf(run.prompt) } }
})

/**
 * The process of an earlier attempt is gone. What it had begun is continued under a new uuid; what it had not is written
 * again as it was.
 */
export const lost = Effect.fn("Run.lost")(function* (world: World, job: Job) {
  const { run } = job
  const { begun, held, prompt } = yield* goOn(world, job)
  yield* world.store.transaction(
    Effect.gen(function* () {
      for (const { approval_id, status } of yield* world.requests.approvals(run.run_id)) {
        if (status === "pending") yield* world.requests.decide(approval_id, "withdrawn", null)
      }
      if (begun) {
        const key = `lost:${run.attempt}`
        yield* Voice.say(world, job, { key, text: Sentence.boxLost })
      }
      if (held) yield* Session.keep(world, job, { session_id: run.session_id })
      yield* patch(world, job, {
        ...prompt,
        process_id: null,
        prompt_state: "stored",
        attempt: run.attempt + 1,
        stalls: run.stalls + 1
      })
    })
  )
})

/** A loan for the run. `adopted`: it is the run's own process of before; else a prompt line is still to be written. */
export const acquire = Effect.fn("Run.acquire")(function* (world: World, job: Job) {
  if (job.run.process_id !== null) {
    const loan = yield* world.agents.adopt(job.run.process_id, job.run.run_id, job.task?.apart)
    if (loan !== undefined) return { loan, adopted: true }
    // Another attempt, which counts as any other.
    return yield* new AgentGone({ process_id: job.run.process_id, detail: "its box is gone" })
  }
  // Read anew: an earlier attempt may have changed where the conversation stands.
  const channel = yield* world.channels.get(job.channel.channel_id)
  const { task } = job
  const apart = task?.apart === true
  const known = apart ? { session_id: yield* TaskJob.session(world, task), fork_from: null } : channel
  const session = yield* choose(world, known, job.run.session_id)
  const loan = yield* world.agents.borrow({
    channel,
    root: job.root,
    effective: job.effective,
    run: job.run.run_id,
    session,
    apart
  })
  return { loan, adopted: false }
})

/** A free slot and the channel's kept process, where both can be had at once: its row then begins with them. */
export const atOnce = Effect.fn("Run.acquireAtOnce")(function* (
  world: World,
  { channel, effective, root }: Pick<Job, "channel" | "root" | "effective">,
  run: RunId
) {
  const slot = yield* Scope.fork(yield* Effect.scope)
  if (!(yield* Scope.provide(world.slots.takeFree, slot))) return undefined
  const session = yield* choose(world, channel, null)
  const loan = yield* world.agents.borrowKept({ channel, root, effective, run, session })
  if (loan !== undefined) return { loan, slot, resets: channel.resets, written: false } satisfies Carry
  yield* Scope.close(slot, Exit.void)
  return undefined
})
