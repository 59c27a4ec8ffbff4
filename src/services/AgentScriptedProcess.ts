/** One process of the scripted engine: what it was written, what it told, and the fiber that plays its turns. */
import { Deferred, Effect, Exit, Fiber, Queue, type Scope } from "effect"
import type { AgentAnswer, AgentEvent, AgentRequest, TurnFailure } from "../domain/AgentEvent.ts"
import type { PromptId, SessionId } from "../domain/Ids.ts"
import { noUsage } from "../domain/Run.ts"
import { type AgentEntry, AgentGone, type AgentSpec, type RunningAgent, type Turn } from "./Agent.ts"

export type Prompt = Pick<Turn, "promptId" | "text">
type Ended = Extract<AgentEvent, { readonly _tag: "TurnEnded" }>

/** What a script can do with its turn, which ends when the script returns unless it was ended before. */
export interface Stage {
  readonly spec: AgentSpec
  readonly tell: (event: AgentEvent) => Effect.Effect<void>
  /** A text block: one delta, then the whole. */
  readonly say: (text: string) => Effect.Effect<void>
  /** Asks, and waits for the answer. */
  readonly ask: (request: AgentRequest) => Effect.Effect<AgentAnswer>
  /** Takes the next steered prompt into this turn; waits for one. */
  readonly absorb: Effect.Effect<Prompt>
  readonly end: (how?: Partial<Ended>) => Effect.Effect<void>
  /** The process ends here and now. */
  readonly exit: (code: number | null) => Effect.Effect<never>
}

export type Script = (prompt: Prompt, stage: Stage) => Effect.Effect<void>

export interface ScriptedProcess {
  readonly spec: AgentSpec
  /** Every prompt line, as it was written, repeats too. */
  readonly written: ReadonlyArray<Prompt>
  readonly turns: ReadonlyArray<Turn>
  readonly log: ReadonlyArray<AgentEntry>
  readonly alive: () => boolean
  readonly die: Effect.Effect<void>
  /** Begins a turn that nobody asked for, as engines do. */
  readonly begin: (play: (stage: Stage) => Effect.Effect<void>) => Effect.Effect<void>
  /** Listens from behind the cursor on, until the scope closes. */
  readonly attach: (cursor: string | null) => Effect.Effect<RunningAgent, never, Scope.Scope>
}

export type Sessions = Map<SessionId, Set<PromptId>>

export const make = Effect.fnUntraced(function* (spec: AgentSpec, script: Script, sessions: Sessions) {
  const { sessionId } = spec.session
  const log: Array<AgentEntry> = []
  const written: Array<Prompt> = []
  const turns: Array<Turn> = []
  const listeners = new Set<Queue.Enqueue<AgentEntry>>()
  const asked = new Map<string, Deferred.Deferred<AgentAnswer>>()
  const lines = yield* Queue.unbounded<Prompt>()
  const scope = yield* Effect.scope
  let work: Fiber.Fiber<void> | undefined
  let inTurn = false
  let alive = true

  /** The next line's uuid, unlike any of another process. */
  const name = () => `${spec.box.processId}-0000-4000-8000-${String(log.length).padStart(12, "0")}`

  const tell = (event: AgentEvent) =>
    Effect.sync(() => {
      if (!alive) return
      if (event._tag === "Exited") alive = false
      const entry = { event, cursor: event._tag === "TextDelta" ? null : `${log.length}` }
      log.push(entry)
      for (const listener of listeners) Queue.offerUnsafe(listener, entry)
    })

  const end = (how: Partial<Ended> = {}) =>
    Effect.suspend(() => {
      if (!inTurn) return Effect.void
      inTurn = false
      const text = log.findLast(({ event }) => event._tag === "Text" || event._tag === "TurnEnded")?.event
      const usual = { uuid: name(), outcome: "completed", failure: null, sessionId } as const
      const said = text?._tag === "Text" ? text.text : ""
      return tell({ _tag: "TurnEnded", ...usual, text: said, costUsd: 0.01, usage: noUsage, turns: 1, ...how })
    })

  const exit = (code: number | null, failure: TurnFailure | null = null) =>
    tell({ _tag: "Exited", code, stderr: "", failure })

  const receive = ({ promptId }: Prompt) => {
    sessions.set(sessionId, (sessions.get(sessionId) ?? new Set()).add(promptId))
    return tell({ _tag: "PromptReceived", promptId })
  }

  const stage: Stage = {
    spec,
    tell,
    end,
    say: Effect.fnUntraced(function* (text) {
      const messageUuid = `message-${spec.box.processId}-${log.length}`
      yield* tell({ _tag: "TextDelta", messageUuid, offset: 0, text, reset: false })
      yield* tell({ _tag: "Text", uuid: name(), messageUuid, text })
    }),
    ask: Effect.fnUntraced(function* (request) {
      const requestId = `ask-${log.length}`
      const answer = yield* Deferred.make<AgentAnswer>()
      asked.set(requestId, answer)
      yield* tell({ _tag: "Requested", requestId, request })
      return yield* Deferred.await(answer).pipe(Effect.onInterrupt(() => tell({ _tag: "RequestCancelled", requestId })))
    }),
    absorb: Effect.tap(Queue.take(lines), receive),
    exit: (code) => Effect.andThen(exit(code), Effect.never)
  }

  const perform = Effect.fnUntraced(function* (play: Effect.Effect<void>) {
    inTurn = true
    yield* tell({ _tag: "TurnStarted", sessionId, model: "scripted", commands: ["compact"], mcpServers: [] })
    work = yield* Effect.forkChild(play)
    const how = yield* Fiber.await(work)
    work = undefined
    yield* end(Exit.isSuccess(how) ? {} : { outcome: "interrupted" })
  })
  const worker = yield* Effect.forkScoped(
    Effect.forever(
      Effect.flatMap(Queue.take(lines), (prompt) => perform(Effect.andThen(receive(prompt), script(prompt, stage))))
    )
  )

  const begin = (play: (stage: Stage) => Effect.Effect<void>) =>
    Effect.asVoid(Effect.forkIn(perform(play(stage)), scope))

  const die = Effect.andThen(exit(null), Fiber.interrupt(worker))
  const living = Effect.suspend(() =>
    alive ? Effect.void : Effect.fail(new AgentGone({ process_id: spec.box.processId, detail: "it has ended" }))
  )
  const write = (prompt: Prompt) =>
    Effect.gen(function* () {
      yield* living
      const again = written.some(({ promptId }) => promptId === prompt.promptId)
      written.push(prompt)
      if (sessions.get(sessionId)?.has(prompt.promptId) === true) return yield* receive(prompt)
      // One that waits still is not told of twice.
      if (!again) yield* Queue.offer(lines, prompt)
    })

  const reply = (requestId: string, answer: AgentAnswer) => {
    const waits = asked.get(requestId)
    return waits === undefined ? Effect.void : Effect.asVoid(Deferred.succeed(waits, answer))
  }

  const attach = Effect.fnUntraced(function* (cursor: string | null) {
    const events = yield* Queue.unbounded<AgentEntry>()
    yield* Queue.offerAll(events, log.slice(cursor === null ? 0 : Number(cursor) + 1))
    listeners.add(events)
    yield* Effect.addFinalizer(() => Effect.sync(() => listeners.delete(events)))
    const running: RunningAgent = {
      processId: spec.box.processId,
      events,
      send: (turn) =>
        Effect.andThen(
          write(turn),
          Effect.sync(() => void turns.push(turn))
        ),
      steer: (promptId, text) => write({ promptId, text }),
      interrupt: Effect.andThen(
        living,
        Effect.suspend(() => (work === undefined ? Effect.void : Fiber.interrupt(work)))
      ),
      stopTask: () => living,
      answer: (requestId, answer) =>
        Effect.andThen(
          living,
          Effect.suspend(() => reply(requestId, answer))
        ),
      signal: () => Effect.andThen(living, die),
      processes: Effect.succeed([]),
      close: Effect.andThen(exit(0), Fiber.interrupt(worker)),
      kill: die
    }
    return running
  })

  if (spec.session._tag === "Resume" && !sessions.has(sessionId)) {
    yield* exit(1, { kind: "session_missing", status: null, detail: `No session ${sessionId}` })
  }
  if (spec.session._tag === "Fork") sessions.set(sessionId, new Set(sessions.get(spec.session.from)))
  const made: ScriptedProcess = { spec, written, turns, log, alive: () => alive, die, begin, attach }
  return made
})
