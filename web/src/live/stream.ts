/**
 * The stream of events, for as long as the page lives. After a break it goes on behind the last event that was seen, so
 * that nothing is lost and nothing comes twice. The server sends something every 15 s: a connection that is silent for
 * longer is dead (a laptop that slept), also where nobody said so. On a WebSocket a browser hides that sign; there the
 * silence is ended when somebody looks.
 */
import type { ServerEvent } from "./events.ts"
import { mayStream } from "./slots.ts"
import { type Read, readSocket, readStream } from "./transport.ts"

export type Connection = { readonly state: "connecting" | "open" | "lost"; readonly detail?: string }

/**
 * `again`: after a break, and what was missed follows. `late`: what happened before this is not told, as on the first
 * opening, and where nothing had been told before a break from which on it could go on.
 */
export type Opening = "first" | "late" | "again"

interface Listener {
  readonly onEvent: (event: ServerEvent) => void
  readonly onOpen: (opening: Opening) => void
  readonly onState: (state: Connection) => void
}

const silence = 40_000
const shortest = 500
const longest = 10_000

const follow = (read: Read, { onEvent, onOpen, onState }: Listener): void => {
  let last: string | undefined
  let opened = false
  let delay = shortest
  let heard = 0
  let current: AbortController | undefined
  let retry: ReturnType<typeof setTimeout> | undefined

  const isDead = () => Date.now() - heard > silence

  const connect = async () => {
    clearTimeout(retry)
    const controller = new AbortController()
    current = controller
    heard = Date.now()
    const watchdog = setInterval(() => read === readStream && isDead() && controller.abort(), 5000)
    const detail = await read({
      after: last,
      signal: controller.signal,
      onOpen: () => {
        delay = shortest
        onState({ state: "open" })
        onOpen(!opened ? "first" : last === undefined ? "late" : "again")
        opened = true
      },
      onSign: () => void (heard = Date.now()),
      onEvent: (event) => {
        if (event.id !== undefined) last = String(event.id)
        onEvent(event)
      }
    }).catch(() => undefined)
    clearInterval(watchdog)
    current = undefined
    onState({ state: "lost", ...(detail !== undefined && { detail }) })
    retry = setTimeout(() => void connect(), delay)
    delay = Math.min(delay * 2, longest)
  }

  const now = () => {
    if (current === undefined) void connect()
    else if (isDead()) current.abort()
  }
  window.addEventListener("online", now)
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && now())
  void connect()
}

export const listen = (listener: Listener): void => {
  listener.onState({ state: "connecting" })
  void mayStream().then((may) => follow(may ? readStream : readSocket, listener))
}
