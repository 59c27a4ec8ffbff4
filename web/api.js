// The server's interface: requests that fail with a sentence, and the stream of events.

export class Problem extends Error {
  constructor(status, detail) {
    super(detail)
    this.status = status
  }
}

const unreachable = "The server cannot be reached. Is Loop still running?"

/** The answer's JSON (undefined where there is none); a `Problem` with the server's own words otherwise. */
export const call = async (method, path, body) => {
  const init = { method, headers: { accept: "application/json" } }
  if (body !== undefined) {
    init.headers["content-type"] = "application/json"
    init.body = JSON.stringify(body)
  }
  const response = await fetch(path, init).catch(() => {
    throw new Problem(0, unreachable)
  })
  const json = await response.json().catch(() => undefined)
  if (response.ok) return json
  throw new Problem(response.status, json?.detail ?? `The server answered ${response.status}.`)
}

export const channelPath = (id) => `/api/channels/${encodeURIComponent(id)}`

/**
 * Events for as long as the page lives. The browser reconnects by itself and names the last id it has seen; where it
 * gave up (the server refused), a new stream is opened after a while.
 */
export const listen = ({ onEvent, onOpen, onLost }) => {
  const open = () => {
    const source = new EventSource("/api/events")
    source.addEventListener("open", onOpen)
    source.addEventListener("message", ({ data }) => onEvent(JSON.parse(data)))
    source.addEventListener("error", () => {
      onLost()
      if (source.readyState === EventSource.CLOSED) setTimeout(open, 3000)
    })
  }
  open()
}
