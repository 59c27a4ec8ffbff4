/**
 * The pool of kept agent processes. Each is borrowed by one run at a time and kept for a while after it, so that the
 * next turn costs milliseconds instead of a container's start.
 */
import { Cause, Clock, Effect, Fiber, Layer, Scope, Stream, Exit } from "effect"
import { SecureRandom } from "effect/crypto"
import type { Channel } from "../../domain/Channel.ts"
import type { ChannelId, RunId, SessionId } from "../../domain/Ids.ts"
import { ProcessId } from "../../domain/Ids.ts"
import { Agent, type SessionChoice } from "../../services/Agent.ts"
import { Agents, type Loan } from "../../services/Agents.ts"
import { Channels } from "../../services/Channels.ts"
import { ModelRelay } from "../../services/ModelRelay.ts"
import { Processes } from "../../services/Processes.ts"
import { Runs } from "../../services/Runs.ts"
import { Sandbox } from "../../services/Sandbox.ts"
import { Settings } from "../../services/Settings.ts"
import { ToolHost } from "../../services/ToolHost.ts"
import * as AgentPlan from "./AgentPlan.ts"
import * as IdleWatch from "./IdleWatch.ts"
import type { Kept } from "./Kept.ts"
import * as Reconcile from "./Reconcile.ts"

const fits = (kept: Kept, channel: ChannelId, session: SessionChoice): boolean =>
  kept.state === "idle" &&
  kept.channelId === channel &&
  // A process made ahead for a new session serves any new session.
  (session._tag === "Resume" ? kept.sessionId === session.sessionId : session._tag === "New" && !kept.hadTurn)

export const layer = Layer.effect(
  Agents,
  Effect.gen(function* () {
    const agents = yield* Agent
    const relay = yield* ModelRelay
    const sandbox = yield* Sandbox
    const processes = yield* Processes
    const runs = yield* Runs
    const channels = yield* Channels
    const settings = yield* Settings
    const tools = yield* ToolHost
    const random = yield* SecureRandom.SecureRandom
    const plan = yield* AgentPlan.make
    const poolScope = yield* Effect.scope
    const pool = new Map<ProcessId, Kept>()
    /** Processes that are being started: they count, and nobody may take them for orphans. */
    const starting = new Set<ProcessId>()

    const forget = Effect.fnUntraced(function* (kept: Kept) {
      pool.delete(kept.processId)
      yield* Scope.close(kept.scope, Exit.void)
      yield* relay.discard(kept.processId)
      yield* processes.remove(kept.processId)
    })

    /** Ends a process the hard or the soft way, exactly once. */
    const end = (kept: Kept, how: "kill" | "close") =>
      Effect.suspend(() => {
        if (kept.state === "ending") return Effect.void
        kept.state = "ending"
        const watcher = kept.watcher
        return (watcher === undefined ? Effect.void : Fiber.interrupt(watcher)).pipe(
          Effect.andThen(how === "kill" ? kept.agent.kill : kept.agent.close),
          Effect.andThen(forget(kept)),
          Effect.catchCause((cause) => Effect.logError("An agent process could not be forgotten", cause)),
          Effect.annotateLogs({ channel: kept.channelId, process: kept.processId })
        )
      }).pipe(Effect.uninterruptible)

    const endLater = (kept: Kept) => end(kept, "close").pipe(Effect.forkIn(poolScope))

    const idle = Effect.fnUntraced(function* (kept: Kept) {
      if (kept.state === "ending") return
      const keepFor = (yield* settings.current).container_keep_alive_sec
      yield* kept.line.assign(null)
      kept.state = "idle"
      kept.idleSince = yield* Clock.currentTimeMillis
      if (keepFor === 0 && kept.hadTurn) return yield* end(kept, "close")
      kept.watcher = yield* IdleWatch.watch(kept, tools).pipe(
        Effect.timeoutOption(`${Math.max(keepFor, 1)} seconds`),
        // Another fiber ends it: this one is interrupted by that.
        Effect.andThen(endLater(kept)),
        Effect.asVoid,
        Effect.forkIn(poolScope, { startImmediately: true })
      )
    })

    const makeRoom = Effect.fnUntraced(function* (extra: number) {
      const { max_kept_processes: limit } = yield* settings.current
      const idles = [...pool.values()].filter(({ state }) => state === "idle").sort((a, b) => a.idleSince - b.idleSince)
      const surplus = pool.size + starting.size + extra - limit
      yield* Effect.forEach(idles.slice(0, Math.max(0, surplus)), endLater)
    })

    const open = Effect.fn("Agents.open")(function* (channel: Channel, root: Channel, session: SessionChoice) {
      const { spec, hash } = yield* plan(channel, root)
      const bytes = yield* random.randomBytes(4)
      const processId = ProcessId.make(Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(""))
      starting.add(processId)
      yield* makeRoom(0)
      const scope = yield* Scope.fork(poolScope)
      const now = yield* Clock.currentTimeMillis
      return yield* Effect.gen(function* () {
        yield* processes.insert({
          process_id: processId,
          channel_id: channel.channel_id,
          session_id: session.sessionId,
          config_hash: hash,
          cursor: null,
          cursor_at: now,
          cost_total: 0,
          started_at: now
        })
        const line = yield* relay.open(processId)
        const agent = yield* agents.open(spec(processId, line.socketDir, session))
        const kept = keep({ channel, root, processId, sessionId: session.sessionId, hash, agent, line, scope })
        return kept
      }).pipe(
        Scope.provide(scope),
        Effect.onError(() =>
          Scope.close(scope, Exit.void).pipe(
            Effect.andThen(relay.discard(processId)),
            Effect.andThen(Effect.ignore(processes.remove(processId), { log: "Warn" }))
          )
        ),
        Effect.ensuring(Effect.sync(() => starting.delete(processId)))
      )
    })

    const keep = (made: {
      readonly channel: Channel
      readonly root: Channel
      readonly processId: ProcessId
      readonly sessionId: SessionId
      readonly hash: string
      readonly agent: Kept["agent"]
      readonly line: Kept["line"]
      readonly scope: Kept["scope"]
    }): Kept => {
      const { channel, root, ...rest } = made
      const kept: Kept = {
        ...rest,
        channelId: channel.channel_id,
        wouldBe: Effect.map(plan(channel, root), ({ hash }) => hash),
        state: "busy",
        hadTurn: false,
        idleSince: 0,
        watcher: undefined
      }
      pool.set(kept.processId, kept)
      return kept
    }

    const lend = Effect.fnUntraced(function* (kept: Kept, run: RunId, warm: boolean) {
      yield* kept.line.assign(run)
      kept.hadTurn = true
      yield* Effect.addFinalizer((exit) =>
        // Interrupted: the supervisor ends in the middle of a turn, which is left alone for the next one to adopt.
        Exit.isFailure(exit) && Cause.hasInterrupts(exit.cause)
          ? Effect.void
          : idle(kept).pipe(Effect.catchCause((cause) => Effect.logError("A process could not be given back", cause)))
      )
      const loan: Loan = { agent: kept.agent, sessionId: kept.sessionId, warm, end: end(kept, "kill") }
      return loan
    })

    /** Takes an idle process out of the hands of its watcher. */
    const claim = Effect.fnUntraced(function* (kept: Kept) {
      kept.state = "busy"
      if (kept.watcher !== undefined) yield* Fiber.interrupt(kept.watcher)
      kept.watcher = undefined
    })

    const borrow = Effect.fn("Agents.borrow")(function* (options: {
      readonly channel: Channel
      readonly root: Channel
      readonly run: RunId
      readonly session: SessionChoice
    }) {
      const { channel, root, run, session } = options
      for (const kept of pool.values()) {
        if (!fits(kept, channel.channel_id, session)) continue
        yield* claim(kept)
        if ((yield* kept.wouldBe) === kept.hash) return yield* lend(kept, run, true)
        yield* end(kept, "close")
      }
      // A channel's other idle processes hold sessions that are over.
      for (const kept of pool.values()) {
        if (kept.channelId === channel.channel_id && kept.state === "idle") yield* endLater(kept)
      }
      const kept = yield* open(channel, root, session)
      return yield* lend(kept, run, false)
    })

    const adopt = Effect.fn("Agents.adopt")(function* (processId: ProcessId, run: RunId) {
      const row = yield* processes.get(processId)
      if (row === undefined || row.session_id === null) return undefined
      const channel = yield* channels
        .get(row.channel_id)
        .pipe(Effect.catchTag("ChannelNotFound", () => Effect.undefined))
      if (channel === undefined) return undefined
      const root = yield* channels.root(channel).pipe(Effect.catchTag("ChannelNotFound", () => Effect.succeed(channel)))
      const scope = yield* Scope.fork(poolScope)
      starting.add(processId)
      const kept = yield* Effect.gen(function* () {
        const line = yield* relay.open(processId)
        yield* line.assign(run)
        const { cursor, cursor_at: since, cost_total: costTotal } = row
        const agent = yield* agents.adopt({ processId, cursor, since, costTotal })
        if (agent === undefined || row.session_id === null) return undefined
        return keep({ channel, root, processId, sessionId: row.session_id, hash: row.config_hash, agent, line, scope })
      }).pipe(
        Scope.provide(scope),
        Effect.onError(() => Scope.close(scope, Exit.void)),
        Effect.ensuring(Effect.sync(() => starting.delete(processId)))
      )
      if (kept !== undefined) return yield* lend(kept, run, true)
      yield* Scope.close(scope, Exit.void)
      yield* relay.discard(processId)
      yield* processes.remove(processId)
      return undefined
    })

    const prepare = Effect.fn("Agents.prepare")(function* (options: {
      readonly channel: Channel
      readonly root: Channel
      readonly session: SessionChoice
    }) {
      const { container_keep_alive_sec: keepFor, max_kept_processes: limit } = yield* settings.current
      const own = [...pool.values()].some(({ channelId }) => channelId === options.channel.channel_id)
      if (own || keepFor === 0 || pool.size + starting.size >= limit) return
      yield* idle(yield* open(options.channel, options.root, options.session))
    })

    const close = (channel: ChannelId) =>
      Effect.forEach(
        [...pool.values()].filter(({ channelId, state }) => channelId === channel && state === "idle"),
        (kept) => end(kept, "close"),
        { concurrency: "unbounded", discard: true }
      )

    const closeOutdated = Effect.suspend(() =>
      Effect.forEach(
        [...pool.values()].filter(({ state }) => state === "idle"),
        (kept) =>
          Effect.flatMap(kept.wouldBe, (hash) =>
            hash === kept.hash || kept.state !== "idle" ? Effect.void : end(kept, "close")
          ),
        { discard: true }
      ).pipe(Effect.catchCause((cause) => Effect.logWarning("Kept processes could not be compared", cause)))
    )

    yield* settings.changes.pipe(
      Stream.filter((change) => change._tag === "Applied"),
      Stream.runForEach(() => closeOutdated),
      Effect.forkScoped
    )
    // Idle processes end with the supervisor; busy ones live on, to be adopted by the next.
    yield* Effect.addFinalizer(() =>
      Effect.forEach(
        [...pool.values()].filter(({ state }) => state === "idle"),
        (kept) => end(kept, "kill"),
        { concurrency: "unbounded", discard: true }
      )
    )

    return Agents.of({
      borrow,
      adopt,
      prepare,
      close,
      list: Effect.sync(() =>
        [...pool.values()].map((kept) => ({
          process_id: kept.processId,
          channel_id: kept.channelId,
          busy: kept.state === "busy"
        }))
      ),
      reconcile: Reconcile.reconcile({
        sandbox,
        processes,
        runs,
        relay,
        isOurs: (id) => pool.has(id) || starting.has(id)
      })
    })
  })
)
