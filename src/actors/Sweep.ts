/**
 * Once at start and every minute: boxes are reconciled with rows, channels with something to do and nobody at work are
 * woken, what is older than the retention is deleted, and the model's OAuth token is looked after. A cluster singleton, so that one runs on any number of hosts.
 */
import { Clock, Duration, Effect, Schedule } from "effect"
import { Singleton } from "effect/cluster"
import { Agents } from "../services/Agents.ts"
import { Messages } from "../services/Messages.ts"
import { Runs } from "../services/Runs.ts"
import { Store } from "../services/Store.ts"
import { ChannelGate } from "./ChannelGate.ts"
import * as Credential from "./Credential.ts"

const every = Duration.minutes(1)
const pruneEvery = Duration.hours(1)
/** How long the journal and what was delivered are kept. Messages and runs are kept for ever. */
const retention = Duration.days(30)

const logged = (what: string) => Effect.catchCause((cause) => Effect.logError(what, cause))

export const layer = Singleton.make(
  "Sweep",
  Effect.gen(function* () {
    const agents = yield* Agents
    const messages = yield* Messages
    const runs = yield* Runs
    const store = yield* Store
    const gate = yield* ChannelGate
    let prunedAt = 0

    // A process that is at work already comes before what has not begun, also where slots are few.
    const wake = Effect.gen(function* () {
      const working = (yield* runs.allLive).filter(({ process_id }) => process_id !== null)
      const channels = new Set([...working.map(({ channel_id }) => channel_id), ...(yield* messages.pending)])
      for (const channel of channels) yield* gate.wakeIdle(channel)
    }).pipe(logged("Channels could not be swept"))

    const prune = Effect.gen(function* () {
      const now = yield* Clock.currentTimeMillis
      if (now - prunedAt < Duration.toMillis(pruneEvery)) return
      prunedAt = now
      yield* store.prune(retention)
    }).pipe(logged("Storage could not be pruned"))

    const credential = (yield* Credential.make).pipe(logged("The model's credential could not be looked after"))

    // Channels first: a live box waits for its supervisor, and its run must own it before strays are removed.
    yield* wake.pipe(
      Effect.andThen(agents.reconcile.pipe(logged("Boxes could not be reconciled"))),
      Effect.andThen(prune),
      Effect.andThen(credential),
      Effect.repeat(Schedule.spaced(every))
    )
  })
)
