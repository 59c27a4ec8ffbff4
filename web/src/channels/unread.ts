/** What has been read, by channel: until when. The server keeps it, so that all windows and devices of a reader agree. */
import { queryOptions, useQuery } from "@tanstack/react-query"
import { create } from "zustand"
import { call, type ChannelEntry, type Operations } from "../api/client.ts"
import { queries } from "../api/queries.ts"

type Seen = Operations["GET /api/seen"]["answer"]

const read = async (): Promise<Seen> => {
  const seen = await call("GET /api/seen")
  if (seen.everywhere !== null) return seen
  // Whoever comes for the first time has no news: what was said before counts as read.
  await call("POST /api/seen", { body: {} })
  return call("GET /api/seen")
}

export const seenQuery = queryOptions({ queryKey: ["seen"], queryFn: read, staleTime: Infinity })

type Marks = Readonly<Record<string, string>>

/** What was read in this window, which counts here before the server has noted it, and what it was told of since. */
const useHere = create<{ readonly marks: Marks }>()(() => ({ marks: {} }))

const later = (one: string | undefined, other: string | undefined): string =>
  (one ?? "") > (other ?? "") ? (one ?? "") : (other ?? "")

/** A key that no channel has. */
const everywhere = ""

/** Somewhere this reader has read on; `id` null: everywhere. */
export const wasRead = (id: string | null, until: string): void => {
  const key = id ?? everywhere
  useHere.setState(({ marks }) => ({ marks: { ...marks, [key]: later(marks[key], until) } }))
}

/** In milliseconds: while an agent speaks, marks would be as many as its messages. */
const heldBack = 1000
const waiting = new Map<string, string>()
let timer: number | undefined

const note = (): void => {
  window.clearTimeout(timer)
  timer = undefined
  for (const [id, until] of waiting) {
    // What could not be noted has not been read: the next look tries again.
    call("POST /api/seen", { body: { channel_id: id, until } }).catch(() =>
      useHere.setState(({ marks }) => (marks[id] === until ? { marks: { ...marks, [id]: "" } } : { marks }))
    )
  }
  waiting.clear()
}

// Nothing may come after it.
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "hidden") note()
})

const markRead = (id: string, until: string): void => {
  const { marks } = useHere.getState()
  const known = later(marks[id], queries.getQueryData(seenQuery.queryKey)?.channels[id])
  if (known >= until) return
  useHere.setState({ marks: { ...marks, [id]: until } })
  waiting.set(id, until)
  timer ??= window.setTimeout(note, heldBack)
}

let shown: string | undefined

const isLooking = () => document.visibilityState === "visible"

/** A message came: whoever is looking at its channel has read it. */
export const sawMessage = (id: string, at: string): void => {
  if (id === shown && isLooking()) markRead(id, at)
}

/** The channel that is shown now; what was said there by then is read. */
export const showing = (id: string | undefined, lastMessageAt: string | undefined): void => {
  shown = id
  if (id !== undefined && lastMessageAt !== undefined && isLooking()) markRead(id, lastMessageAt)
}

/** Nothing is unread while it is not known what was read. */
export const useUnread = (): ((channel: ChannelEntry) => boolean) => {
  const { data } = useQuery(seenQuery)
  const here = useHere(({ marks }) => marks)
  return ({ channel_id, last_message_at }) =>
    data !== undefined &&
    last_message_at !== undefined &&
    last_message_at >
      later(later(data.everywhere ?? "", here[everywhere]), later(here[channel_id], data.channels[channel_id]))
}
