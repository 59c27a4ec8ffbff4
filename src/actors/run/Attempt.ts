/**
 * One attempt at a run: takes what reaches it, one item at a time, asks the decision core and has its actions carried
 * out. Ends when the core has left, or fails with what kept it from working.
 */
import { Cause, Clock, Deferred, Effect, Exit, Option, Queue, Schema, Scope } from "effect"
import type { AgentEvent } from "../../domain/AgentEvent.ts"
import type { RunId } from "../../domain/Ids.ts"
import { initial, type RunAction, type StopKind } from "../../domain/RunState.ts"
import type { Loan } from "../../services/Agents.ts"
import { StoreError } from "../../services/Store.ts"
import * as Acquire from "./Acquire.ts"
import * as Decisions from "./Decisions.ts"
import * as Permissions from "./Permissions.ts"
import { feed } from "./Feed.ts"
import { compact, send, type Attempt, type Carry } from "./Hand.ts"
import { patch, tell, type Envelope, type Job } from "./Job.ts"
import * as Pause from "./Pause.ts"
import * as Steer from "./Steer.ts"
import type { World } from "./World.ts"

/** How an attempt ended. `carry`: the process goes on with messages that were written into the turn. */
export type Outcome =
  | { readonly _tag: "Ended"; readonly carry: Carry | undefined }
  | { readonly _tag: "StoppedEarly"; readonly kind: StopKind }
  | { readonly _tag: "Restart"; readonly how: "fresh" | "again"; readonly detail: string }

const turnOf = Schema.decodeUnknownOption(Schema.Struct({ text: Schema.String }))

/** What its agent has said so far, in its own words: what stands in the channel may have a heading, or be a note of ours. */
const textsOf = Effect.fnUntraced(function* (world: World, run: RunId) {
  const turns = (yield* world.journal.ofRun(run)).filter(({ type }) => type === "run.turn")
  return turns
    .flatMap(({ data }) => Option.toArray(turnOf(data)))
    .flatMap(({ text }) => (text.trim() === "" ? [] : [text]))
})

/** `same`: the process is the one that the channel's last turn was written to. */
const initialState = Effect.fnUntraced(function* (world: World, job: Job, loan: Loan, same: boolean) {
  const { run } = job
  const process = loan.agent.processId
  const texts = yield* textsOf(world, run.run_id)
  const approvals = yield* world.requests.approvals(run.run_id)
  const queued = yield* world.messages.queued(run.channel_id)
  const state = initial({
    phase: run.prompt_state === "compacting" ? "compacting" : "working",
    promptId: run.prompt_id,
    received: run.prompt_state === "received",
    streaming: job.effective.streaming,
    cold: !loan.warm,
    freshTried: run.fresh_tried,
    compactTried: run.compact_tried,
    timeLimitSec: job.effective.timeoutSec,
    sessionId: run.session_id,
    costUsd: run.cost_usd,
    usage: run.usage,
    turns: run.turns,
    repeatLimit: job.effective.repeatedCallLimit
  })
  return {
    ...state,
    said: job.effective.streaming ? texts.length : 0,
    lastText: texts.at(-1) ?? "",
    waiting: approvals
      .filter(({ process_id, status }) => status === "pending" && process_id === process)
      .map(({ request_id }) => request_id),
    // Another process knows nothing of them: they get turns of their own.
    steered: Object.fromEntries(
      queued.flatMap(({ prompt_id, message_id }) => (prompt_id === null || !same ? [] : [[prompt_id, message_id]]))
    )
  }
})

/** Hands the agent's events over one by one: the next is taken only when the last has been dealt with, so none is lost to the run when it ends. */
const forward = (attempt: Attempt) => {
  const { job, loan } = attempt
  const hand = Effect.fnUntraced(function* (event: AgentEvent, cursor: string | null) {
    const read = yield* Deferred.make<void>()
    yield* Queue.offer(job.inbox, { item: { _tag: "Agent", event }, cursor, read })
    yield* Deferred.await(read)
  })
  return Queue.take(loan.agent.events).pipe(
    Effect.flatMap(({ event, cursor }) => hand(event, cursor)),
    Effect.forever,
    // The queue is over without an `Exited`: the process went away without a word.
    Effect.catchCause(() => hand({ _tag: "Exited", code: null, stderr: "", failure: null }, null))
  )
}

/** The process does not go back to the pool. */
const endLoan = (attempt: Attempt) =>
  Effect.suspend(() => {
    attempt.killed = true
    return attempt.loan.end
  })

/** What becomes of the process when the attempt fails. */
const part = (attempt: Attempt, exit: Exit.Exit<unknown, unknown>) => {
  if (Exit.isSuccess(exit) || Cause.hasInterrupts(exit.cause)) return Effect.void
  // What it says while nothing can be stored stays in its log: it is read again from there once something can.
  if (Cause.squash(exit.cause) instanceof StoreError) return attempt.loan.letGo
  // One that does not listen, or that a fault of ours left in the middle of something, is no use to the next attempt.
  return endLoan(attempt)
}

/** Deals with one item; the actions it led to. */
const consume = Effect.fnUntraced(function* (attempt: Attempt, { item, cursor }: Envelope) {
  const none: ReadonlyArray<RunAction> = []
  switch (item._tag) {
    case "Nudged":
      return yield* Effect.as(Steer.nudged(attempt), none)
    case "Decided":
      return yield* Effect.as(Decisions.settle(attempt), none)
    default: {
      if (yield* Permissions.ruled(attempt, item, cursor)) return none
      const actions = yield* feed(attempt, item, cursor)
      if (item._tag === "Agent" && item.event._tag === "Exited") yield* endLoan(attempt)
      // What came while the prompt was still on its way can be written now.
      if (actions.some(({ _tag }) => _tag === "Received")) yield* tell(attempt.job, { _tag: "Nudged" })
      return actions
    }
  }
})

const hasLeft = (attempt: Attempt): boolean => attempt.state.phase === "left"

/** Takes what reaches the run until the core has left. */
const consumeAll = Effect.fnUntraced(function* (attempt: Attempt) {
  const { job, loan, pause } = attempt
  let restart: Extract<Outcome, { _tag: "Restart" }> | undefined
  while (!hasLeft(attempt)) {
    const envelope = yield* Queue.take(job.inbox)
    const actions = yield* consume(attempt, envelope)
    for (const action of actions) if (action._tag === "Restart") restart = action
    // Not completed behind the end of the turn: whoever forwards must not take what belongs to the next run.
    const over = hasLeft(attempt) || actions.some(({ _tag }) => _tag === "Verify")
    if (envelope.read !== undefined && !over) yield* Deferred.succeed(envelope.read, undefined)
  }
  if (restart !== undefined) return restart satisfies Outcome
  const carries = Object.keys(attempt.state.steered).length > 0 && !attempt.killed
  return {
    _tag: "Ended",
    carry: carries ? { loan, slot: pause.handOver(), resets: job.run.resets, written: true } : undefined
  } satisfies Outcome
})

/** How long a process that does not take what is written may be silent about its end. */
const lastWords = "5 seconds"

/**
 * Writes what the process must have read: the prompt, and after a take-over what was written into the turn (again, which
 * is harmless). A process that has ended says so by an event of its own, and why; so nothing fails here.
 */
const write = Effect.fnUntraced(
  function* ({ job, loan, world }: Attempt, adopted: boolean) {
    const { prompt, prompt_id, prompt_state } = job.run
    if (prompt_state === "stored") yield* send(job, loan, prompt_id, prompt)
    if (prompt_state === "compacting") yield* send(job, loan, prompt_id, compact)
    if (adopted) yield* Steer.again(world, job, loan)
  },
  (effect, { job }) =>
    Effect.catchTag(effect, "AgentGone", ({ detail }) => {
      const event = { _tag: "Exited", code: null, stderr: detail, failure: null } as const
      return Effect.delay(tell(job, { _tag: "Agent", event }), lastWords)
    })
)

/** Works on a job in the caller's scope, which holds its slot and its loan. */
export const make = Effect.fn("Run.attempt")(function* (world: World, job: Job, carried: Carry | undefined) {
  const workScope = yield* Effect.scope
  const pause = yield* Pause.make(world, job, workScope, carried?.slot)
  const got = yield* Effect.raceFirst(
    pause.takeSlot.pipe(
      Effect.andThen(
        carried === undefined ? Acquire.acquire(world, job) : Effect.succeed({ loan: carried.loan, adopted: false })
      )
    ),
    Deferred.await(job.stopAsked)
  )
  if (typeof got === "string") return { _tag: "StoppedEarly", kind: got } satisfies Outcome
  const { loan, adopted } = got
  const scope = yield* Scope.fork(workScope)
  const attempt: Attempt = {
    world,
    job,
    loan,
    scope,
    pause,
    turnStartedAt: adopted ? job.run.started_at : yield* Clock.currentTimeMillis,
    state: yield* initialState(world, job, loan, adopted || carried?.written === true),
    progress: null,
    killed: false,
    held: []
  }
  // Before the prompt is written: a supervisor that comes back must know where.
  if (carried === undefined) {
    yield* patch(world, job, { process_id: loan.agent.processId, session_id: loan.sessionId, status: "running" })
  }
  return yield* Effect.gen(function* () {
    yield* world.budget
      .onStop(job.run.run_id, (kind, why) => tell(job, { _tag: "StopAsked", kind, why }))
      .pipe(Scope.provide(scope))
    yield* pause.startClock
    if (adopted) yield* Decisions.repeat(attempt)
    // What came while nobody was there to be told.
    if (adopted) yield* tell(job, { _tag: "Nudged" })
    yield* Effect.forkIn(forward(attempt), scope)
    // Side by side: a process that does not take its prompt can be stopped, too, and its time runs.
    const writing = carried?.written === true ? Effect.void : write(attempt, adopted)
    return yield* Effect.raceFirst(consumeAll(attempt), Effect.andThen(writing, Effect.never))
  }).pipe(Effect.onExit((exit) => Effect.andThen(part(attempt, exit), Scope.close(scope, exit))))
})
