/** The conversations that have been opened: each is read once, then told by the stream of events. */
import { create, useStore } from "zustand"
import type { StoreApi } from "zustand"
import { createStore } from "zustand/vanilla"
import { call, sentenceOf } from "../../api/client.ts"
import type { ServerEvent } from "../../live/events.ts"
import { isListening, onEvents, onOpened } from "../../live/hub.ts"
import { apply, type Conversation, earlier, empty, type LiveText, loaded, pageSize, withRuns } from "./conversation.ts"

export interface Opened extends Conversation {
  readonly status: "loading" | "ready" | "failed"
  readonly problem?: string
  readonly reading: boolean
}

type Store = StoreApi<Opened>

const stores = new Map<string, Store>()
/** Events of a channel that is being read wait here. */
const missed = new Map<string, Array<ServerEvent>>()
/** What is being written now, in every channel: it is told only once, also to a channel that is opened later. */
const partials = new Map<string, LiveText & { readonly channel: string }>()

/** How many conversations stay open behind the one that is shown. */
const kept = 12

const collect = (event: ServerEvent) => {
  const { channel_id: channel, run_id: run } = event
  if (run === undefined || channel === null) return
  if (event.type === "run.text") {
    const known = partials.get(run)
    const before = known?.uuid === event.data.message_uuid && event.data.reset !== true ? known.text : ""
    const text = before.slice(0, event.data.offset) + event.data.text
    partials.set(run, { uuid: event.data.message_uuid, text, channel })
  } else if (event.type === "run.ended" || (event.type === "message.created" && event.data.is_bot)) partials.delete(run)
}

const read = async (id: string, store: Store): Promise<void> => {
  const events: Array<ServerEvent> = []
  missed.set(id, events)
  const path = { id }
  try {
    await isListening()
    const [messages, channel, runs] = await Promise.all([
      call("GET /api/channels/{id}/messages", { path, query: { limit: pageSize } }),
      call("GET /api/channels/{id}", { path }),
      call("GET /api/runs", { query: { channel_id: id, limit: 100 } })
    ])
    const run = channel.run?.run_id
    const journal =
      run === undefined
        ? []
        : ((await call("GET /api/runs/{id}/events", { path: { id: run } })) as ReadonlyArray<ServerEvent>)
    if (missed.get(id) !== events) return
    missed.delete(id)
    const drawn = new Set(journal.map((event) => event.id))
    const later = events.filter((event) => event.id === undefined || !drawn.has(event.id))
    const texts = [...partials].filter(([, { channel: where }]) => where === id)
    const before = withRuns(loaded(messages, channel, journal), runs)
    const state = later.filter(({ type }) => type !== "run.text").reduce(apply, before)
    const notices = store.getState().entries.filter(({ kind }) => kind === "notice")
    const entries = [...state.entries, ...notices]
    store.setState({ ...state, entries, texts: new Map(texts), status: "ready", reading: false })
  } catch (error) {
    if (missed.get(id) !== events) return
    missed.delete(id)
    store.setState({ status: "failed", problem: sentenceOf(error), reading: false })
  }
}

const storeOf = (id: string): Store => {
  const known = stores.get(id)
  if (known !== undefined) {
    stores.delete(id)
    stores.set(id, known)
    return known
  }
  const store = createStore<Opened>()(() => ({ ...empty, status: "loading", reading: false }))
  stores.set(id, store)
  for (const old of [...stores.keys()].slice(0, -kept)) {
    stores.delete(old)
    missed.delete(old)
  }
  void read(id, store)
  return store
}

onEvents((events) => {
  const changed = new Map<string, Opened>()
  for (const event of events) {
    if (event.type === "reset") {
      for (const [id, store] of stores) void read(id, store)
      continue
    }
    collect(event)
    const id = event.channel_id
    const store = id === null ? undefined : stores.get(id)
    if (id === null || store === undefined) continue
    const waiting = missed.get(id)
    if (waiting !== undefined) waiting.push(event)
    else
      changed.set(id, {
        ...(changed.get(id) ?? store.getState()),
        ...apply(changed.get(id) ?? store.getState(), event)
      })
  }
  for (const [id, state] of changed) stores.get(id)?.setState(state, true)
})

// After a break the missed events follow, then each live text from its beginning.
onOpened((opening) => {
  partials.clear()
  for (const [id, store] of stores) {
    if (opening === "late" || store.getState().status === "failed") void read(id, store)
    else if (opening === "again") store.setState({ texts: new Map() })
  }
})

/** What the page itself has to say in a channel. */
export const useNotices = create<{ readonly count: number }>()(() => ({ count: 0 }))

export const note = (id: string, text: string, by: "page" | "command" = "page"): void => {
  const { count } = useNotices.getState()
  useNotices.setState({ count: count + 1 })
  const store = storeOf(id)
  store.setState(({ entries }) => ({ entries: [...entries, { kind: "notice", key: `notice:${count}`, text, by }] }))
}

export const readAgain = (id: string): void => {
  const store = storeOf(id)
  store.setState({ status: "loading" })
  void read(id, store)
}

/** Reads the messages above; does nothing while it does so, or where there are none. */
export const readEarlier = async (id: string): Promise<void> => {
  const store = storeOf(id)
  const { more, oldest, reading, status } = store.getState()
  if (reading || !more || oldest === undefined || status !== "ready") return
  store.setState({ reading: true })
  try {
    const query = { before: oldest, limit: pageSize }
    const messages = await call("GET /api/channels/{id}/messages", { path: { id }, query })
    // Meanwhile it may have been read anew: between what came and what is there now, others would be missing.
    store.setState((state) => ({ ...(state.oldest === oldest ? earlier(state, messages) : state), reading: false }))
  } catch {
    // Scrolling there again tries again.
    store.setState({ reading: false })
  }
}

/** A channel that is no longer there. */
export const forget = (id: string): void => {
  stores.delete(id)
  missed.delete(id)
}

export const useConversation = <A>(id: string, select: (state: Opened) => A): A => useStore(storeOf(id), select)
