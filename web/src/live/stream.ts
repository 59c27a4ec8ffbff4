/**
 * The stream of events, for as long as the page lives. After a break it goes on behind the last event that was seen, so
 * that nothing is lost and nothing comes twice. The server sends something every 15 s: a connection that is silent for
 * longer is dead (a laptop that slept), also where nobody said so.
 */
import { createParser } from "eventsource-parser"
import { loggedOut } from "../api/client.ts"
import type { ServerEvent } from "./events.ts"

export type Connection = { readonly state: "connecting" | "open" | "lost"; readonly detail?: string }

interface Listener {
  readonly onEvent: (event: ServerEvent) => void
  /** `again`: it was lost before; what is being written is told from its beginning. */
  readonly onOpen: (again: boolean) => void
  readonly onState: (state: Connection) => void
}

const silence = 40_000
const shortest = 500
const longest = 10_000

export const listen = ({ onEvent, onOpen, onState }: Listener): void => {
  let last: string | undefined
  let opened = false
  let delay = shortest
  let current: AbortController | undefined
  let retry: ReturnType<typeof setTimeout> | undefined

  const parser = () =>
    createParser({
      onEvent: ({ data, id }) => {
        if (id !== undefined) last = id
        onEvent(JSON.parse(data) as ServerEvent)
      }
    })

  const read = async (controller: AbortController) => {
    const headers = { accept: "text/event-stream", ...(last !== undefined && { "last-event-id": last }) }
    const response = await fetch("/api/events", { headers, signal: controller.signal, cache: "no-store" })
    if (response.status === 401) return loggedOut
    if (!response.ok || response.body === null) return undefined
    delay = shortest
    onState({ state: "open" })
    onOpen(opened)
    opened = true
    const events = parser()
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
    let watchdog: ReturnType<typeof setTimeout> | undefined
    try {
      while (true) {
        watchdog = setTimeout(() => controller.abort(), silence)
        const { done, value } = await reader.read()
        clearTimeout(watchdog)
        if (done) return undefined
        events.feed(value)
      }
    } finally {
      clearTimeout(watchdog)
    }
  }

  const connect = async () => {
    clearTimeout(retry)
    current?.abort()
    const controller = new AbortController()
    current = controller
    const detail = await read(controller).catch(() => undefined)
    if (current !== controller) return
    current = undefined
    onState({ state: "lost", ...(detail !== undefined && { detail }) })
    retry = setTimeout(() => void connect(), delay)
    delay = Math.min(delay * 2, longest)
  }

  const now = () => {
    if (current === undefined) void connect()
  }
  window.addEventListener("online", now)
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && now())
  onState({ state: "connecting" })
  void connect()
}
