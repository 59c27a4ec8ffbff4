/**
 * `Agents`: each process is borrowed by one run at a time and kept for a while after it, so that the next turn costs
 * milliseconds instead of a container's start.
 */
import { Clock, Effect, Exit, Layer, Scope, Stream } from "effect"
import { SecureRandom } from "effect/crypto"
import { ProcessId, SessionId, type ChannelId, type RunId } from "../../domain/Ids.ts"
import { Agent, type SessionChoice } from "../../services/Agent.ts"
import { Agents, type Wanted } from "../../services/Agents.ts"
import { Channels } from "../../services/Channels.ts"
import { Messages } from "../../services/Messages.ts"
import { ModelRelay } from "../../services/ModelRelay.ts"
import { Processes } from "../../services/Processes.ts"
import { Runs } from "../../services/Runs.ts"
import { Sandbox } from "../../services/Sandbox.ts"
import { Settings } from "../../services/Settings.ts"
import * as Ways from "../egress/Ways.ts"
import { supervise } from "../Supervisor.ts"
import * as Ahead from "./Ahead.ts"
import type { Kept } from "./Kept.ts"
import * as Once from "./Once.ts"
import * as Pool from "./Pool.ts"
import * as Reconcile from "./Reconcile.ts"

/** A process made ahead for a new session serves any new session. */
const fits = (one: Kept, session: SessionChoice): boolean =>
  session._tag === "Resume" ? one.sessionId === session.sessionId : session._tag === "New" && !one.hadTurn

const hex = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")

/** How long an image that was built anew may go unnoticed. */
const lookEvery = "30 seconds"

type Anew = Pick<Wanted, "channel" | "root" | "session">

export const layer = Layer.effect(
  Agents,
  Effect.gen(function* () {
    const agents = yield* Agent
    const relay = yield* ModelRelay
    const ways = yield* Ways.make
    const sandbox = yield* Sandbox
    const processes = yield* Processes
    const runs = yield* Runs
    const channels = yield* Channels
    const settings = yield* Settings
    const random = yield* SecureRandom.SecureRandom
    const pool = yield* Pool.make
    const ahead = Ahead.make()

    /** Counts a process while it is being started or taken over, in a scope that closes unless it is kept. */
    const begin = <A, E, R>(processId: ProcessId, work: (scope: Scope.Closeable) => Effect.Effect<A, E, R>) =>
      Effect.suspend(() => {
        pool.starting.add(processId)
        return Effect.flatMap(Scope.fork(pool.scope), (scope) =>
          work(scope).pipe(
            Scope.provide(scope),
            Effect.onError(() => Effect.andThen(Scope.close(scope, Exit.void), relay.discard(processId)))
          )
        )
      }).pipe(Effect.ensuring(Effect.sync(() => pool.starting.delete(processId))))

    const open = Effect.fn("Agents.open")(function* ({ channel, root, session }: Anew) {
      const { spec, hash } = yield* pool.plan.anew(channel, root)
      const processId = ProcessId.make(hex(yield* random.randomBytes(4)))
      const now = yield* Clock.currentTimeMillis
      const { sessionId } = session
      return yield* begin(processId, (scope) =>
        Effect.gen(function* () {
          yield* pool.makeRoom
          yield* processes.insert({
            process_id: processId,
            channel_id: channel.channel_id,
            session_id: sessionId,
            config_hash: hash,
            cursor: null,
            cursor_at: now,
            cost_total: 0,
            started_at: now
          })
          const line = yield* ways.open(processId, channel)
          const agent = yield* agents
            .open(spec(processId, line.socketDir, session))
            .pipe(Effect.onError(() => Effect.ignore(processes.remove(processId), { log: "Warn" })))
          return pool.add({ channel, root, processId, sessionId, hash, agent, line, scope })
        })
      )
    })

    /** A kept process that fits; those that no longer do are closed. */
    const reuse = Effect.fnUntraced(function* ({ channel, effective, root, session }: Wanted) {
      for (const one of pool.all("idle", channel.channel_id)) {
        if (one.state !== "idle" || !fits(one, session)) continue
        yield* pool.claim(one)
        // The channel's own settings may have changed since the process was started.
        one.wouldBe = pool.hashOf(channel, root)
        const hash = yield* Effect.tapCause(pool.hashOf(channel, root, effective), () => pool.idle(one))
        if (hash === one.hash) return one
        yield* pool.endLater(one)
      }
      return undefined
    })

    const borrowKept = Effect.fn("Agents.borrowKept")((options: Wanted) =>
      Effect.flatMap(reuse(options), (known) =>
        known === undefined ? Effect.undefined : pool.lend(known, options.run, true)
      ).pipe(Effect.uninterruptible)
    )

    /** From the moment it is claimed or started a process is somebody's: an interruption must not leave it nobody's. */
    const borrow = Effect.fn("Agents.borrow")((options: Wanted) =>
      Effect.uninterruptibleMask((restore) =>
        Effect.gen(function* () {
          if (options.apart === true) {
            const own = yield* restore(open(options))
            own.outdated = true
            return yield* pool.lend(own, options.run, false)
          }
          // Whoever writes while it starts is given it, not a second one.
          yield* restore(ahead.over(options.channel.channel_id))
          const known = yield* reuse(options)
          if (known !== undefined) return yield* pool.lend(known, options.run, true)
          // A channel's other idle processes hold sessions that are over.
          for (const one of pool.all("idle", options.channel.channel_id)) yield* pool.endLater(one)
          return yield* pool.lend(yield* restore(open(options)), options.run, false)
        })
      )
    )

    const takeOver = Effect.fnUntraced(
      function* (processId: ProcessId, run: RunId) {
        const row = yield* processes.get(processId)
        const sessionId = row?.session_id ?? null
        if (row === undefined || sessionId === null) return undefined
        const channel = yield* channels.get(row.channel_id)
        const root = yield* channels.root(channel)
        return yield* begin(processId, (scope) =>
          Effect.gen(function* () {
            const line = yield* ways.open(processId, channel)
            yield* line.assign(run)
            const { cursor, cursor_at: since, cost_total: costTotal } = row
            const agent = yield* agents.adopt({ processId, cursor, since, costTotal })
            if (agent !== undefined) {
              return pool.add({ channel, root, processId, sessionId, hash: row.config_hash, agent, line, scope })
            }
            yield* Scope.close(scope, Exit.void)
            yield* relay.discard(processId)
            yield* processes.remove(processId)
            return undefined
          })
        )
      },
      Effect.catchTag("ChannelNotFound", () => Effect.undefined)
    )

    const adopt = Effect.fn("Agents.adopt")((processId: ProcessId, run: RunId, apart = false) =>
      Effect.uninterruptibleMask((restore) =>
        Effect.flatMap(restore(takeOver(processId, run)), (one) => {
          if (one === undefined) return Effect.undefined
          one.outdated = apart
          return pool.lend(one, run, true)
        })
      )
    )

    const prepare = Effect.fn("Agents.prepare")(function* (options: Anew) {
      const { container_keep_alive_sec: keepFor, max_kept_processes: limit } = yield* settings.current
      const { channel_id: id } = options.channel
      const own = pool.all("idle", id).length + pool.all("busy", id).length
      if (own > 0 || ahead.has(id) || keepFor === 0 || pool.kept.size + pool.starting.size >= limit) return
      yield* ahead.during(
        id,
        Effect.uninterruptibleMask((restore) => Effect.flatMap(restore(open(options)), pool.idle))
      )
    })

    const runOnce = Effect.fn("Agents.runOnce")(function* (options: Parameters<Agents["Service"]["runOnce"]>[0]) {
      const { spec } = yield* pool.plan.anew(options.channel, options.root)
      const processId = ProcessId.make(hex(yield* random.randomBytes(4)))
      return yield* begin(processId, (scope) =>
        Effect.gen(function* () {
          const line = yield* ways.open(processId, options.channel)
          const session = { _tag: "New", sessionId: SessionId.make(processId) } as const
          const { box } = spec(processId, line.socketDir, session)
          const { argv, keep, workDir } = options
          const workReal = workDir === box.workDir ? box.workReal : undefined
          const mounts = [...box.mounts, ...options.mounts]
          return yield* Once.run(sandbox, { ...box, argv, workDir, workReal, mounts }, keep)
        }).pipe(Effect.ensuring(Effect.andThen(Scope.close(scope, Exit.void), relay.discard(processId))))
      )
    })

    const closeIdle = (channel?: ChannelId) =>
      Effect.forEach(pool.all("idle", channel), (one) => pool.end(one, "close"), {
        concurrency: "unbounded",
        discard: true
      })

    const closeOutdated = Effect.suspend(() =>
      Effect.forEach(
        [...pool.kept.values()],
        (one) =>
          Effect.flatMap(one.wouldBe, (hash) => {
            if (hash !== one.hash) one.outdated = true
            return hash !== one.hash && one.state === "idle" ? pool.end(one, "close") : Effect.void
          }),
        { discard: true }
      )
    ).pipe(Effect.catchCause((cause) => Effect.logWarning("Kept processes could not be compared", cause)))

    /** An image that was built anew. */
    const lookAtImages = Effect.suspend(() => (pool.kept.size === 0 ? Effect.void : pool.plan.look)).pipe(
      Effect.andThen(closeOutdated),
      Effect.catchCause((cause) => Effect.logWarning("The image of kept processes could not be looked at", cause))
    )

    yield* supervise(
      "pool of agents",
      Stream.merge(
        Stream.map(settings.changes, (change) => (change._tag === "Applied" ? closeOutdated : Effect.void)),
        Stream.map(Stream.tick(lookEvery), () => lookAtImages)
      ).pipe(Stream.runForEach((work) => work))
    )
    // Idle processes end with the supervisor, the soft way: one whose turn has just ended has its session in memory still.
    // Busy ones live on, to be adopted by the next.
    yield* Effect.addFinalizer(() => closeIdle())

    return Agents.of({
      borrow,
      borrowKept,
      adopt,
      prepare,
      runOnce,
      close: (channel) => {
        for (const one of pool.all("busy", channel)) one.outdated = true
        return closeIdle(channel)
      },
      list: Effect.sync(() =>
        [...pool.kept.values()].map(({ processId, channelId, state }) => ({
          process_id: processId,
          channel_id: channelId,
          busy: state === "busy"
        }))
      ),
      reconcile: Reconcile.reconcile({
        sandbox,
        processes,
        runs,
        messages: yield* Messages,
        relay,
        isOurs: (id) => pool.kept.has(id) || pool.starting.has(id)
      })
    })
  })
)
