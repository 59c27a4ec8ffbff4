/**
 * A task whose schedule cannot be read any more: it was checked when it was written, and the zone's rules or this program
 * have changed since. It turns itself off and says so, both or neither.
 */
import { Effect } from "effect"
import * as Words from "../../domain/tasks/Words.ts"
import type { Task } from "../../domain/tasks/Task.ts"
import type { World } from "./SchedulerWorld.ts"

/** Nothing where somebody has set the task anew since it was read. */
export const turnOff = Effect.fn("Scheduler.turnOff")(function* (world: World, task: Task, reason: string) {
  const { channel_id, next_run_at, schedule, task_id, timezone, type } = task
  yield* world.store.transaction(
    Effect.gen(function* () {
      const now = yield* world.tasks.get(task_id)
      if (now?.enabled !== true || now.next_run_at !== next_run_at) return
      if (now.type !== type || now.schedule !== schedule || now.timezone !== timezone) return
      const paused_reason = Words.unreadable(reason)
      yield* world.tasks.patch(task_id, { enabled: false, next_run_at: null, paused_reason })
      const content = Words.turnedItselfOff(task, reason)
      yield* world.messages.say({ channel_id, run_id: null, key: `unreadable:${task_id}:${next_run_at}`, content })
    })
  )
})
