/** What an agent does besides talking, as steps: tools, thoughts, repeated calls, notes, refused hosts. */
import type { EgressData, ServerEvent, ToolData } from "../../live/events.ts"

export type Step =
  | { readonly kind: "tool"; readonly key: string; readonly at: string; readonly tool: ToolData }
  | { readonly kind: "thought" | "retry" | "note" | "refusal"; readonly key: string; readonly text: string }

/** Why a host was not reached, by the proxy's reasons. */
export const refusals: Readonly<Record<string, string>> = {
  closed: "this channel has no network",
  not_listed: "it is not on this channel's list",
  taken_out: "it was taken out of this channel's list",
  inner: "it leads to a private or local address",
  unknown: "there is no such host",
  unreachable: "it does not answer",
  crowded: "too many connections are open",
  disguised: "the connection names another host inside"
}

const refused = ({ host, port, reason = "" }: EgressData) =>
  `${host}:${port} was not reached: ${refusals[reason] ?? "it was refused"}.`

/** Of what a box reached, a refusal is told when it is met; sums (`times`) follow at the end. */
export const isTold = ({ data, type }: ServerEvent): boolean =>
  type !== "run.egress" || (data.decision === "refused" && data.times === undefined)

export const stepOf = (event: ServerEvent): Step | undefined => {
  const key = String(event.id ?? "")
  switch (event.type) {
    case "run.tool":
      return { kind: "tool", key: event.data.tool_use_id, at: event.at, tool: event.data }
    case "run.thinking":
      return { kind: "thought", key, text: event.data.text }
    case "run.retry":
      return { kind: "retry", key, text: event.data.text ?? "The model is called again." }
    case "run.note":
      return { kind: "note", key, text: event.data.text ?? "" }
    case "run.egress":
      return { kind: "refusal", key, text: refused(event.data) }
    default:
      return undefined
  }
}

/** The steps of a run's journal. */
export const stepsOf = (journal: ReadonlyArray<ServerEvent>): ReadonlyArray<Step> => {
  const steps: Array<Step> = []
  for (const event of journal) {
    const step = isTold(event) ? stepOf(event) : undefined
    if (step === undefined) continue
    const at = step.kind === "tool" ? steps.findIndex(({ key }) => key === step.key) : -1
    const known = steps[at]
    if (step.kind === "tool" && known?.kind === "tool") {
      steps[at] = { ...known, tool: { ...known.tool, ...step.tool, name: step.tool.name || known.tool.name } }
    } else steps.push(step)
  }
  return steps
}

/** `mcp__server__tool` as `server: tool`. */
export const toolName = (name: string): string => name.replace(/^mcp__(.+?)__/, "$1: ")

const keys = ["command", "file_path", "pattern", "url", "query", "path", "description", "prompt"]

const objectOf = ({ input, input_summary }: ToolData): Readonly<Record<string, unknown>> | undefined => {
  if (typeof input === "object" && input !== null) return input as Readonly<Record<string, unknown>>
  try {
    const parsed: unknown = JSON.parse(input_summary ?? "")
    return typeof parsed === "object" && parsed !== null ? (parsed as Readonly<Record<string, unknown>>) : undefined
  } catch {
    return undefined
  }
}

/** A tool's input by its keys; undefined where it is none, or was cut. */
export const inputOf = objectOf

/** The telling part of a tool's input, on one line. */
export const telling = (tool: ToolData): string => {
  const input = objectOf(tool)
  if (input === undefined) return tool.input_summary ?? ""
  const questions = input["questions"]
  if (Array.isArray(questions)) return String((questions[0] as { question?: unknown } | undefined)?.question ?? "")
  const key = keys.find((candidate) => typeof input[candidate] === "string")
  if (key !== undefined) return String(input[key])
  return tool.input_summary === "{}" ? "" : (tool.input_summary ?? "")
}
