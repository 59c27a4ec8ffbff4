/** Keeps a connection to the gateway: resumes first, begins anew with growing delays, and gives up only where Discord refuses us. */
import { type Cause, Clock, Deferred, Effect, FiberSet, Queue, Schedule } from "effect"
import {
  GatewayDispatchEvents as Event,
  GatewayIntentBits as Intent,
  type GatewayDispatchPayload
} from "discord-api-types/v10"
import type { PlatformHealth } from "../../services/Platforms.ts"
import { converse, type Memory } from "./Gateway.ts"
import { otherApplication, refusedBy, refusedToken } from "./Refusals.ts"
import type { Api } from "./Rest.ts"

/** All that need no permission of Discord's, and what was written. */
const privileged = Intent.GuildMembers | Intent.GuildPresences
const intents =
  Object.values(Intent)
    .filter((bit) => typeof bit === "number")
    .reduce((all, bit) => all | bit, 0) & ~privileged

/** Acknowledgements come every 41 seconds; without any for longer there is no connection. */
const freshMs = 90_000
/** A session that is still good is resumed after this: Discord counts only those that begin anew. */
const resumeAfterMs = 500
const firstDelayMs = 1000
/** A session that lasted so long was a success. */
const provenMs = 30_000
const longestDelayMs = 60_000
/** For a fault of our own. */
const afterFault = Schedule.min([Schedule.exponential(firstDelayMs, 2), Schedule.spaced(longestDelayMs)])
/** So many beginnings in a row without success are told as `down`. */
const downAfter = 4

export interface Self {
  readonly id: string
  readonly name: string
}

export interface Connection {
  readonly health: Effect.Effect<PlatformHealth>
  readonly self: Effect.Effect<Self>
  /** What Discord says, in its order; ended when Discord has refused us. */
  readonly payloads: Queue.Dequeue<GatewayDispatchPayload, Cause.Done>
}

export const open = Effect.fnUntraced(function* (options: {
  readonly api: Api
  readonly token: string
  readonly appId: string
  /** Whether `payloads` has it. */
  readonly wanted: (payload: GatewayDispatchPayload) => boolean
  /** Called as soon as it is there, before what came earlier has been worked on. */
  readonly urgent: (payload: GatewayDispatchPayload, self: Self) => void
}) {
  const { appId, token, urgent, wanted } = options
  const clock = yield* Clock.Clock
  const payloads = yield* Queue.unbounded<GatewayDispatchPayload, Cause.Done>()
  const known = yield* Deferred.make<Self>()
  const memory: Memory = { session: null }
  let self: Self | undefined
  let lastEventAt: number | null = null
  let readyAt: number | undefined
  let failures = 0
  let trouble: string | undefined
  let refused: string | undefined

  const run = yield* FiberSet.makeRuntime<never>()
  /** What is thrown here would end the process: discord.js calls from where nobody catches. */
  const guarded = (payload: GatewayDispatchPayload) => {
    try {
      hear(payload)
    } catch (error) {
      run(Effect.annotateLogs(Effect.logError("An event of Discord's could not be taken", error), { event: payload.t }))
    }
  }

  const hear = (payload: GatewayDispatchPayload) => {
    lastEventAt = clock.currentTimeMillisUnsafe()
    if (payload.t === Event.Ready) {
      const { application, user } = payload.d
      if (application.id !== appId) {
        refused = otherApplication(appId, application.id)
        return
      }
      self = { id: user.id, name: user.username }
      Deferred.doneUnsafe(known, Effect.succeed(self))
    }
    if (refused !== undefined || self === undefined) return
    if (payload.t === Event.Ready || payload.t === Event.Resumed) {
      readyAt = lastEventAt
      if (payload.t === Event.Resumed) failures = 0
      trouble = undefined
    }
    urgent(payload, self)
    if (wanted(payload)) Queue.offerUnsafe(payloads, payload)
  }

  const connect = Effect.gen(function* () {
    const mismatched = yield* Deferred.make<void>()
    const ended = yield* Effect.raceFirst(
      converse(
        { rest: options.api.rest, token, intents, memory },
        {
          dispatch: (payload) => {
            guarded(payload)
            if (refused !== undefined) Deferred.doneUnsafe(mismatched, Effect.void)
          },
          acknowledged: () => void (lastEventAt = clock.currentTimeMillisUnsafe())
        }
      ),
      Effect.as(Deferred.await(mismatched), { code: null, detail: "another application", refusedToken: false })
    )
    const lasted = readyAt === undefined ? undefined : (yield* Clock.currentTimeMillis) - readyAt
    readyAt = undefined
    refused ??= ended.refusedToken ? refusedToken : refusedBy(ended.code)
    if (refused !== undefined) return
    trouble = `Discord is not connected (${ended.detail}); Loop keeps trying.`
    if (lasted !== undefined && lasted >= provenMs) failures = 0
    const resumes = lasted !== undefined && memory.session !== null
    const delay = resumes ? resumeAfterMs : Math.min(longestDelayMs, firstDelayMs * 2 ** Math.min(failures, 10))
    if (!resumes) failures += 1
    yield* Effect.logWarning("The connection to Discord ended and is begun again").pipe(
      Effect.annotateLogs({ detail: ended.detail, delay_ms: delay, resumes })
    )
    yield* Effect.sleep(delay)
  })

  const keep = Effect.gen(function* () {
    for (;;) {
      yield* connect
      if (refused !== undefined) break
    }
    yield* Effect.logError("Discord is given up").pipe(Effect.annotateLogs({ reason: refused }))
    yield* Queue.end(payloads)
  }).pipe(
    Effect.tapCause((cause) => Effect.logError("The connection to Discord failed and is begun again", cause)),
    Effect.sandbox,
    Effect.retry({ while: () => refused === undefined, schedule: afterFault })
  )
  yield* Effect.forkScoped(keep)

  const health = Effect.map(Clock.currentTimeMillis, (now): PlatformHealth => {
    const told = { last_event_at: lastEventAt }
    if (refused !== undefined) return { ...told, state: "down", reason: refused }
    if (readyAt !== undefined && lastEventAt !== null && now - lastEventAt <= freshMs)
      return { ...told, state: "connected" }
    return {
      ...told,
      state: failures >= downAfter ? "down" : "connecting",
      ...(trouble !== undefined && { reason: trouble })
    }
  })
  return { health, self: Deferred.await(known), payloads } satisfies Connection
})
