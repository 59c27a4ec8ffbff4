/** One run being worked on: its row as last stored, and the line through which others reach it. */
import { Deferred, Effect, Queue } from "effect"
import type { Channel } from "../../domain/Channel.ts"
import type { Run } from "../../domain/Run.ts"
import type { RunInput, StopKind } from "../../domain/RunState.ts"
import type { RunPatch } from "../../services/Runs.ts"
import type { Effective } from "../../services/Settings.ts"
import type { TaskJob } from "./TaskJob.ts"
import type { World } from "./World.ts"

/** What reaches the run's one consumer. `read` is completed when it has been dealt with. */
export type Item =
  | RunInput
  /** A row joined the queue. */
  | { readonly _tag: "Nudged" }
  /** An approval may have been decided. */
  | { readonly _tag: "Decided" }

export interface Envelope {
  readonly item: Item
  readonly cursor: string | null
  readonly read: Deferred.Deferred<void> | undefined
}

export interface Job {
  readonly channel: Channel
  readonly root: Channel
  readonly effective: Effective
  /** Order among runs that wait for a slot. */
  readonly order: number
  /** Of a run that a task asked for. */
  readonly task: TaskJob | undefined
  run: Run
  waitingForSlot: boolean
  readonly inbox: Queue.Queue<Envelope>
  /** Completed by the first stop, so that a run that still waits hears of it too. */
  readonly stopAsked: Deferred.Deferred<StopKind>
  /** Completed when the run has ended. */
  readonly ended: Deferred.Deferred<void>
}

export const make = Effect.fnUntraced(function* (
  fields: Pick<Job, "channel" | "root" | "effective" | "order" | "run" | "task">
): Effect.fn.Return<Job> {
  return {
    ...fields,
    waitingForSlot: false,
    inbox: yield* Queue.unbounded<Envelope>(),
    stopAsked: yield* Deferred.make<StopKind>(),
    ended: yield* Deferred.make<void>()
  }
})

export const tell = (job: Job, item: Item): Effect.Effect<void> =>
  Effect.asVoid(Queue.offer(job.inbox, { item, cursor: null, read: undefined }))

export const stop = (job: Job, kind: StopKind): Effect.Effect<void> =>
  Effect.andThen(Deferred.succeed(job.stopAsked, kind), tell(job, { _tag: "StopAsked", kind }))

/** Changes the row and what is known of it here. */
export const patch = (world: World, job: Job, changes: RunPatch) =>
  Effect.tap(world.runs.patch(job.run.run_id, changes), () =>
    Effect.sync(() => {
      job.run = { ...job.run, ...changes }
    })
  )
