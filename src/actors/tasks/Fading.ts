/** Threads of runs that had nothing to report: renamed, and deleted when their time has come. Rows, so a restart forgets none. */
import { Clock, Effect } from "effect"
import type { Fading } from "../../services/Tasks.ts"
import type { World } from "./SchedulerWorld.ts"

/** What could not be deleted is tried again after this time at the earliest. */
const tryAgainMs = 10_000

/** When to look again: what is due still has just been tried. */
export const next = (world: World, now: number) =>
  Effect.map(world.tasks.nextFaded, (at) =>
    at === undefined ? Number.POSITIVE_INFINITY : at <= now ? now + tryAgainMs : at
  )

/** As the owner would: on the platform, too. */
const self = { kind: "system" } as const

const logged = (what: string, { channel_id }: Fading) =>
  Effect.catchCause((cause) => Effect.logWarning(what, cause).pipe(Effect.annotateLogs({ channel: channel_id })))

/** Does what is due. A name that a platform refuses is not tried again: the deletion is what counts. */
export const tend = Effect.fn("Scheduler.fading")(function* (world: World) {
  const now = yield* Clock.currentTimeMillis
  for (const thread of yield* world.tasks.fading(now)) {
    if (thread.rename_to !== null) {
      yield* world.conversations
        .patch(self, thread.channel_id, { name: thread.rename_to })
        .pipe(logged("A task's thread could not be renamed", thread))
      yield* world.tasks.renamed(thread.channel_id)
    }
    if (thread.delete_at > now) continue
    yield* world.conversations
      .remove(self, thread.channel_id)
      .pipe(logged("A task's thread could not be deleted", thread))
  }
})
