/** What is known of one channel, and what an event changes in it. Pure: the same events give the same picture. */
import type { Channel, Message, QueueEntry, Run } from "../../api/client.ts"
import type { Approval, ServerEvent, ToolData } from "../../live/events.ts"
import { asWorkedOn } from "./order.ts"
import { isTold, type Step, stepOf } from "./steps.ts"

export type Entry =
  | { readonly kind: "message"; readonly key: string; readonly message: Message }
  /** What a run did between two things that it said. */
  | { readonly kind: "work"; readonly key: string; readonly run: string; readonly steps: ReadonlyArray<Step> }
  /** The same of a run that ended before the page was opened: read when somebody asks. */
  | { readonly kind: "past"; readonly key: string; readonly run: string }
  | { readonly kind: "approval"; readonly key: string; readonly run: string; readonly approval: Approval }
  | { readonly kind: "notice"; readonly key: string; readonly text: string; readonly by: "page" | "command" }

/** The facts that stand under the last answer of an ended run. */
export type RunFacts = Pick<Run, "status" | "cost_usd" | "usage"> & { readonly duration_ms: number }

export interface LiveText {
  readonly uuid: string
  readonly text: string
}

export interface Conversation {
  readonly entries: ReadonlyArray<Entry>
  /** Every message that was told of, also those that wait or were dropped. */
  readonly known: ReadonlyMap<string, Message>
  readonly queue: ReadonlyArray<QueueEntry>
  readonly queued: number
  readonly run: { readonly id: string; readonly since: string } | undefined
  readonly texts: ReadonlyMap<string, LiveText>
  readonly facts: ReadonlyMap<string, RunFacts>
  /** Oldest that was read, and whether there are earlier ones. */
  readonly oldest: string | undefined
  readonly more: boolean
}

export const pageSize = 60

export const empty: Conversation = {
  entries: [],
  known: new Map(),
  queue: [],
  queued: 0,
  run: undefined,
  texts: new Map(),
  facts: new Map(),
  oldest: undefined,
  more: false
}

const waits = ({ is_bot, state }: Message) => !is_bot && (state === "queued" || state === "dropped")
const asEntry = (message: Message): Entry => ({ kind: "message", key: message.message_id, message })
export const has = ({ entries }: Pick<Conversation, "entries">, id: string) =>
  entries.some((entry) => entry.kind === "message" && entry.key === id)

/** Where an ended run's work can be asked for: before the first thing that it said. */
const withPast = (messages: ReadonlyArray<Message>, live: string | undefined): ReadonlyArray<Entry> => {
  const offered = new Set<string>()
  return messages.flatMap((message): ReadonlyArray<Entry> => {
    const { is_bot, run_id } = message
    if (!is_bot || run_id === undefined || run_id === live || offered.has(run_id)) return [asEntry(message)]
    offered.add(run_id)
    return [{ kind: "past", key: `past:${run_id}`, run: run_id }, asEntry(message)]
  })
}

/** What is stored, newest first, and the journal of the run that is at work. */
export const loaded = (
  messages: ReadonlyArray<Message>,
  channel: Pick<Channel, "queue" | "run">,
  journal: ReadonlyArray<ServerEvent>
): Conversation => {
  const run = channel.run
  const told = new Set(journal.flatMap((event) => (event.type.startsWith("message.") ? [idOf(event)] : [])))
  const shown = messages.filter((message) => !waits(message) && !(message.is_bot && told.has(message.message_id)))
  const before: Conversation = {
    ...empty,
    entries: withPast(asWorkedOn(shown.toReversed()), run?.run_id),
    known: new Map(messages.map((message) => [message.message_id, message])),
    queue: channel.queue,
    queued: channel.queue.length,
    run: run === undefined ? undefined : { id: run.run_id, since: run.started_at },
    oldest: messages.at(-1)?.message_id,
    more: messages.length >= pageSize
  }
  return journal.filter(({ type }) => type !== "queue.changed" && type !== "run.started").reduce(apply, before)
}

const idOf = ({ data }: ServerEvent) => (data as { readonly message_id?: string }).message_id

/** Earlier messages, newest first, above what is there. */
export const earlier = (state: Conversation, messages: ReadonlyArray<Message>): Conversation => {
  const fresh = messages.filter(({ message_id }) => !has(state, message_id))
  const shown = asWorkedOn(fresh.filter((message) => !waits(message)).toReversed())
  const above = withPast(shown, state.run?.id)
  const keys = new Set(above.map(({ key }) => key))
  return {
    ...state,
    entries: [...above, ...state.entries.filter(({ key }) => !keys.has(key))],
    known: new Map([...fresh.map((message) => [message.message_id, message] as const), ...state.known]),
    oldest: messages.at(-1)?.message_id ?? state.oldest,
    more: messages.length >= pageSize
  }
}

const without = <V>(map: ReadonlyMap<string, V>, key: string | undefined): ReadonlyMap<string, V> => {
  if (key === undefined || !map.has(key)) return map
  const rest = new Map(map)
  rest.delete(key)
  return rest
}

const putMessage = (state: Conversation, message: Message): Conversation => {
  const known = new Map(state.known).set(message.message_id, message)
  const next = { ...state, known }
  if (has(state, message.message_id)) {
    const entries = state.entries.map((entry) => (entry.key === message.message_id ? asEntry(message) : entry))
    return { ...next, entries }
  }
  if (waits(message)) return next
  const texts = message.is_bot ? without(state.texts, message.run_id) : state.texts
  return { ...next, texts, entries: [...state.entries, asEntry(message)] }
}

const latest = (entries: ReadonlyArray<Entry>, run: string) =>
  entries.findLastIndex((entry) => entry.kind === "work" && entry.run === run)

/** Whether something has been said in the run since: then what it does next stands below that. */
const isPast = (entries: ReadonlyArray<Entry>, at: number) =>
  entries.slice(at + 1).some((entry) => entry.kind !== "notice") &&
  (entries[at] as Extract<Entry, { kind: "work" }>).steps.every(
    (step) => step.kind !== "tool" || step.tool.state !== "started"
  )

const withTool = (steps: ReadonlyArray<Step>, tool: ToolData): ReadonlyArray<Step> | undefined => {
  const at = steps.findIndex((step) => step.key === tool.tool_use_id)
  const known = steps[at]
  if (known?.kind !== "tool") return undefined
  const merged = { ...known.tool, ...tool, name: tool.name === "" ? known.tool.name : tool.name }
  return steps.with(at, { ...known, tool: merged })
}

const replaced = (state: Conversation, at: number, steps: ReadonlyArray<Step>): Conversation => ({
  ...state,
  entries: state.entries.with(at, { ...(state.entries[at] as Extract<Entry, { kind: "work" }>), steps })
})

const putWork = (state: Conversation, event: ServerEvent): Conversation => {
  const { run_id: run } = event
  const step = stepOf(event)
  if (run === undefined || step === undefined) return state
  for (const [at, entry] of state.entries.entries()) {
    if (entry.kind !== "work" || entry.run !== run) continue
    if (event.type === "run.tool") {
      const steps = withTool(entry.steps, event.data)
      if (steps !== undefined) return replaced(state, at, steps)
    } else if (entry.steps.some(({ key }) => key === step.key)) return state
  }
  const at = latest(state.entries, run)
  const open = state.entries[at]
  if (open?.kind === "work" && !isPast(state.entries, at)) return replaced(state, at, [...open.steps, step])
  return { ...state, entries: [...state.entries, { kind: "work", key: `work:${step.key}`, run, steps: [step] }] }
}

const putApproval = (state: Conversation, run: string, approval: Approval): Conversation => {
  const entry: Entry = { kind: "approval", key: `approval:${approval.approval_id}`, run, approval }
  const at = state.entries.findIndex(({ key }) => key === entry.key)
  return { ...state, entries: at < 0 ? [...state.entries, entry] : state.entries.with(at, entry) }
}

const putText = (state: Conversation, event: Extract<ServerEvent, { type: "run.text" }>): Conversation => {
  const { run_id: run, data } = event
  if (run === undefined) return state
  const known = state.texts.get(run)
  const before = known?.uuid === data.message_uuid && data.reset !== true ? known.text : ""
  const text = before.slice(0, data.offset) + data.text
  return { ...state, texts: new Map(state.texts).set(run, { uuid: data.message_uuid, text }) }
}

const end = (state: Conversation, event: Extract<ServerEvent, { type: "run.ended" }>): Conversation => {
  const { run_id: run, data } = event
  const { cost_usd = 0, duration_ms, status = "completed", usage } = data
  const facts =
    run === undefined || duration_ms === undefined || usage === undefined
      ? state.facts
      : new Map(state.facts).set(run, { status, cost_usd, usage, duration_ms })
  return { ...state, facts, texts: without(state.texts, run), run: state.run?.id === run ? undefined : state.run }
}

/** The conversation after an event of its channel; the same object where nothing changes. */
export const apply = (state: Conversation, event: ServerEvent): Conversation => {
  switch (event.type) {
    case "message.created":
    case "message.updated":
      return putMessage(state, event.data)
    case "queue.changed":
      return { ...state, queue: event.data.queue, queued: event.data.total ?? event.data.queue.length }
    case "run.started":
      return event.run_id === undefined ? state : { ...state, run: { id: event.run_id, since: event.at } }
    case "run.text":
      return putText(state, event)
    case "run.tool":
    case "run.thinking":
    case "run.retry":
    case "run.note":
    case "run.egress":
      return isTold(event) ? putWork(state, event) : state
    case "run.ended":
      return end(state, event)
    case "approval.requested":
    case "approval.decided":
      return putApproval(state, event.run_id ?? "", event.data)
    default:
      return state
  }
}

export const withRuns = (state: Conversation, runs: ReadonlyArray<Run>): Conversation => ({
  ...state,
  facts: new Map([
    ...runs.flatMap((run) =>
      run.ended_at === null
        ? []
        : [[run.run_id, { ...run, duration_ms: Date.parse(run.ended_at) - Date.parse(run.started_at) }] as const]
    ),
    ...state.facts
  ])
})
