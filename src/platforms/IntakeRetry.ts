/** How long what people write is tried to be stored: as long as storage may come back. */
import { Effect, Schedule } from "effect"
import type { InboxError } from "../services/Inbox.ts"
import type { StoreError } from "../services/Store.ts"

type Failed = InboxError | StoreError

/** From half a second to half a minute between two tries. */
const backOff = Schedule.min([Schedule.exponential("500 millis", 2), Schedule.spaced("30 seconds")])

/** A full disk and a busy file pass; anything else is tried this often. */
const tries = 10

const passes = ({ reason }: Failed) => reason === "disk_full" || reason === "busy"

/** The last failure where it is no use to try on. */
export const persist = <A, E extends Failed, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  effect.pipe(
    Effect.tapError((error) => Effect.logWarning("What was said could not be stored; it is tried again", error)),
    Effect.retry({ while: passes, schedule: backOff }),
    Effect.retry({ times: tries, schedule: backOff })
  )
