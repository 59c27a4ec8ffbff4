/**
 * `http://fetch.loop/<URL>`: the supervisor reads a public page for the box. GET and HEAD alone, no credentials, no body,
 * every redirect led back here, and no more than `LARGEST` bytes: a reader, not a way to send.
 */
import * as Http from "node:http"
import * as Https from "node:https"
import type { Socket } from "node:net"
import { Transform } from "node:stream"
import { pipeline } from "node:stream/promises"
import * as tls from "node:tls"
import { type Host, parseHost, shownHost } from "../../domain/egress/Address.ts"
import { reach, Refused, type World } from "./Reach.ts"
import type { Target } from "./Request.ts"

export const FETCH_HOST = "fetch.loop"

const LARGEST = 10 * 1024 * 1024
/** A URL can carry things out; a page's own is short. */
const LONGEST_URL = 2048
const PATIENCE = 30_000

/** Of what the agent says only this is passed on. */
const PASSED = ["accept", "accept-language", "range", "if-none-match", "if-modified-since"]

export interface Page extends Target {
  readonly url: URL
}

/** The page that a text names; undefined for what is none. */
export const page = (text: string): Page | undefined => {
  if (text.length > LONGEST_URL || !/^https?:\/\//i.test(text) || !URL.canParse(text)) return undefined
  const url = new URL(text)
  const host: Host | undefined = parseHost(url.hostname)
  if (host === undefined || url.username !== "" || url.password !== "") return undefined
  const secure = url.protocol === "https:"
  return { url, host, port: url.port === "" ? (secure ? 443 : 80) : Number(url.port) }
}

export const secured = (socket: Socket, name: string): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const wrapped = tls.connect({ socket, servername: name, ALPNProtocols: ["http/1.1"] }, () => resolve(wrapped))
    wrapped.once("error", (cause) => reject(new Refused("unreachable", cause.message)))
    // Where this side gives up, no error is told.
    wrapped.once("close", () => reject(new Refused("unreachable", "the connection was closed before it was secured")))
  })

/** A location, so that what follows it comes back here. */
const led = (location: string | undefined, from: URL): Record<string, string> =>
  location === undefined || !URL.canParse(location, from.href)
    ? {}
    : { location: `http://${FETCH_HOST}/${new URL(location, from).href}` }

/** Rejects with `Refused` before it was `reached`; the number of bytes read. */
export const fetch = async (
  world: World,
  { host, port, url }: Page,
  request: Http.IncomingMessage,
  response: Http.ServerResponse,
  reached: () => void
): Promise<number> => {
  const secure = url.protocol === "https:"
  const plain = await reach(world, host, port, secure ? "https" : "http")
  const giveUp = () => plain.destroy()
  response.once("close", giveUp)
  plain.setTimeout(PATIENCE, giveUp)
  const socket = secure ? await secured(plain, shownHost(host)) : plain
  plain.setTimeout(0)
  const headers = Object.fromEntries(
    PASSED.flatMap((name) => {
      const value = request.headers[name]
      return typeof value === "string" ? [[name, value]] : []
    })
  )
  const answer = await new Promise<Http.IncomingMessage>((resolve, reject) => {
    const outgoing = (secure ? Https : Http).request({
      createConnection: () => socket,
      method: request.method,
      path: `${url.pathname}${url.search}`,
      headers: { ...headers, host: url.host, "user-agent": "Loop", connection: "close" },
      timeout: PATIENCE
    })
    outgoing.once("response", resolve)
    outgoing.once("timeout", () => outgoing.destroy(new Error("it took too long")))
    outgoing.once("error", (cause) => reject(new Refused("unreachable", cause.message)))
    response.once("close", () => outgoing.destroy())
    outgoing.end()
  })
  reached()
  const { "content-type": type, "content-encoding": encoding, etag } = answer.headers
  response.writeHead(answer.statusCode ?? 502, {
    ...(type === undefined ? {} : { "content-type": type }),
    ...(encoding === undefined ? {} : { "content-encoding": encoding }),
    ...(etag === undefined ? {} : { etag }),
    ...led(answer.headers.location, url)
  })
  let bytes = 0
  const limited = new Transform({
    transform: (piece: Buffer, _encoding, done) => {
      bytes += piece.length
      // Cut, so that nobody takes a part for the whole.
      if (bytes > LARGEST) done(new Error("the page is too long"))
      else done(null, piece)
    }
  })
  await pipeline(answer, limited, response).catch(() => response.destroy())
  return bytes
}
