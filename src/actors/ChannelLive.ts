/**
 * Behaviour of a channel actor: one run at a time, in order of arrival, from the mailbox that is the `messages` table.
 * What is in memory here is a cache of rows; a fresh activation finds everything in them.
 */
import { Cause, Deferred, Effect, Exit, Schedule, Scope } from "effect"
import { Entity } from "effect/cluster"
import { Rpc } from "effect/rpc"
import { ChannelId, RunId } from "../domain/Ids.ts"
import type { Message } from "../domain/Message.ts"
import type { StoreError } from "../services/Store.ts"
import { ChannelActor } from "./Channel.ts"
import * as Acquire from "./run/Acquire.ts"
import * as Begin from "./run/Begin.ts"
import * as Gate from "./run/Gate.ts"
import * as Job from "./run/Job.ts"
import * as TaskJob from "./run/TaskJob.ts"
import * as Work from "./run/Work.ts"
import * as Worktree from "./run/Worktree.ts"
import * as World from "./run/World.ts"

/** Runs whose process may be at work already take their slots before all others. */
const adoptedFirst = -1

export const layer = ChannelActor.toLayer(
  Effect.gen(function* () {
    const world = yield* World.make
    const { entityId } = yield* Entity.CurrentAddress
    const id = ChannelId.make(entityId)
    let current: Job.Job | undefined
    let place: Work.Workplace | undefined
    /** Loop itself ends: nothing new begins. */
    let closing = false
    /** A task's gate command that is under way. */
    let gating: Gate.Gating | undefined

    const leavePlace = (exit: Exit.Exit<unknown, unknown>) =>
      Effect.suspend(() => {
        const left = place
        place = undefined
        return left === undefined ? Effect.void : Scope.close(left.scope, exit)
      })

    /** What the next run begins with: the place of the one before, or what can be had at once. */
    const enter = Effect.fnUntraced(function* (known: Pick<Job.Job, "channel" | "root" | "effective">, run: RunId) {
      if (place !== undefined) return place.carry
      const scope = yield* Scope.make()
      place = { scope, carry: undefined }
      // What hinders is met again, and told, when the run is worked on.
      const carry = yield* Acquire.atOnce(world, known, run).pipe(
        Scope.provide(scope),
        Effect.catch(() => Effect.undefined)
      )
      if (carry === undefined) yield* leavePlace(Exit.void)
      else place = { scope, carry }
      return carry
    })

    /** The task whose letter is next, once its gate lets it pass; undefined for a message of somebody's. */
    const call = Effect.fnUntraced(function* (
      known: Pick<Job.Job, "channel" | "root" | "effective">,
      head: Message
    ): Effect.fn.Return<Begin.Called | "over" | "left" | undefined, StoreError> {
      if (head.kind !== "task") return undefined
      const letter = yield* world.tasks.letter(id, head.message_id)
      if (letter === undefined) {
        // Its task was deleted.
        yield* world.messages.mark(id, [head.message_id], "dropped", null)
        return "over"
      }
      const under = yield* Gate.gating
      gating = under
      const passed = yield* Gate.pass(world, known, head, letter, under).pipe(
        Effect.ensuring(
          Effect.suspend(() => {
            gating = undefined
            return Deferred.succeed(under.ended, undefined)
          })
        )
      )
      if (passed._tag === "Go") return { letter, gate: passed.output }
      return passed._tag === "Over" ? "over" : "left"
    })

    /**
     * The run that an earlier activation left behind, or one for the next queued messages. `over`: what was next needs no
     * run any more; `left`: Loop ends.
     */
    const next = Effect.fnUntraced(function* () {
      const known = yield* world.channels.get(id)
      const root = yield* world.channels.root(known)
      const live = yield* world.runs.live(id)
      if (live !== undefined) {
        const effective = yield* world.reach.effective(known, root)
        const first = live.message_ids[0]
        const message =
          live.process_id !== null || first === undefined ? undefined : yield* world.messages.get(id, first)
        const task = yield* TaskJob.ofRun(world, live)
        const order = message?.seq ?? adoptedFirst
        return yield* Job.make({ channel: known, root, effective, run: live, order, task })
      }
      const [head] = yield* world.messages.queued(id)
      // The sweep wakes the channel again when the usage limit is over.
      if (head === undefined || (yield* world.budget.parked(id)) !== undefined) return undefined
      const first = yield* world.reach.effective(known, root)
      const channel = yield* Worktree.ensure(world, known, root, first)
      const effective = channel === known ? first : yield* world.reach.effective(channel, root)
      const run_id = RunId.make(yield* world.random.uuidV7())
      const called = yield* call({ channel, root, effective }, head)
      if (called === "over" || called === "left") return called
      const apart = called !== undefined && called.letter.task.options.session !== "channel"
      if (apart) yield* leavePlace(Exit.void)
      const carry = apart ? undefined : yield* enter({ channel, root, effective }, run_id)
      const begun = yield* Begin.begin(world, channel, root, effective, run_id, carry, called)
      return begun === undefined ? "over" : yield* Job.make({ channel, root, effective, ...begun })
    })

    const drain = Effect.gen(function* () {
      for (;;) {
        const job = closing ? undefined : yield* next()
        if (job === undefined || job === "left") return
        if (job === "over") continue
        current = job
        const given = place
        place = undefined
        place = yield* Work.work(world, job, given).pipe(
          Effect.ensuring(
            Effect.suspend(() => {
              current = undefined
              return Effect.asVoid(Deferred.succeed(job.ended, undefined))
            })
          )
        )
      }
    }).pipe(
      Effect.onExit((exit) => leavePlace(exit)),
      Effect.catchTag("ChannelNotFound", () => Effect.void),
      // Rows stay as they are: the sweep wakes this channel again.
      Effect.catchCause((cause) =>
        Cause.hasInterrupts(cause) ? Effect.interrupt : Effect.logError("A channel could not go on", cause)
      ),
      Effect.annotateLogs({ channel: id })
    )

    /** The run at work; one that is about to begin is waited for, so that a stop right behind a message finds it. */
    const atWork = Effect.gen(function* () {
      const due = (yield* world.runs.live(id)) !== undefined || (yield* world.messages.queued(id)).length > 0
      const look = Effect.sync(() => current)
      if (!due || current !== undefined) return yield* look
      return yield* look.pipe(
        Effect.repeat({ until: (job) => job !== undefined, schedule: Schedule.spaced("20 millis"), times: 50 })
      )
    }).pipe(Effect.orDie)

    const stop = Effect.fnUntraced(function* (kind: "stopped" | "shutdown", only: RunId | null) {
      if (kind === "shutdown") closing = true
      if (gating !== undefined && only === null) {
        const { ended, stop } = gating
        yield* Deferred.succeed(stop, kind)
        yield* Deferred.await(ended)
        return { stopped: true, run_id: null }
      }
      const job = yield* atWork
      if (job === undefined || (only !== null && job.run.run_id !== only)) return { stopped: false, run_id: null }
      yield* Job.stop(job, kind)
      yield* Deferred.await(job.ended)
      return { stopped: true, run_id: job.run.run_id }
    })

    const prepare = Effect.gen(function* () {
      if (current !== undefined) return
      const channel = yield* world.channels.get(id)
      const root = yield* world.channels.root(channel)
      const session = yield* Acquire.choose(world, channel, null)
      if (session._tag !== "Fork") yield* world.agents.prepare({ channel, root, session })
    }).pipe(
      Effect.catchCause((cause) => Effect.logInfo("A process could not be started ahead", cause)),
      Effect.annotateLogs({ channel: id })
    )

    const told = (item: Job.Item) =>
      Rpc.fork(Effect.suspend(() => (current === undefined ? Effect.void : Job.tell(current, item))))

    return ChannelActor.of({
      Wake: () => drain,
      Stop: ({ payload }) => Rpc.fork(stop(payload.kind, payload.run)),
      Inspect: () =>
        Rpc.fork(
          Effect.sync(() => ({
            run_id: current?.run.run_id ?? null,
            waiting_for: current === undefined ? null : current.waitingForSlot ? ("slot" as const) : ("turn" as const)
          }))
        ),
      Decide: () => told({ _tag: "Decided" }),
      Nudge: () => told({ _tag: "Nudged" }),
      Reset: () => Rpc.fork(world.agents.close(id)),
      Prepare: () => Rpc.fork(prepare)
    })
  }),
  {
    maxIdleTime: "5 minutes",
    mailboxCapacity: "unbounded",
    // A defect in a handler must not rebuild the actor for ever: handlers catch their own and the sweep wakes again.
    disableFatalDefects: true,
    spanAttributes: { actor: "Channel" }
  }
)
