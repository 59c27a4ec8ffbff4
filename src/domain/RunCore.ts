/**
 * The decision core of a run: `(state, input) -> (state, actions)`. Pure; the driver carries the actions out in order.
 * After `End` or `Restart` nothing follows.
 */
import { Hash } from "effect"
import type { AgentEvent } from "./AgentEvent.ts"
import { asQuestion } from "./AskUser.ts"
import * as BudgetWords from "./budget/Words.ts"
import { beginStop, endStopped, exited, signalGraceMs, stay, type Step, turnEnded } from "./RunEnding.ts"
import type { RunInput, RunState } from "./RunState.ts"
import * as Sentence from "./Sentence.ts"
import { summary } from "./Text.ts"
import { cut, shownInput } from "./ToolView.ts"

/** Long texts by their hash: what was called is only ever compared. */
const fingerprint = (...texts: ReadonlyArray<string>): string =>
  texts.map((text) => (text.length < 64 ? text : `${text.length}:${Hash.string(text)}`)).join("\0")

/** Events that only matter once the prompt was received. */
const owned = (state: RunState, event: AgentEvent, now: number): Step => {
  switch (event._tag) {
    case "TextDelta": {
      const text = event.offset === 0 ? event.text : (state.partial?.text.slice(0, event.offset) ?? "") + event.text
      const { messageUuid, offset, reset } = event
      return [
        { ...state, partial: { messageUuid, text } },
        [{ _tag: "Frame", messageUuid, offset, text: event.text, reset }]
      ]
    }
    case "Thinking":
      return [state, [{ _tag: "Journal", type: "run.thinking", data: { text: event.text } }]]
    case "Text": {
      const blank = event.text.trim() === ""
      const next = { ...state, partial: null, lastUuid: event.uuid, lastText: blank ? state.lastText : event.text }
      const said = state.streaming && !blank
      return [
        { ...next, said: said ? state.said + 1 : state.said },
        [
          { _tag: "FrameDone" },
          { _tag: "Journal", type: "run.turn", data: { message_uuid: event.messageUuid, text: event.text } },
          ...(said ? [{ _tag: "Say", key: event.uuid, text: event.text } as const] : [])
        ]
      ]
    }
    case "ToolStarted": {
      const call = fingerprint(event.name, JSON.stringify(event.input))
      const tools = { ...state.tools, [event.toolUseId]: { name: event.name, at: now, call } }
      const data = {
        tool_use_id: event.toolUseId,
        name: event.name,
        state: "started",
        input_summary: summary(JSON.stringify(event.input), 400),
        input: shownInput(event.input)
      }
      return [{ ...state, tools }, [{ _tag: "Journal", type: "run.tool", data }]]
    }
    case "ToolEnded": {
      const { [event.toolUseId]: started, ...tools } = state.tools
      const data = {
        tool_use_id: event.toolUseId,
        name: started?.name ?? "",
        state: event.isError ? "failed" : "succeeded",
        output_summary: summary(event.output, 400),
        output: cut(event.output),
        ...(started === undefined ? {} : { duration_ms: now - started.at })
      }
      const call = fingerprint(started?.call ?? event.toolUseId, event.output)
      const times = state.repeated.call === call ? state.repeated.times + 1 : 1
      const next = { ...state, tools, repeated: { call, times } }
      const journal = { _tag: "Journal", type: "run.tool", data } as const
      if (state.repeatLimit === 0 || times < state.repeatLimit) return [next, [journal]]
      const why = { sentence: BudgetWords.repeated(data.name, times) }
      const [stopping, actions] = beginStop(next, "repeated", why)
      return [stopping, [journal, ...actions]]
    }
    default:
      return stay(state)
  }
}

const isTurnOutput = (event: AgentEvent): boolean =>
  event._tag === "TextDelta" ||
  event._tag === "Thinking" ||
  event._tag === "Text" ||
  event._tag === "ToolStarted" ||
  event._tag === "ToolEnded"

const settle = (state: RunState, requestId: string): Step => {
  if (!state.waiting.includes(requestId)) return stay(state)
  const waiting = state.waiting.filter((id) => id !== requestId)
  return [{ ...state, waiting }, waiting.length === 0 ? [{ _tag: "Resume" }] : []]
}

const onAgent = (state: RunState, event: AgentEvent, now: number): Step => {
  if (isTurnOutput(event)) {
    if (state.received && state.phase === "working") return owned(state, event, now)
    if (state.received || state.unasked || state.phase === "compacting") return stay(state)
    // A turn that nobody asked for: never said, interrupted once.
    return [
      { ...state, unasked: true },
      [
        { _tag: "Journal", type: "run.note", data: { text: Sentence.unaskedTurn } },
        { _tag: "Interrupt", tasks: [] }
      ]
    ]
  }
  switch (event._tag) {
    case "TurnStarted": {
      const failed = state.cold ? event.mcpServers.filter((server) => server.status === "failed") : []
      // Once per process: what it has does not change, and noting it is a write.
      const offer = state.cold && event.commands.length > 0
      return [
        { ...state, sessionId: event.sessionId, cold: false },
        [
          ...(offer ? [{ _tag: "Offer", commands: event.commands } as const] : []),
          ...failed.map(
            ({ name }) => ({ _tag: "Say", key: `mcp:${name}`, text: Sentence.mcpServerFailed(name) }) as const
          )
        ]
      ]
    }
    case "PromptReceived": {
      if (event.promptId === state.promptId && state.phase === "compacting") return stay(state)
      if (event.promptId === state.promptId) return [{ ...state, received: true }, [{ _tag: "Received" }]]
      const { [event.promptId]: messageId, ...steered } = state.steered
      return messageId === undefined ? stay(state) : [{ ...state, steered }, [{ _tag: "Absorb", messageId }]]
    }
    case "Retry": {
      const { attempt, maxRetries, delayMs, status, detail } = event
      const data = { attempt, max_retries: maxRetries, delay_ms: delayMs, status, text: Sentence.retry(status, detail) }
      return [state, [{ _tag: "Journal", type: "run.retry", data }]]
    }
    case "Requested": {
      const { requestId } = event
      const request = asQuestion(event.request)
      // A turn that nobody asked for is being interrupted: its requests end with it.
      if (state.unasked && !state.received) return stay(state)
      if (request._tag === "Tool") return [state, [{ _tag: "Serve", requestId, message: request.message }]]
      if (state.waiting.includes(requestId) || state.stopping !== null) return stay(state)
      const pause = state.waiting.length === 0 ? [{ _tag: "Pause" } as const] : []
      return [{ ...state, waiting: [...state.waiting, requestId] }, [{ _tag: "Ask", requestId, request }, ...pause]]
    }
    case "RequestCancelled": {
      const [next, actions] = settle(state, event.requestId)
      return next === state ? stay(state) : [next, [{ _tag: "Withdraw", requestId: event.requestId }, ...actions]]
    }
    case "BackgroundStarted":
      return stay({ ...state, background: [...state.background, event.taskId] })
    case "BackgroundEnded":
      return stay({ ...state, background: state.background.filter((id) => id !== event.taskId) })
    case "Compacted":
      return [state, [{ _tag: "Journal", type: "run.note", data: { text: Sentence.compacted } }]]
    case "TurnEnded":
      return turnEnded(state, event)
    case "Exited":
      return exited(state, event)
    default:
      return stay(state)
  }
}

export const step = (state: RunState, input: RunInput, now: number): Step => {
  if (state.phase === "left") return stay(state)
  switch (input._tag) {
    case "Agent":
      return onAgent(state, input.event, now)
    case "StopAsked":
      return beginStop(state, input.kind, input.why ?? null)
    case "Escalate":
      if (state.stopping === null) return stay(state)
      if (state.harshness === 0) {
        return [{ ...state, harshness: 1 }, [{ _tag: "Signal" }, { _tag: "Arm", afterMs: signalGraceMs }]]
      }
      return [{ ...state, harshness: 2 }, state.harshness === 1 ? [{ _tag: "Kill" }] : []]
    case "Verified":
      return state.stopping === null ? stay(state) : endStopped(state, state.stopping)
    case "Steered":
      return stay({ ...state, steered: { ...state.steered, [input.promptId]: input.messageId } })
    case "Settled":
      return settle(state, input.requestId)
  }
}
