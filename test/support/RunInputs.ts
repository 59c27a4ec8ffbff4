/** Inputs of the decision core: made by hand with few words, or drawn at random for properties. */
import * as fc from "fast-check"
import type { AgentEvent, AgentRequest, TurnFailure } from "../../src/domain/AgentEvent.ts"
import { MessageId, PromptId, SessionId } from "../../src/domain/Ids.ts"
import { noUsage } from "../../src/domain/Run.ts"
import { step } from "../../src/domain/RunCore.ts"
import { initial, type RunAction, type RunInput, type RunState, type StopKind } from "../../src/domain/RunState.ts"

type Of<T extends AgentEvent["_tag"]> = Extract<AgentEvent, { readonly _tag: T }>

export const prompt = PromptId.make("prompt")
export const session = SessionId.make("session")

/** A run whose prompt was just written. */
export const fresh = (changes: Partial<RunState> = {}): RunState => ({
  ...initial({
    promptId: prompt,
    received: false,
    streaming: true,
    cold: true,
    freshTried: false,
    phase: "working",
    compactTried: false,
    timeLimitSec: 3600,
    sessionId: null,
    costUsd: 0,
    usage: null,
    turns: 0,
    repeatLimit: 10
  }),
  ...changes
})

export const agent = (event: AgentEvent): RunInput => ({ _tag: "Agent", event })
export const received = (promptId: string = prompt): RunInput =>
  agent({ _tag: "PromptReceived", promptId: PromptId.make(promptId) })
export const text = (uuid: string, words: string): RunInput =>
  agent({ _tag: "Text", uuid, messageUuid: `m-${uuid}`, text: words })
export const delta = (words: string, offset = 0, messageUuid = "m-1", reset = false): RunInput =>
  agent({ _tag: "TextDelta", messageUuid, offset, text: words, reset })
export const requested = (requestId: string, request: AgentRequest): RunInput =>
  agent({ _tag: "Requested", requestId, request })
export const failure = (kind: TurnFailure["kind"], status: number | null = null): TurnFailure => ({
  kind,
  status,
  detail: "the engine's words"
})
export const turnEnded = (changes: Partial<Of<"TurnEnded">> = {}): RunInput =>
  agent({
    _tag: "TurnEnded",
    uuid: "end",
    outcome: "completed",
    text: "",
    failure: null,
    sessionId: session,
    costUsd: 0,
    usage: noUsage,
    turns: 1,
    ...changes
  })
export const failed = (why: TurnFailure): RunInput => turnEnded({ outcome: "failed", failure: why })
export const exited = (changes: Partial<Of<"Exited">> = {}): RunInput =>
  agent({ _tag: "Exited", code: 1, stderr: "", failure: null, ...changes })
export const stop = (kind: StopKind = "stopped"): RunInput => ({ _tag: "StopAsked", kind })
export const escalate: RunInput = { _tag: "Escalate" }
export const verified: RunInput = { _tag: "Verified" }
export const steered = (promptId: string): RunInput => ({
  _tag: "Steered",
  promptId: PromptId.make(promptId),
  messageId: MessageId.make(`message-${promptId}`)
})
export const settled = (requestId: string): RunInput => ({ _tag: "Settled", requestId })

export const permission: AgentRequest = { _tag: "Permission", toolUseId: "t1", tool: "Bash", input: {} }
const plan: AgentRequest = { _tag: "Plan", toolUseId: "t1", plan: "1. …", input: {} }
export const toolCall: AgentRequest = { _tag: "Tool", message: { jsonrpc: "2.0", id: 1, method: "tools/list" } }

/** One input and what came of it. */
export interface Played {
  readonly input: RunInput
  readonly before: RunState
  readonly after: RunState
  readonly actions: ReadonlyArray<RunAction>
}

/** Feeds inputs one after the other, ten milliseconds apart. */
export const play = (state: RunState, inputs: ReadonlyArray<RunInput>): ReadonlyArray<Played> => {
  let now = state
  return inputs.map((input, at) => {
    const before = now
    const [after, actions] = step(before, input, at * 10)
    now = after
    return { input, before, after, actions }
  })
}

export const actionsOf = (played: ReadonlyArray<Played>): ReadonlyArray<RunAction> =>
  played.flatMap(({ actions }) => actions)

/** The actions of one kind, in order. */
export const only = <T extends RunAction["_tag"]>(tag: T, played: ReadonlyArray<Played>) =>
  actionsOf(played).flatMap((action) =>
    action._tag === tag ? [action as Extract<RunAction, { readonly _tag: T }>] : []
  )

const oneOf = <A>(...values: ReadonlyArray<A>): fc.Arbitrary<A> => fc.constantFrom(...values)
const words = oneOf("", " ", "one", "two", "three")
const requestId = oneOf("r1", "r2", "r3")
const kinds = oneOf<TurnFailure["kind"]>("api", "session_missing", "prompt_too_long", "max_turns", "engine")
/** Cents, so that sums are exact. */
const cost = fc.integer({ min: 0, max: 100 })

const turnOutput: fc.Arbitrary<RunInput> = fc.oneof(
  fc.record({ uuid: fc.uuid(), words }).map(({ uuid, words }) => text(uuid, words)),
  fc
    .record({ words, offset: oneOf(0, 3), id: oneOf("m-1", "m-2"), reset: fc.boolean() })
    .map(({ words, offset, id, reset }) => delta(words, offset, id, reset)),
  words.map((text) => agent({ _tag: "Thinking", text })),
  oneOf("t1", "t2").map((toolUseId) =>
    agent({ _tag: "ToolStarted", uuid: "u", toolUseId, name: "Bash", input: { command: "ls" } })
  ),
  oneOf("t1", "t2").map((toolUseId) =>
    agent({ _tag: "ToolEnded", uuid: "u", toolUseId, isError: false, output: "a b" })
  )
)

const turnEnd: fc.Arbitrary<RunInput> = fc.oneof(
  fc
    .record({ outcome: oneOf("completed" as const, "interrupted" as const), text: words, costUsd: cost })
    .map(turnEnded),
  fc
    .record({ kind: kinds, costUsd: cost })
    .map(({ kind, costUsd }) => turnEnded({ outcome: "failed", failure: failure(kind), costUsd }))
)

const otherEvent: fc.Arbitrary<RunInput> = fc.oneof(
  oneOf("connected", "failed").map((status) =>
    agent({
      _tag: "TurnStarted",
      sessionId: session,
      model: "",
      commands: [],
      mcpServers: [{ name: "search", status }]
    })
  ),
  oneOf<string>(prompt, "s1", "s2", "strange").map((id) => received(id)),
  fc
    .record({ id: requestId, request: oneOf<AgentRequest>(permission, plan, toolCall) })
    .map(({ id, request }) => requested(id, request)),
  requestId.map((id) => agent({ _tag: "RequestCancelled", requestId: id })),
  oneOf("b1", "b2").map((taskId) => agent({ _tag: "BackgroundStarted", taskId, description: "" })),
  oneOf("b1", "b2").map((taskId) => agent({ _tag: "BackgroundEnded", taskId })),
  fc.constant(agent({ _tag: "Retry", attempt: 1, maxRetries: 10, delayMs: 500, status: 529, detail: "" })),
  fc.constant(agent({ _tag: "Compacted" })),
  fc.constant(agent({ _tag: "Unknown", type: "news" }))
)

const exit = fc
  .record({ kind: fc.option(kinds), code: oneOf(0, 1, null) })
  .map(({ code, kind }) => exited({ code, failure: kind === null ? null : failure(kind) }))

const command: fc.Arbitrary<RunInput> = fc.oneof(
  oneOf<StopKind>("stopped", "timed_out", "interrupted", "shutdown").map(stop),
  fc.constant(escalate),
  fc.constant(verified),
  oneOf("s1", "s2").map(steered),
  requestId.map(settled)
)

/** Anything that may reach a run, in any order. */
export const anyInput: fc.Arbitrary<RunInput> = fc.oneof(
  { arbitrary: turnOutput, weight: 6 },
  { arbitrary: otherEvent, weight: 6 },
  { arbitrary: turnEnd, weight: 1 },
  { arbitrary: exit, weight: 1 },
  { arbitrary: command, weight: 3 }
)

export const anyInputs = fc.array(anyInput, { maxLength: 40 })

/** Where an attempt may begin: anew, or taken over from an earlier supervisor. */
export const anyStart: fc.Arbitrary<RunState> = fc
  .record({
    received: fc.boolean(),
    streaming: fc.boolean(),
    cold: fc.boolean(),
    freshTried: fc.boolean(),
    compactTried: fc.boolean()
  })
  .map(fresh)
