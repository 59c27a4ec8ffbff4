/** A bot's session: its sequence, what it has been sent, and the socket that it has now. */
import type { WebSocket } from "ws"

interface Payload {
  readonly op: number
  readonly t: string
  readonly s: number
  readonly d: unknown
}

export interface Session {
  readonly id: string
  readonly intents: number
  /** Everything ever sent, for a resume; the sequence is the position, from 1. */
  readonly sent: Array<Payload>
  socket: WebSocket | undefined
}

export const write = (socket: WebSocket | undefined, payload: unknown): void => {
  if (socket?.readyState === 1) socket.send(JSON.stringify(payload))
}

/** Sends an event, or keeps it until the session is resumed. */
export const tell = (session: Session, name: string, data: unknown): void => {
  const payload: Payload = { op: 0, t: name, s: session.sent.length + 1, d: structuredClone(data) }
  session.sent.push(payload)
  write(session.socket, payload)
}

export const replay = (session: Session, after: number): void => {
  for (const payload of session.sent.slice(after)) write(session.socket, payload)
}

/** Undefined when it is no JSON. */
export const parse = (raw: Buffer): { readonly op: number; readonly d: unknown } | undefined => {
  try {
    return JSON.parse(raw.toString("utf8")) as { op: number; d: unknown }
  } catch {
    return undefined
  }
}
