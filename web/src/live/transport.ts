/** The two ways in which events come: each reads until it ends, and fails or returns when it has. */
import { createParser } from "eventsource-parser"
import { loggedOut } from "../api/client.ts"
import type { ServerEvent } from "./events.ts"

export interface Reading {
  /** The last event that was seen; what came after it comes first. */
  readonly after: string | undefined
  readonly signal: AbortSignal
  readonly onOpen: () => void
  /** Something came, be it that the server is still there. */
  readonly onSign: () => void
  readonly onEvent: (event: ServerEvent) => void
}

/** What is to be told the user, where there is something. */
export type Read = (reading: Reading) => Promise<string | undefined>

export const readStream: Read = async ({ after, onEvent, onOpen, onSign, signal }) => {
  const headers = { accept: "text/event-stream", ...(after !== undefined && { "last-event-id": after }) }
  const response = await fetch("/api/events", { headers, signal, cache: "no-store" })
  if (response.status === 401) return loggedOut
  if (!response.ok || response.body === null) return undefined
  onOpen()
  const parser = createParser({ onEvent: ({ data }) => onEvent(JSON.parse(data) as ServerEvent) })
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
  while (true) {
    const { done, value } = await reader.read()
    if (done) return undefined
    onSign()
    parser.feed(value)
  }
}

export const readSocket: Read = ({ after, onEvent, onOpen, onSign, signal }) =>
  new Promise((resolve) => {
    const url = new URL(`/api/ws${after === undefined ? "" : `?last_event_id=${after}`}`, location.href)
    url.protocol = url.protocol.replace("http", "ws")
    const socket = new WebSocket(url)
    socket.addEventListener("open", onOpen)
    socket.addEventListener("message", ({ data }: MessageEvent<string>) => {
      onSign()
      onEvent(JSON.parse(data) as ServerEvent)
    })
    socket.addEventListener("close", () => resolve(undefined))
    signal.addEventListener("abort", () => socket.close())
  })
