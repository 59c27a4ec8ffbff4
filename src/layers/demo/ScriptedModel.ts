/**
 * A model without a mind: it answers a Messages API request by the directives in the prompt (`Script.ts`), always the
 * same way. Pure; `ScriptedServer.ts` puts it on the wire.
 */
import { type ApiError, apiError, promptTooLong } from "./ApiErrors.ts"
import { type MessagesRequest, type Standing, standing } from "./Conversation.ts"
import { type Directive, parse, type ToolCall } from "./Script.ts"
import * as Sse from "./Sse.ts"

/** One step of putting a reply on the wire. */
export type Step =
  | { readonly _tag: "Frame"; readonly text: string; readonly delta: boolean }
  | { readonly _tag: "Pause"; readonly delay: number }
  | { readonly _tag: "Hang" }
  | { readonly _tag: "Cut" }

/** What the scripted model answers. */
export type Reply =
  | { readonly _tag: "Refusal"; readonly error: ApiError }
  | { readonly _tag: "Whole"; readonly body: string }
  | { readonly _tag: "Silence" }
  | { readonly _tag: "Stream"; readonly delay: number; readonly hang: boolean; readonly steps: ReadonlyArray<Step> }

export interface Turn {
  readonly request: MessagesRequest
  /** How many requests of exactly this conversation came before: its client tries again. */
  readonly attempt: number
  /** Makes ids unique. */
  readonly serial: number
  /** Milliseconds between the words of an answer. */
  readonly pace?: number
}

/** The directives that belong to this round: each round of tools ends one, the last one closes the answer. */
const currentRound = (program: ReadonlyArray<Directive>, state: Standing): ReadonlyArray<Directive> => {
  let rest = program
  for (let round = 0; round < state.round; round++) {
    const end = rest.findIndex((directive) => directive._tag === "Tools")
    if (end === -1) break
    rest = rest.slice(end + 1)
  }
  const end = rest.findIndex((directive) => directive._tag === "Tools")
  if (end !== -1) return rest.slice(0, end + 1)
  if (rest.length > 0) return rest
  return [{ _tag: "Say", text: `The tool said: ${state.toolResults.join(" and ")}` }]
}

/** A plan is written to the client's file first, then shown. */
const unfold = (program: ReadonlyArray<Directive>, planFile: string | undefined): ReadonlyArray<Directive> =>
  program.flatMap((directive): ReadonlyArray<Directive> => {
    if (directive._tag !== "Plan") return [directive]
    const write = { name: "Write", input: { file_path: planFile, content: directive.text } }
    const show = { name: "ExitPlanMode", input: {} }
    return [...(planFile === undefined ? [] : [write]), show].map((call) => ({ _tag: "Tools", calls: [call] }))
  })

const summary = (state: Standing): string =>
  `<analysis>Scripted.</analysis>\n<summary>A scripted summary of a conversation with ${state.round} answers.</summary>`

/** What follows where the client has all but the last line of an answer. */
export const theRest = "That was all."

const refusal = (directive: Directive, turn: Turn, state: Standing): ApiError | undefined => {
  const id = Sse.requestId(turn.serial)
  if (directive._tag === "Status" && turn.attempt < directive.times) {
    return apiError(directive.status, id, { final: directive.final })
  }
  if (directive._tag === "Overflow" && (directive.always || !state.compacted)) return promptTooLong(id)
  return undefined
}

const blockOf = (directive: Directive, turn: Turn): ReadonlyArray<Sse.Block> => {
  const pace = turn.pace ?? 0
  switch (directive._tag) {
    case "Say":
      return [Sse.text(Sse.words(directive.text), pace)]
    case "Echo":
      return [Sse.text(Sse.words(`You said: ${directive.text}`), pace)]
    case "Stream":
      return [
        Sse.text(
          Array.from({ length: directive.chunks }, (_, i) => `chunk ${i + 1} `),
          directive.delay
        )
      ]
    case "Think":
      return [Sse.thinking(directive.text)]
    case "Tools":
      return directive.calls.map((call: ToolCall, index) => Sse.toolUse(Sse.toolUseId(turn.serial, index), call))
    case "Status":
      return [Sse.text(Sse.words(`Answered after ${directive.status}.`), pace)]
    case "Overflow":
      return [Sse.text(["Answered after compacting."], pace)]
    case "Cut":
      return [Sse.text(["This text ", "was not ", "cut."], pace)]
    case "Plan":
    case "Slow":
      return []
    case "Hang":
      return [Sse.text(["This text ", "never ends."], pace)]
  }
}

const isCut = (program: ReadonlyArray<Directive>, turn: Turn): boolean =>
  program.some((directive) => directive._tag === "Cut" && turn.attempt < directive.times)

/** Leaves the stream before its end where the script says so. */
const broken = (steps: ReadonlyArray<Step>, program: ReadonlyArray<Directive>, turn: Turn): ReadonlyArray<Step> => {
  const stop = program.some((directive) => directive._tag === "Hang" && directive.middle)
    ? ({ _tag: "Hang" } as const)
    : isCut(program, turn)
      ? ({ _tag: "Cut" } as const)
      : undefined
  if (stop === undefined) return steps
  const lastDelta = steps.findLastIndex((step) => step._tag === "Frame" && step.delta)
  return [...steps.slice(0, lastDelta), stop]
}

/** The reply to one request. */
export const reply = (turn: Turn): Reply => {
  const state = standing(turn.request)
  const program: ReadonlyArray<Directive> = state.summaryWanted
    ? [{ _tag: "Say", text: summary(state) }]
    : state.restWanted
      ? [{ _tag: "Say", text: theRest }]
      : currentRound(unfold(parse(state.prompt), state.planFile), state)
  for (const directive of program) {
    const error = refusal(directive, turn, state)
    if (error !== undefined) return { _tag: "Refusal", error }
  }
  const blocks = program.flatMap((directive) => blockOf(directive, turn))
  const answer: Sse.Answer = {
    id: Sse.messageId(turn.serial),
    model: turn.request.model ?? "scripted",
    inputTokens: 100 + 10 * (turn.request.messages?.length ?? 0),
    blocks: blocks.length > 0 ? blocks : [Sse.text(["Done."], 0)]
  }
  if (turn.request.stream !== true) {
    return isCut(program, turn) ? { _tag: "Silence" } : { _tag: "Whole", body: Sse.whole(answer) }
  }
  const delay = program.reduce((sum, directive) => sum + (directive._tag === "Slow" ? directive.delay : 0), 0)
  return {
    _tag: "Stream",
    delay,
    hang: program.some((directive) => directive._tag === "Hang" && !directive.middle),
    steps: broken(Sse.message(answer), program, turn)
  }
}
