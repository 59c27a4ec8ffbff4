/**
 * Long-lived fibers: each is begun again with growing delays when it ends or fails, for ever, and says so. The table in
 * docs/architecture.md lists them.
 */
import { Effect, Schedule } from "effect"

/** From half a second to half a minute between two beginnings. */
const backOff = Schedule.min([Schedule.exponential("500 millis", 2), Schedule.spaced("30 seconds")])

/** Keeps `work` going in the caller's scope. */
export const supervise = <E, R>(name: string, work: Effect.Effect<unknown, E, R>) =>
  work.pipe(
    Effect.andThen(Effect.die(new Error(`${name} came to an end`))),
    Effect.tapCause((cause) => Effect.logError("A service failed and is begun again", cause)),
    Effect.sandbox,
    Effect.retry(backOff),
    Effect.annotateLogs({ service: name }),
    Effect.forkScoped({ startImmediately: true })
  )
