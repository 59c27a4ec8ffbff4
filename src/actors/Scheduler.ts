/**
 * Fires tasks: sleeps until the next instant that any of them is due at, and puts letters into the mailboxes of their
 * channels. Channels work on them side by side; nothing here waits for a run. A cluster singleton, so that one runs on any
 * number of hosts.
 */
import { Clock, Effect, Result } from "effect"
import { Singleton } from "effect/cluster"
import { base32 } from "../domain/Base32.ts"
import { ChannelId, platformOf } from "../domain/Ids.ts"
import * as Occurrences from "../domain/tasks/Occurrences.ts"
import * as Schedule from "../domain/tasks/Schedule.ts"
import type { Task } from "../domain/tasks/Task.ts"
import { threadName } from "../domain/tasks/Words.ts"
import { supervise } from "./Supervisor.ts"
import * as Fading from "./tasks/Fading.ts"
import * as SchedulerWorld from "./tasks/SchedulerWorld.ts"
import * as Unreadable from "./tasks/Unreadable.ts"

/** Tasks that are claimed in one transaction. */
const atOnce = 100

type World = SchedulerWorld.World

/** A thread for an occurrence that runs beside another one; undefined where none can be opened: then it waits for its turn. */
const placeFor = Effect.fnUntraced(
  function* (world: World, task: Task) {
    const { channel_id: parent_id } = task
    const parent = yield* world.channels.get(parent_id)
    // A thread has no threads of its own.
    if (parent.parent_id !== null) return undefined
    const name = threadName(task)
    if (platformOf(parent_id) === "local") {
      const channel_id = ChannelId.make(`local:${base32(yield* world.random.randomBytes(10))}`)
      return { channel_id, parent_id, name }
    }
    const made = yield* world.chats.get(platformOf(parent_id))?.makeThread(parent_id, { name }) ?? Effect.undefined
    return made === undefined ? undefined : { channel_id: made.channel_id, parent_id, name }
  },
  (effect, _, task) =>
    Effect.catchTag(effect, ["ChannelNotFound", "DeliveryFailed"], (error) =>
      Effect.as(
        Effect.logWarning("No thread for a task beside itself", error).pipe(
          Effect.annotateLogs({ task: task.task_id })
        ),
        undefined
      )
    )
)

const claimOf = Effect.fnUntraced(function* (world: World, task: Task, open: number, zone: string, now: number) {
  const first = task.next_run_at ?? now
  const read = Schedule.read(task, task.timezone ?? zone, first)
  if (Result.isFailure(read)) {
    yield* Unreadable.turnOff(world, task, read.failure)
    return undefined
  }
  const { options, failures, not_before: notBefore } = task
  const { next, verdicts } = Occurrences.judge({
    schedule: read.success,
    first,
    now,
    options,
    failures,
    notBefore,
    open
  })
  const placed = yield* Effect.forEach(verdicts, (verdict) =>
    verdict.aside
      ? Effect.map(placeFor(world, task), (place) => (place === undefined ? verdict : { ...verdict, place }))
      : Effect.succeed(verdict)
  )
  return { task, next, verdicts: placed }
})

/** Fires what is due; true when there may be more. */
const fire = Effect.fn("Scheduler.fire")(function* (world: World) {
  const now = yield* Clock.currentTimeMillis
  const due = yield* world.tasks.due(now, atOnce)
  if (due.length === 0) return false
  const open = yield* world.tasks.open(due.map(({ task_id }) => task_id))
  const { timezone } = yield* world.settings.current
  const claims = yield* Effect.forEach(due, (task) => claimOf(world, task, open.get(task.task_id) ?? 0, timezone, now))
  const stored = yield* world.tasks.claim(
    claims.filter((claim) => claim !== undefined),
    now
  )
  const channels = new Set(stored.flatMap(({ channel_id }) => (channel_id === null ? [] : [channel_id])))
  yield* Effect.forEach(channels, world.gate.wake, { discard: true })
  return true
})

const work = Effect.gen(function* () {
  const world = yield* SchedulerWorld.make
  for (;;) {
    yield* world.tasks.settleLost
    while (yield* fire(world)) yield* Effect.yieldNow
    yield* Fading.tend(world)
    const now = yield* Clock.currentTimeMillis
    const { poll_interval_sec } = yield* world.settings.current
    const due = (yield* world.tasks.nextDue) ?? Number.POSITIVE_INFINITY
    const faded = yield* Fading.next(world, now)
    // Timers count the time that passes: a clock that is set shows at the next look.
    const pause = Math.min(poll_interval_sec * 1000, Math.max(0, due - now), faded - now)
    yield* Effect.raceFirst(world.tasks.wait, Effect.sleep(pause))
  }
})

export const layer = Singleton.make(
  "Scheduler",
  Effect.scoped(Effect.andThen(supervise("scheduler", work), Effect.never))
)
