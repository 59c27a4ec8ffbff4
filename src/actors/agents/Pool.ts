/** The processes that are kept, and what may be done with one: lent, given back, ended, counted. */
import { Cause, Clock, Deferred, Effect, Exit, Fiber, Scope } from "effect"
import type { Channel } from "../../domain/Channel.ts"
import type { ChannelId, ProcessId, RunId } from "../../domain/Ids.ts"
import type { Loan } from "../../services/Agents.ts"
import { ModelRelay } from "../../services/ModelRelay.ts"
import { Processes } from "../../services/Processes.ts"
import { Settings, type Effective } from "../../services/Settings.ts"
import { ToolHost } from "../../services/ToolHost.ts"
import * as AgentPlan from "./AgentPlan.ts"
import * as IdleWatch from "./IdleWatch.ts"
import type { Kept } from "./Kept.ts"

/** What makes a kept process of a started one. */
type Made = Pick<Kept, "processId" | "sessionId" | "hash" | "agent" | "line" | "scope"> & {
  readonly channel: Channel
  readonly root: Channel
}

export const make = Effect.gen(function* () {
  const relay = yield* ModelRelay
  const processes = yield* Processes
  const settings = yield* Settings
  const tools = yield* ToolHost
  const plan = yield* AgentPlan.make
  // Of its own: what is done at the end with the processes that are kept comes before they are let go.
  const scope = yield* Effect.acquireRelease(Scope.make(), (made) => Scope.close(made, Exit.void))
  const kept = new Map<ProcessId, Kept>()
  /** Processes that are being started: they count, and nobody may take them for strays. */
  const starting = new Set<ProcessId>()

  const all = (state: Kept["state"], channel?: ChannelId) =>
    [...kept.values()].filter((one) => one.state === state && (channel === undefined || one.channelId === channel))

  const forget = Effect.fnUntraced(function* (one: Kept) {
    kept.delete(one.processId)
    yield* Scope.close(one.scope, Exit.void)
    yield* relay.discard(one.processId)
    yield* processes.remove(one.processId)
  })

  /** Ends a process the hard or the soft way, once; returns when nothing of it runs any more. */
  const end = (one: Kept, how: "kill" | "close"): Effect.Effect<void> =>
    Effect.suspend(() => {
      if (one.state === "ending") return one.ended
      one.state = "ending"
      const watcher = one.watcher
      return (watcher === undefined ? Effect.void : Fiber.interrupt(watcher)).pipe(
        Effect.andThen(how === "kill" ? one.agent.kill : one.agent.close),
        Effect.andThen(forget(one)),
        Effect.catchCause((cause) => Effect.logError("An agent process could not be forgotten", cause)),
        Effect.andThen(one.markEnded),
        Effect.annotateLogs({ channel: one.channelId, process: one.processId })
      )
    }).pipe(Effect.uninterruptible)

  const letGo = (one: Kept): Effect.Effect<void> =>
    Effect.suspend(() => {
      if (one.state === "ending") return one.ended
      one.state = "ending"
      kept.delete(one.processId)
      return Effect.andThen(Scope.close(one.scope, Exit.void), one.markEnded)
    }).pipe(Effect.uninterruptible)

  const endLater = (one: Kept) => Effect.forkIn(end(one, "close"), scope)

  /** Gives a process to nobody: it is listened to, and closed when nobody wants it for long enough. */
  const idle = Effect.fnUntraced(function* (one: Kept) {
    if (one.state === "ending") return
    const keepFor = (yield* settings.current).container_keep_alive_sec
    yield* one.line.assign(null)
    one.state = "idle"
    one.idleSince = yield* Clock.currentTimeMillis
    if (keepFor === 0 || one.outdated) return yield* end(one, "close")
    one.watcher = yield* IdleWatch.watch(one, tools, processes).pipe(
      Effect.timeoutOption(`${keepFor} seconds`),
      // Another fiber ends it: this one is interrupted by that.
      Effect.andThen(endLater(one)),
      Effect.asVoid,
      Effect.forkIn(scope, { startImmediately: true })
    )
  })

  /** Takes an idle process out of the hands of its watcher. */
  const claim = Effect.fnUntraced(function* (one: Kept) {
    one.state = "busy"
    if (one.watcher !== undefined) yield* Fiber.interrupt(one.watcher)
    one.watcher = undefined
  })

  const lend = Effect.fnUntraced(function* (one: Kept, run: RunId, warm: boolean) {
    yield* one.line.assign(run)
    one.hadTurn = true
    yield* Effect.addFinalizer((exit) =>
      // Interrupted: the supervisor ends in the middle of a turn, which is left alone for the next one to adopt.
      Exit.isFailure(exit) && Cause.hasInterrupts(exit.cause)
        ? Effect.void
        : idle(one).pipe(Effect.catchCause((cause) => Effect.logError("A process could not be given back", cause)))
    )
    const loan: Loan = { agent: one.agent, sessionId: one.sessionId, warm, end: end(one, "kill"), letGo: letGo(one) }
    return loan
  })

  /** What a channel's process would be made of now, or by these settings. */
  const hashOf = (channel: Channel, root: Channel, effective?: Effective) =>
    Effect.map(plan.known(channel, root, effective), ({ hash }) => hash)

  const add = ({ channel, root, ...made }: Made): Kept => {
    const ended = Deferred.makeUnsafe<void>()
    const one: Kept = {
      ...made,
      channelId: channel.channel_id,
      wouldBe: hashOf(channel, root),
      outdated: false,
      ended: Deferred.await(ended),
      markEnded: Effect.asVoid(Deferred.succeed(ended, undefined)),
      state: "busy",
      hadTurn: false,
      idleSince: 0,
      watcher: undefined
    }
    kept.set(one.processId, one)
    return one
  }

  /** Closes the least recently used idle processes until one more fits. */
  const makeRoom = Effect.gen(function* () {
    const { max_kept_processes: limit } = yield* settings.current
    const idles = all("idle").sort((a, b) => a.idleSince - b.idleSince)
    const surplus = idles.length + all("busy").length + starting.size - limit
    yield* Effect.forEach(idles.slice(0, Math.max(0, surplus)), endLater)
  })

  return { plan, hashOf, scope, kept, starting, all, end, endLater, idle, claim, lend, add, makeRoom }
})

export type Pool = Effect.Success<typeof make>
