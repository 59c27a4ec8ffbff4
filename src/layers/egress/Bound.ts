/**
 * Hosts with secrets. What a box says to one of them inside TLS is read here, as the host, by a certificate that only boxes
 * trust; each request is done anew towards the host over TLS that is fully verified, with the secrets in its headers.
 */
import * as Http from "node:http"
import * as Https from "node:https"
import type { Socket } from "node:net"
import { pipeline } from "node:stream/promises"
import * as tls from "node:tls"
import { joinHost, shownHost } from "../../domain/egress/Address.ts"
import { refusalLine, statusOf } from "../../domain/egress/Words.ts"
import { type Binding, headerValue } from "../../domain/secrets/Binding.ts"
import type { Certificate } from "../../services/Secrets.ts"
import { toAgent, withoutHops } from "../relay/Headers.ts"
import * as Hiding from "./Hiding.ts"
import { reach, Refused, type World } from "./Reach.ts"
import { hostAgrees, type Target } from "./Request.ts"

/** How long a box may take to greet, in milliseconds. */
const GREETING = 20_000

export interface Vault {
  readonly certificate: (host: string) => Promise<Certificate>
  /** Rejects where a value cannot be read. */
  readonly value: (name: string) => Promise<string>
  readonly rejected: (name: string) => void
}

/** One tunnel's: asked anew for each request. */
interface Place extends Target {
  readonly secrets: () => Promise<ReadonlyArray<Binding>>
  readonly sent: (secrets: ReadonlyArray<string>) => void
  readonly refused: (refused: Refused) => void
}

type Options = Https.RequestOptions & { readonly target?: Target }

const secured = (world: World, socket: Socket, servername: string): Promise<tls.TLSSocket> =>
  new Promise((resolve, reject) => {
    const ca = world.internet.authorities()
    const wrapped = tls.connect({ socket, servername, ALPNProtocols: ["http/1.1"], rejectUnauthorized: true, ca })
    wrapped.once("secureConnect", () => {
      wrapped.off("error", reject)
      resolve(wrapped)
    })
    wrapped.once("error", reject)
  })

const makeAgent = (world: World): Https.Agent => {
  const agent = new Https.Agent({ keepAlive: true, maxSockets: 32, maxFreeSockets: 8, timeout: 300_000 })
  agent.createConnection = (options, created) => {
    const { target } = options as Options
    if (target === undefined || created === undefined) throw new Error("a connection without a target")
    const connect = async () => {
      const plain = await reach(world, target.host, target.port, "https")
      return secured(world, plain, shownHost(target.host)).catch((cause: unknown) => {
        plain.destroy()
        throw new Refused("unreachable", `its TLS: ${String(cause)}`)
      })
    }
    connect().then(
      (socket) => created(null, socket),
      (cause: unknown) => created(cause instanceof Error ? cause : new Error(String(cause)), undefined as never)
    )
    return undefined
  }
  return agent
}

/**
 * Never the agent's own: what a secret stands in; what would give an answer piece by piece, or in an encoding that hides
 * what is in it.
 */
const notPassed = new Set(["host", "accept-encoding", "range", "if-range"])

const headersFor = (
  { host, port }: Target,
  request: Http.IncomingMessage,
  secrets: Readonly<Record<string, string>>
): Http.OutgoingHttpHeaders => {
  const passed = Object.entries(withoutHops(request.headers)).filter(([name]) => !notPassed.has(name))
  const chunked = request.headers["transfer-encoding"] !== undefined
  return {
    host: port === 443 ? shownHost(host) : joinHost(host, port),
    ...(Object.fromEntries(passed) as Http.OutgoingHttpHeaders),
    ...(chunked ? { "transfer-encoding": "chunked" } : {}),
    "accept-encoding": "identity",
    ...secrets
  }
}

export const make = (world: World, vault: Vault) => {
  const agent = makeAgent(world)
  const places = new WeakMap<object, Place>()

  const values = async (secrets: ReadonlyArray<Binding>): Promise<Record<string, string>> => {
    const read: Record<string, string> = {}
    for (const { name } of secrets) {
      read[name] = await vault.value(name).catch((cause: unknown) => {
        throw new Refused("no_secret", String(cause))
      })
    }
    return read
  }

  const exchange = async (place: Place, request: Http.IncomingMessage, response: Http.ServerResponse) => {
    if (!hostAgrees(request, place, 443)) throw new Refused("disguised", "the Host inside is another one")
    const secrets = await place.secrets()
    const read = await values(secrets)
    const added = Object.fromEntries(secrets.map((each) => [each.header, headerValue(each, read[each.name] ?? "")]))
    // What a scheme makes of a value gives it away as well.
    const forms = Hiding.formsIn({ ...read, ...added, ...basicParts(added) })
    const options: Options = {
      agent,
      target: place,
      host: shownHost(place.host),
      port: place.port,
      method: request.method,
      path: request.url,
      setHost: false,
      headers: headersFor(place, request, added)
    }
    const outgoing = Https.request(options)
    response.on("close", () => outgoing.destroy())
    const answer = await new Promise<Http.IncomingMessage>((resolve, reject) => {
      outgoing.once("response", resolve)
      outgoing.once("error", (cause) =>
        reject(cause instanceof Refused ? cause : new Refused("unreachable", cause.message))
      )
      request.pipe(outgoing)
    })
    outgoing.on("error", () => response.destroy())
    const names = secrets.map(({ name }) => name)
    place.sent(names)
    if (answer.statusCode === 401 || answer.statusCode === 403) names.forEach(vault.rejected)
    await pass(request, answer, response, forms)
  }

  const onRequest = async (request: Http.IncomingMessage, response: Http.ServerResponse): Promise<void> => {
    const place = places.get(request.socket)
    if (place === undefined) return void request.socket.destroy()
    if (request.method === "TRACE" || request.method === "CONNECT" || !/^[/*]/.test(request.url ?? "")) {
      return void response.writeHead(405, { connection: "close" }).end()
    }
    await exchange(place, request, response).catch((cause: unknown) => {
      const refused = cause instanceof Refused ? cause : new Refused("unreachable", String(cause))
      place.refused(refused)
      if (response.headersSent) return void response.destroy()
      const line = refusalLine(refused.refusal, joinHost(place.host, place.port))
      response
        .writeHead(statusOf(refused.refusal), { "content-type": "text/plain", connection: "close" })
        .end(`${line}\n`)
    })
  }

  const server = Http.createServer(
    { maxHeaderSize: 32 * 1024, headersTimeout: 30_000, requestTimeout: 0, keepAliveTimeout: 30_000, noDelay: true },
    (request, response) => void onRequest(request, response)
  )

  /** Serves a tunnel until it is closed; the bytes that went through it. */
  const serve = async (inner: Socket, place: Place): Promise<number> => {
    const name = shownHost(place.host)
    const { cert, key } = await vault.certificate(name)
    let disguised = false
    const secure = new tls.TLSSocket(inner, {
      isServer: true,
      secureContext: tls.createSecureContext({ cert, key, minVersion: "TLSv1.2" }),
      ALPNProtocols: ["http/1.1"],
      SNICallback: (asked, done) => {
        disguised = asked.toLowerCase().replace(/\.$/, "") !== name
        done(disguised ? new Error("another server is asked for") : null)
      }
    })
    places.set(secure, place)
    const impatience = setTimeout(() => secure.destroy(), GREETING)
    secure.once("secure", () => clearTimeout(impatience))
    secure.on("error", () => secure.destroy())
    server.emit("connection", secure)
    await new Promise<void>((resolve) => {
      inner.once("close", () => resolve())
      secure.once("close", () => inner.destroy())
    })
    clearTimeout(impatience)
    if (disguised) throw new Refused("disguised", "the TLS server name is another one")
    return inner.bytesRead + inner.bytesWritten
  }

  return { serve, close: () => agent.destroy() }
}

/** The part after the scheme's name. */
const basicParts = (added: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(added).flatMap(([name, value]) => {
      const [, part] = /^\w+ (.+)$/.exec(value) ?? []
      return part === undefined ? [] : [[`${name} `, part]]
    })
  )

const bodyless = (method: string | undefined, status: number): boolean =>
  method === "HEAD" || status === 204 || status === 304

const pass = async (
  request: Http.IncomingMessage,
  answer: Http.IncomingMessage,
  response: Http.ServerResponse,
  forms: ReturnType<typeof Hiding.formsIn>
): Promise<void> => {
  const status = answer.statusCode ?? 502
  const decoder = Hiding.decoder(answer)
  if (decoder === undefined) {
    answer.destroy()
    throw new Refused("unreachable", "its answer has an encoding that cannot be looked into")
  }
  const headers: Record<string, string | ReadonlyArray<string>> = {
    ...Hiding.inHeaders(toAgent(answer.headers), forms)
  }
  delete headers["alt-svc"]
  if (decoder !== null && !bodyless(request.method, status)) {
    delete headers["content-encoding"]
    delete headers["content-length"]
  }
  response.writeHead(status, headers as Http.OutgoingHttpHeaders)
  if (bodyless(request.method, status)) {
    answer.resume()
    return void response.end()
  }
  response.flushHeaders()
  const hidden = Hiding.inBody(forms)
  const done = decoder === null ? pipeline(answer, hidden, response) : pipeline(answer, decoder, hidden, response)
  await done.catch(() => response.destroy())
}
