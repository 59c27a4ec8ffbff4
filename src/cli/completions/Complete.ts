/**
 * `loop __complete <line>`: what may stand at the end of the line, asked by a shell at each Tab. Plain Node until the line
 * is about a command's own words, because a person waits. The first line of the answer is the word at the cursor.
 */
import type { CommandDescriptor } from "effect/cli/Completions"
import type { Endpoint } from "../mcp/Relay.ts"
import { type Candidate, candidates, type Found, type Known } from "./Candidates.ts"
import { printableLine } from "../../domain/Printable.ts"
import { parse } from "./Line.ts"

export interface Entry {
  readonly name: string
  readonly aliases: ReadonlyArray<string>
  readonly summary: string
}

export interface Given {
  readonly entries: ReadonlyArray<Entry>
  readonly describe: (name: string) => Promise<CommandDescriptor>
  readonly endpoint: () => Promise<Endpoint>
}

const about = (entry: Entry) => (value: string) => ({ value, about: entry.summary })

/** Other names only for whoever begins to type one. */
const commands = (entries: ReadonlyArray<Entry>, typed: string): Found => ({
  candidates: entries.flatMap((entry) =>
    (typed === "" ? [entry.name] : [entry.name, ...entry.aliases]).map(about(entry))
  )
})

const sources: Readonly<Record<Known, { readonly path: string; readonly id: string; readonly about: string }>> = {
  channels: { path: "/api/channels", id: "channel_id", about: "name" },
  runs: { path: "/api/runs?limit=50", id: "run_id", about: "status" },
  tasks: { path: "/api/tasks", id: "id", about: "prompt" }
}

const isRow = (row: unknown): row is Readonly<Record<string, unknown>> => typeof row === "object" && row !== null

/** None where no server answers within a second: a shell is no place to say why. */
const ids = async (kind: Known, after: string, endpoint: Given["endpoint"]): Promise<ReadonlyArray<Candidate>> => {
  const source = sources[kind]
  try {
    const { token, url } = await endpoint()
    const headers = { authorization: `Bearer ${token}`, "x-loop-client": "cli" }
    const answer = await fetch(`${url}${source.path}`, { headers, signal: AbortSignal.timeout(1000) })
    const rows: unknown = answer.ok ? await answer.json() : []
    return (Array.isArray(rows) ? rows : []).filter(isRow).map((row) => ({
      value: `${after}${String(row[source.id])}`,
      about: String(row[source.about] ?? "")
    }))
  } catch {
    return []
  }
}

const found = async (given: Given, words: ReadonlyArray<string>, typed: string): Promise<Found> => {
  const [name, ...rest] = words
  if (name === undefined || (name === "help" && rest.length === 0)) return commands(given.entries, typed)
  const entry = given.entries.find((each) => each.name === name || each.aliases.includes(name))
  return entry === undefined ? { candidates: [] } : candidates(await given.describe(entry.name), rest, typed)
}

/** What others wrote must not end a line or speak to the terminal. */
const plain = (text: string) => printableLine(text).slice(0, 80)

export const complete = async (line: string, given: Given): Promise<string> => {
  const { raw, typed, words } = parse(line)
  const { candidates, known } = await found(given, words.slice(1), typed)
  const dynamic = known === undefined ? [] : await ids(known.kind, known.after, given.endpoint)
  const fitting = [...candidates, ...dynamic].filter(({ value }) => value.startsWith(typed))
  return [raw, ...fitting.map(({ about, value }) => `${plain(value)}\t${plain(about)}`)]
    .map((text) => `${text}\n`)
    .join("")
}
