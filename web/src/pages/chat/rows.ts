/** Entries as they are drawn: with the day above them, their author's name where another one spoke before, and what stands below. */
import type { Message } from "../../api/client.ts"
import { dayKey } from "../../lib/time.ts"
import type { Conversation, Entry, RunFacts } from "./conversation.ts"

export interface Row {
  readonly entry: Entry
  /** Whether it begins with its author's name. */
  readonly head: boolean
  /** An instant of the day that begins here. */
  readonly day: string | undefined
  /** Under the last thing that an ended run has said. */
  readonly facts: RunFacts | undefined
  /** Whether the message itself offers that its failed run is tried again. */
  readonly again: boolean
  /** Whether the work's run is still at work here. */
  readonly open: boolean
}

const together = 5 * 60_000

const runOf = (entry: Entry): string | undefined =>
  entry.kind === "message"
    ? entry.message.is_bot
      ? (entry.message.run_id ?? entry.key)
      : undefined
    : entry.kind === "notice"
      ? undefined
      : entry.run

const begins = (entry: Entry, before: Entry | undefined): boolean => {
  if (entry.kind === "notice") return false
  if (before === undefined || before.kind === "notice") return true
  const run = runOf(entry)
  if (run !== undefined) return runOf(before) !== run
  if (entry.kind !== "message" || before.kind !== "message" || before.message.is_bot) return true
  const [a, b] = [before.message, entry.message]
  if (a.author_id !== b.author_id || a.author_name !== b.author_name || a.kind !== b.kind) return true
  return Date.parse(b.created_at) - Date.parse(a.created_at) > together
}

const offersRetry = ({ buttons = [] }: Message) => buttons.some(({ id }) => id.startsWith("retry:"))

type Shown = Pick<Conversation, "entries" | "facts" | "known" | "queue" | "run">

/** A message leaves the queue a moment before its run is told of; where nothing is at work, the first is as good as begun. */
export const headOf = ({ entries, known, queue, run }: Pick<Shown, "entries" | "known" | "queue" | "run">) => {
  const [head] = queue
  const begun = run !== undefined || [...known.values()].some(({ state }) => state === "running")
  if (begun || head === undefined || entries.some(({ key }) => key === head.message_id)) return undefined
  const blank = { author_id: "", is_bot: false, state: "queued" as const }
  return known.get(head.message_id) ?? { ...blank, ...head }
}

const cache = new WeakMap<Entry, Row>()

/** The same object where nothing about it has changed, so that it is not drawn again. */
const kept = (row: Row): Row => {
  const known = cache.get(row.entry)
  const same =
    known !== undefined &&
    known.head === row.head &&
    known.day === row.day &&
    known.facts === row.facts &&
    known.again === row.again &&
    known.open === row.open
  if (same) return known
  cache.set(row.entry, row)
  return row
}

const heads = new WeakMap<Message, Entry>()
const headEntry = (message: Message): Entry => {
  const known = heads.get(message)
  if (known !== undefined) return known
  const entry: Entry = { kind: "message", key: message.message_id, message }
  heads.set(message, entry)
  return entry
}

export const rowsOf = (state: Shown): ReadonlyArray<Row> => {
  const head = headOf(state)
  const entries = head === undefined ? state.entries : [...state.entries, headEntry(head)]
  const last = new Map<string, number>()
  const works = new Map<string, number>()
  const retried = new Set<string>()
  for (const [index, entry] of entries.entries()) {
    if (entry.kind === "work") works.set(entry.run, index)
    if (entry.kind !== "message" || !entry.message.is_bot || entry.message.run_id === undefined) continue
    last.set(entry.message.run_id, index)
    if (offersRetry(entry.message)) retried.add(entry.message.run_id)
  }
  let day: string | undefined
  return entries.map((entry, index): Row => {
    const message = entry.kind === "message" ? entry.message : undefined
    const today = message === undefined ? day : dayKey(message.created_at)
    const fresh = today !== day
    day = today
    const run = message?.run_id
    return kept({
      entry,
      head: fresh || begins(entry, entries[index - 1]),
      day: fresh ? message?.created_at : undefined,
      facts:
        message?.is_bot === true && run !== undefined && last.get(run) === index ? state.facts.get(run) : undefined,
      again: message?.is_bot === false && message.state === "failed" && run !== undefined && !retried.has(run),
      open:
        entry.kind === "work" &&
        state.run?.id === entry.run &&
        works.get(entry.run) === index &&
        (last.get(entry.run) ?? -1) < index
    })
  })
}
