/** Requests to become another protocol: they go through the routes as any request, and their answers onto the bare socket. */
import { type IncomingMessage, STATUS_CODES } from "node:http"
import type { Duplex } from "node:stream"
import type { Feed } from "./Feed.ts"
import * as WebSockets from "./WebSockets.ts"

export interface UpgradeEnv {
  readonly incoming: IncomingMessage
  /** Takes the connection for these events, in place of an answer. */
  readonly accept: (feed: Feed) => void
}

type Sockets = ReturnType<typeof WebSockets.makeSockets>

/** Whether a request is dealt with here; any other protocol is passed over and the request answered as it is. */
export const isUpgrade = ({ headers, url = "" }: IncomingMessage): boolean =>
  headers.upgrade?.toLowerCase() === "websocket" && url.split("?")[0] === WebSockets.path

const answerOn = async (socket: Duplex, response: Response) => {
  const body = Buffer.from(await response.arrayBuffer())
  const headers = { ...Object.fromEntries(response.headers), connection: "close", "content-length": body.byteLength }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.end(
    Buffer.concat([
      Buffer.from(`HTTP/1.1 ${response.status} ${STATUS_CODES[response.status] ?? ""}\r\n${lines.join("")}\r\n`),
      body
    ])
  )
}

/** The listener for `upgrade`. */
export const upgrades =
  (answer: (request: Request, env: UpgradeEnv) => Promise<Response>, sockets: Sockets) =>
  async (incoming: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> => {
    const gone = new AbortController()
    socket.once("close", () => gone.abort())
    socket.on("error", () => socket.destroy())
    const malformed = new Response(null, { status: 400 })
    const { headers, url = "/" } = incoming
    const target = `http://${headers.host ?? ""}${url}`
    if (!isUpgrade(incoming) || !URL.canParse(target)) return answerOn(socket, malformed)
    let feed: Feed | undefined
    const request = new Request(target, {
      headers: Object.entries(headers).flatMap(([name, value]) =>
        typeof value === "string" ? [[name, value] as [string, string]] : []
      ),
      signal: gone.signal
    })
    const response = await answer(request, { incoming, accept: (given) => void (feed = given) })
    if (feed === undefined) return answerOn(socket, response)
    sockets.take(incoming, socket, head, feed)
  }
