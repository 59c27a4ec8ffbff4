/** Loop's entry in a project's `.mcp.json`, put in with everything around it left as it stands, character by character. */

/** `args` come after the command; `env` is added to the client's own environment. */
export interface McpEntry {
  readonly command: string
  readonly args: ReadonlyArray<string>
  readonly env?: Readonly<Record<string, string>>
}

interface Member {
  readonly start: number
  readonly end: number
}

interface Inside {
  /** The value of the member that was asked for; the last one of several, as JSON is read. */
  readonly member: Member | undefined
  /** Where the last member ends, or the opening brace where there is none. */
  readonly last: number
  readonly empty: boolean
}

const tokens = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g

/** What is in the object that begins at `open` of a text that is known to be JSON. */
const objectAt = (text: string, open: number, key: string): Inside => {
  let depth = 0
  let name: string | undefined
  let begun: number | undefined
  let member: Member | undefined
  let last = open + 1
  const close = () => {
    if (begun !== undefined && name === key) member = { start: begun, end: last }
    begun = name = undefined
  }
  for (const { 0: token, index } of text.slice(open + 1).matchAll(tokens)) {
    const at = open + 1 + index
    if (depth === 0 && (token === "}" || token === ",")) {
      close()
      if (token === "}") break
      continue
    }
    if (depth === 0 && token === ":") continue
    if (depth === 0 && name === undefined) name = String(JSON.parse(token))
    else begun ??= at
    if (token === "{" || token === "[") depth++
    else if (token === "}" || token === "]") depth--
    last = at + token.length
  }
  return { member, last, empty: last === open + 1 }
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const unitOf = (text: string): string => /^[{[]\s*?\n([ \t]+)/.exec(text.trimStart())?.[1] ?? "  "

const written = (value: unknown, unit: string, depth: number): string =>
  JSON.stringify(value, undefined, unit).replaceAll("\n", `\n${unit.repeat(depth)}`)

/** The text with `key` of the object at `open` set. */
const set = (text: string, open: number, key: string, value: unknown, depth: number): string => {
  const unit = unitOf(text)
  const { empty, last, member } = objectAt(text, open, key)
  const said = written(value, unit, depth)
  if (member !== undefined) return text.slice(0, member.start) + said + text.slice(member.end)
  const line = `\n${unit.repeat(depth)}${JSON.stringify(key)}: ${said}`
  if (!empty) return `${text.slice(0, last)},${line}${text.slice(last)}`
  return `${text.slice(0, last)}${line}\n${unit.repeat(depth - 1)}${text.slice(last).trimStart()}`
}

/** `was`: whether Loop was named there before. Undefined where the text is no JSON that can hold it. */
export const withLoop = (
  text: string | undefined,
  entry: McpEntry
): { readonly text: string; readonly was: "added" | "updated" } | undefined => {
  if (text === undefined || text.trim() === "") {
    return { text: `${JSON.stringify({ mcpServers: { loop: entry } }, undefined, 2)}\n`, was: "added" }
  }
  const root = parsed(text)
  if (!isObject(root)) return undefined
  const open = text.indexOf("{")
  if (!Object.hasOwn(root, "mcpServers"))
    return { text: set(text, open, "mcpServers", { loop: entry }, 1), was: "added" }
  const servers = root["mcpServers"]
  const { member } = objectAt(text, open, "mcpServers")
  if (!isObject(servers) || member === undefined) return undefined
  const was = Object.hasOwn(servers, "loop") ? "updated" : "added"
  return { text: set(text, member.start, "loop", entry, 2), was }
}
