/** A running engine: its box's lines as events on one queue, and the ways to speak to it. */
import { Effect, Queue, type Schema, Semaphore, Stream } from "effect"
import * as Sentence from "../../domain/Sentence.ts"
import type { AgentEvent } from "../../domain/AgentEvent.ts"
import { type AgentEntry, AgentGone, type RunningAgent, type Turn } from "../../services/Agent.ts"
import type { Box, BoxProcess, SandboxError } from "../../services/Sandbox.ts"
import * as Backlog from "./Backlog.ts"
import * as Control from "./Control.ts"
import * as Preparation from "./Preparation.ts"
import { answerLine, refusalLine } from "./Questions.ts"
import { initial, type State } from "./State.ts"
import { translate } from "./Translate.ts"
import { dealtWith, refusal, unbegun } from "./Unbegun.ts"
import { cursorOf, decode, type Wire } from "./Wire.ts"

/** How long a cursor's line is waited for in a log from which it may have been cut off. */
const backlogPatience = "5 seconds"
const closeGrace = "2 seconds"

/** All but the engine itself: the eldest that looks like it and whose parent is not among them. */
const besidesEngine = (all: ReadonlyArray<BoxProcess>): ReadonlyArray<BoxProcess> => {
  const pids = new Set(all.map(({ pid }) => pid))
  const [engine] = all
    .filter(({ command, ppid }) => !pids.has(ppid) && command.includes("--input-format stream-json"))
    .sort((a, b) => b.elapsedSec - a.elapsedSec || a.pid - b.pid)
  return all.filter((one) => one !== engine)
}

export const make = Effect.fn("ClaudeCode.attach")(function* (
  box: Box,
  from: Pick<State, "costTotal" | "mode" | "begun"> & { readonly model: string | null; readonly cursor: string | null }
) {
  const queue = yield* Queue.unbounded<AgentEntry>()
  const backlog = Backlog.make(from.cursor)
  const engine: { mode: string | null } = { mode: from.mode }
  const oneTurn = yield* Semaphore.make(1)
  const seen = new Set<string>()
  /** Prompts written here, and whether the engine took them up. Of a process taken over it is not known. */
  const written = new Map<string, "written" | "taken up">()
  let state = initial(from)

  const goneBy = (error: SandboxError) => new AgentGone({ process_id: box.processId, detail: error.message })
  const write = (line: Schema.Json) => box.write(JSON.stringify(line)).pipe(Effect.mapError(goneBy))
  const control = Control.make(write)
  const prepare = Preparation.make(control, engine, from)

  const offer = (events: ReadonlyArray<AgentEvent>, cursor: string | null) =>
    Queue.offerAll(
      queue,
      events.map((event, index) => ({ event, cursor: index === events.length - 1 ? cursor : null }))
    )

  /** A prompt's uuid names the place of its first replay only. */
  const place = (wire: Wire): string | null => {
    const cursor = cursorOf(wire)
    if (cursor === null || wire.kind !== "user" || wire.line.isReplay !== true) return cursor
    if (seen.has(cursor)) return null
    seen.add(cursor)
    return cursor
  }

  const take = Effect.fnUntraced(function* (wire: Wire) {
    if (wire.kind === "control_response") control.answered(wire.line)
    const modeBefore = state.mode
    const [next, events] = translate(state, wire)
    state = next
    if (next.mode !== modeBefore) engine.mode = next.mode
    yield* offer(events, place(wire))
    if (wire.kind === "command_lifecycle") {
      const { command_uuid, state: how } = wire.line
      if (how === "queued" || how === "started") written.set(command_uuid, "taken up")
      else if (how === "completed" && written.get(command_uuid) === "written") {
        yield* offer([unbegun(dealtWith, state)], null)
      }
    }
    if (wire.kind === "control_request" && events.some((event) => event._tag === "Unknown")) {
      yield* Effect.ignore(write(refusalLine(wire.line.request_id)))
    }
  })

  const takeAll = (wires: ReadonlyArray<Wire>) => Effect.forEach(wires, take, { discard: true })

  const end = Effect.fnUntraced(function* (broken: string | undefined) {
    yield* takeAll(backlog.release())
    const exit = yield* box.exit
    const stderr = yield* box.stderr
    const detail = broken ?? (stderr.trim() === "" ? `it ended with code ${exit.code}` : stderr.trim())
    control.end(new AgentGone({ process_id: box.processId, detail }))
    const outOfMemory = { kind: "engine", status: null, detail: Sentence.outOfMemory } as const
    const failure = exit.outOfMemory ? outOfMemory : state.failure
    yield* offer([{ _tag: "Exited", code: exit.code, stderr, failure }], null)
  })

  yield* box.lines.pipe(
    Stream.runForEach((text) => (text.trim() === "" ? Effect.void : takeAll(backlog.pass(decode(text))))),
    Effect.matchEffect({
      onFailure: (error) => end(error.message),
      onSuccess: () => end(undefined)
    }),
    Effect.forkScoped({ startImmediately: true })
  )
  if (from.cursor !== null) {
    yield* Effect.sleep(backlogPatience).pipe(
      Effect.andThen(Effect.suspend(() => takeAll(backlog.release()))),
      Effect.forkScoped
    )
  }

  const userLine = (promptId: string, text: string) =>
    Effect.andThen(
      Effect.sync(() => !from.begun && !written.has(promptId) && written.set(promptId, "written")),
      write({ type: "user", uuid: promptId, message: { role: "user", content: text } })
    )

  const asked = (request: Parameters<typeof control.ask>[0]) =>
    control
      .ask(request)
      .pipe(
        Effect.catchTag("ControlRefused", (refused) =>
          Effect.fail(new AgentGone({ process_id: box.processId, detail: refused.message }))
        )
      )

  const running: RunningAgent = {
    processId: box.processId,
    events: queue,
    send: Effect.fn("ClaudeCode.send")((turn: Turn) =>
      prepare(turn).pipe(
        Effect.andThen(userLine(turn.promptId, turn.text)),
        Effect.catchTag("ControlRefused", (refused) =>
          Effect.suspend(() =>
            offer([{ _tag: "PromptReceived", promptId: turn.promptId }, unbegun(refusal(refused), state)], null)
          )
        ),
        oneTurn.withPermit
      )
    ),
    steer: userLine,
    interrupt: asked({ subtype: "interrupt" }),
    stopTask: (taskId) => asked({ subtype: "stop_task", task_id: taskId }),
    answer: (requestId, answer) => write(answerLine(requestId, answer)),
    signal: (signal) => box.signal(signal).pipe(Effect.mapError(goneBy)),
    processes: Effect.map(box.processes, besidesEngine),
    close: Effect.ignore(box.closeInput).pipe(
      Effect.andThen(box.exit),
      Effect.timeoutOption(closeGrace),
      // Whoever waits for its end may have been let go.
      Effect.exit,
      Effect.andThen(box.kill)
    ),
    kill: box.kill
  }
  return running
})
