/**
 * What "Always" allows: as narrow as what a person looked at. Written as the CLI writes its permission rules and matched
 * here, not by the CLI: there `*` and `:*` at the end of a command are wildcards, also where an agent put them.
 */
import { Schema } from "effect"

/**
 * `command`: Bash with exactly this command. `file`: the tool on exactly this path, whatever it writes. `domain`: any page of
 * this host. `input`: exactly this input. `any`: a tool that has nothing narrower (MCP, search); `value` is empty.
 */
export const Rule = Schema.Struct({
  tool: Schema.String,
  kind: Schema.Literals(["command", "file", "domain", "input", "any"]),
  value: Schema.String
})
export type Rule = typeof Rule.Type

const fields = (input: Schema.Json): Readonly<Record<string, Schema.Json>> =>
  typeof input === "object" && input !== null && !Array.isArray(input)
    ? (input as Readonly<Record<string, Schema.Json>>)
    : {}

/** With the keys of objects in one order, so that the same input is the same text. */
const ordered = (value: Schema.Json): Schema.Json => {
  if (typeof value !== "object" || value === null) return value
  if (Array.isArray(value)) return value.map(ordered)
  const entries = Object.entries(fields(value)).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(entries.map(([key, each]) => [key, ordered(each)]))
}

const files: Readonly<Record<string, string>> = {
  Edit: "file_path",
  MultiEdit: "file_path",
  NotebookEdit: "notebook_path",
  Read: "file_path",
  Write: "file_path"
}

/** One that names one place: whole, and without detours. */
const isPath = (text: string): boolean =>
  text.startsWith("/") && !text.includes("\0") && !text.split("/").some((part) => part === "." || part === "..")

const hostOf = (text: string): string | undefined => {
  const url = URL.parse(text)
  const fetched = url !== null && (url.protocol === "https:" || url.protocol === "http:")
  return fetched && url.hostname !== "" ? url.hostname : undefined
}

const exactly = (tool: string, input: Schema.Json): Rule => ({
  tool,
  kind: "input",
  value: JSON.stringify(ordered(input))
})

/** The narrowest rule that this use falls under. */
export const ruleOf = (tool: string, input: Schema.Json): Rule => {
  const given = fields(input)
  if (tool === "Bash") {
    const { command, run_in_background: background } = given
    const plain = typeof command === "string" && command.trim() !== "" && background !== true
    return plain ? { tool, kind: "command", value: command } : exactly(tool, input)
  }
  if (tool === "WebFetch") {
    const host = typeof given["url"] === "string" ? hostOf(given["url"]) : undefined
    return host === undefined ? exactly(tool, input) : { tool, kind: "domain", value: host }
  }
  if (Object.hasOwn(files, tool)) {
    const path = given[files[tool] ?? ""]
    return typeof path === "string" && isPath(path) ? { tool, kind: "file", value: path } : exactly(tool, input)
  }
  if (tool.startsWith("mcp__") || tool === "WebSearch") return { tool, kind: "any", value: "" }
  return exactly(tool, input)
}

/** As the CLI writes it. */
export const textOf = ({ kind, tool, value }: Rule): string => {
  if (kind === "any") return tool
  return kind === "domain" ? `${tool}(domain:${value})` : `${tool}(${value})`
}

/** After "“Always” allows": words of ours and nothing of the rule's, which is shown beside it as code. */
export const meaning = ({ kind }: Rule): string => {
  switch (kind) {
    case "command":
      return "exactly this command and no other"
    case "file":
      return "this tool on this file, whatever it does to it"
    case "domain":
      return "this tool on every page of this host"
    case "input":
      return "this tool with exactly this input"
    case "any":
      return "this tool with any input"
  }
}
