/** How a run ends: stopped, failed, completed, or lost with its process and begun again. Pure, as `RunCore`. */
import type { AgentEvent } from "./AgentEvent.ts"
import { addUsage, type RunEnd } from "./Run.ts"
import type { RunAction, RunState, StopKind, StopWhy } from "./RunState.ts"
import * as Sentence from "./Sentence.ts"
import { sameWords } from "./Text.ts"

export type Step = readonly [RunState, ReadonlyArray<RunAction>]

/** Milliseconds an interrupt, then a SIGINT, is given before the next harsher measure: a stop takes two seconds at most. */
export const interruptGraceMs = 700
export const signalGraceMs = 400

export const stay = (state: RunState): Step => [state, []]

const leave = (state: RunState, ...actions: ReadonlyArray<RunAction>): Step => [{ ...state, phase: "left" }, actions]

/** What was being written when the run ended is kept. */
const partialText = (state: RunState): ReadonlyArray<RunAction> =>
  state.partial === null || state.partial.text.trim() === ""
    ? []
    : [{ _tag: "Say", key: `partial:${state.partial.messageUuid}`, text: state.partial.text }]

const endAs = (state: RunState, status: RunEnd, sentence: string, why?: StopWhy): Step =>
  leave(
    state,
    ...partialText(state),
    { _tag: "FrameDone" },
    {
      _tag: "Say",
      key: "end",
      text: sentence,
      ...(why?.buttons && why.buttons.length > 0 && { buttons: why.buttons })
    },
    {
      _tag: "End",
      status,
      reason: sentence,
      result: state.lastText === "" ? null : state.lastText,
      ...(why?.requeue === true && { requeue: true })
    }
  )

export const endStopped = (state: RunState, kind: StopKind): Step =>
  state.why === null
    ? endAs(state, kind === "timed_out" ? "timed_out" : "stopped", Sentence.stopped(kind, state.timeLimitSec))
    : endAs(state, "stopped", state.why.sentence, state.why)

/** The first reason counts. */
export const beginStop = (state: RunState, kind: StopKind, why: StopWhy | null): Step =>
  state.stopping !== null
    ? stay(state)
    : [
        { ...state, stopping: kind, why },
        [
          { _tag: "Interrupt", tasks: state.background },
          { _tag: "Arm", afterMs: interruptGraceMs }
        ]
      ]

const endCompleted = (state: RunState, text: string): Step => {
  const unsaid = text.trim() !== "" && !(state.streaming && sameWords(text, state.lastText))
  const empty = text.trim() === "" && state.said === 0
  const final = unsaid ? text : empty ? Sentence.emptyAnswer : undefined
  return leave(
    state,
    { _tag: "FrameDone" },
    ...(final === undefined ? [] : [{ _tag: "Say", key: "end", text: final } as const]),
    { _tag: "End", status: "completed", reason: null, result: text.trim() === "" ? state.lastText : text }
  )
}

export const turnEnded = (before: RunState, event: Extract<AgentEvent, { _tag: "TurnEnded" }>): Step => {
  const failed = event.outcome === "failed"
  // A turn that ended before our prompt was read is not ours, unless it is the engine's refusal to begin.
  if (before.phase === "working" && !before.received && !failed) return stay({ ...before, unasked: false })
  const state: RunState = {
    ...before,
    sessionId: event.sessionId ?? before.sessionId,
    costUsd: before.costUsd + event.costUsd,
    usage: addUsage(before.usage, event.usage),
    turns: before.turns + event.turns
  }
  if (state.stopping !== null) return [state, [{ _tag: "Verify" }]]
  const failure = event.failure
  if (failed && failure !== null) {
    if (failure.kind === "session_missing" && !state.freshTried) {
      return leave(state, { _tag: "Restart", how: "fresh", detail: failure.detail })
    }
    if (failure.kind === "prompt_too_long" && !state.compactTried && state.phase === "working") {
      return [
        { ...state, phase: "compacting", compactTried: true, partial: null },
        [{ _tag: "FrameDone" }, { _tag: "Say", key: "note:compact", text: Sentence.compacting }, { _tag: "Compact" }]
      ]
    }
    return endAs(state, "failed", Sentence.failure(failure, state.phase === "compacting"))
  }
  if (state.phase === "compacting") {
    return [{ ...state, phase: "working", received: false }, [{ _tag: "SendAgain" }]]
  }
  if (event.outcome === "interrupted") return endStopped(state, "stopped")
  return endCompleted(state, event.text)
}

export const exited = (state: RunState, event: Extract<AgentEvent, { _tag: "Exited" }>): Step => {
  if (state.stopping !== null) return endStopped(state, state.stopping)
  if (event.failure?.kind === "session_missing" && !state.freshTried) {
    return leave(state, { _tag: "Restart", how: "fresh", detail: event.failure.detail })
  }
  if (event.failure !== null && event.failure.kind !== "engine") {
    return endAs(state, "failed", Sentence.failure(event.failure, false))
  }
  const detail = event.failure?.detail ?? Sentence.exit(event.code, event.stderr)
  return leave(state, { _tag: "FrameDone" }, { _tag: "Restart", how: "again", detail })
}
