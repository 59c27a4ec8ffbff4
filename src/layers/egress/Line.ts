/** The proxy of one process: what each request asks for is judged, told, and then carried. */
import * as Http from "node:http"
import type { Socket } from "node:net"
import { joinHost, shownHost } from "../../domain/egress/Address.ts"
import { refusalOf } from "../../domain/egress/Policy.ts"
import { boundTo } from "../../domain/secrets/Binding.ts"
import { refusalLine, statusOf } from "../../domain/egress/Words.ts"
import type { EgressDecision, EgressTerms } from "../../services/Egress.ts"
import * as Bound from "./Bound.ts"
import { exchange, makeAgent } from "./Exchange.ts"
import { fetch, FETCH_HOST, page } from "./Fetch.ts"
import { reach, Refused, type World } from "./Reach.ts"
import { absolute, authority, hostAgrees, type Target } from "./Request.ts"
import { join, namesOnly } from "./Tunnel.ts"

/** How many requests and connections of one process may be under way. */
export const CROWD = 256

export interface Watch {
  readonly terms: () => Promise<EgressTerms>
  readonly decided: (decision: EgressDecision) => void
  readonly carried: (host: string, port: number, bytes: number) => void
  readonly log: (where: string, refused: Refused) => void
}

const answer = (status: number, line: string): string => {
  const body = `${line}\n`
  const head = ["Content-Type: text/plain", `Content-Length: ${body.length}`, "Connection: close"]
  return [`HTTP/1.1 ${status} ${line}`, ...head, "", body].join("\r\n")
}

const ESTABLISHED = "HTTP/1.1 200 Connection established\r\n\r\n"

const MALFORMED =
  "Loop: this is no request to an HTTP proxy (http://host/path, or CONNECT host:port, and a Host that agrees)"
const MISREAD = "Loop: fetch.loop takes GET http://fetch.loop/<URL>"

/** A request line without a version is read as one of HTTP/0.9, which has no headers to agree with. */
const speaks = ({ httpVersion }: Http.IncomingMessage): boolean => httpVersion === "1.1" || httpVersion === "1.0"

/** By the list, or only because it reads. */
type Tier = "listed" | "reading"

export const make = (world: World, watch: Watch, vault: Bound.Vault): Http.Server => {
  const agent = makeAgent(world)
  const bound = Bound.make(world, vault)
  let open = 0

  const judge = async ({ host, port }: Target): Promise<Tier> => {
    if (open > CROWD) throw new Refused("crowded", `${open} are open`)
    const { grants, policy } = await watch.terms()
    const refusal = refusalOf(policy, grants, host, port)
    if (refusal === undefined) return "listed"
    if (refusal === "not_listed" && policy.read_only_public === true) return "reading"
    throw new Refused(refusal, `network: ${policy.mode}`)
  }

  /** Does one piece of work for a target and tells of it, whatever comes of it. */
  const work = async (
    target: Target,
    carry: (tier: Tier, reached: () => void) => Promise<number>
  ): Promise<Refused | undefined> => {
    const host = shownHost(target.host)
    const { port } = target
    open++
    try {
      const tier = await judge(target)
      const bytes = await carry(tier, () => watch.decided({ host, port, refusal: null }))
      watch.carried(host, port, bytes)
      return undefined
    } catch (cause) {
      const refused = cause instanceof Refused ? cause : new Refused("unreachable", String(cause))
      watch.decided({ host, port, refusal: refused.refusal })
      watch.log(joinHost(target.host, port), refused)
      return refused
    } finally {
      open--
    }
  }

  const onRequest = async (request: Http.IncomingMessage, response: Http.ServerResponse): Promise<void> => {
    const refuse = (status: number, line: string): void => {
      if (response.headersSent) return void response.destroy()
      response.writeHead(status, line, { "content-type": "text/plain", connection: "close" }).end(`${line}\n`)
    }
    const asked = speaks(request) ? absolute(request.url ?? "") : undefined
    if (asked === undefined || !hostAgrees(request, asked, 80)) return refuse(400, MALFORMED)
    const reads = request.method === "GET" || request.method === "HEAD"
    const viaReader = asked.host._tag === "Name" && asked.host.name === FETCH_HOST
    const read = page(viaReader ? asked.path.slice(1) : `http://${joinHost(asked.host, asked.port)}${asked.path}`)
    if (viaReader && (read === undefined || !reads)) return refuse(400, MISREAD)
    const target: Target = viaReader && read !== undefined ? read : asked
    const refused = await work(target, async (tier, reached) => {
      if (tier === "listed" && !viaReader) return exchange(world, agent, asked, request, response, reached)
      const { policy } = await watch.terms()
      if (policy.read_only_public !== true || read === undefined || !reads) {
        throw new Refused("not_listed", `${request.method} is no reading, or reading is not let through`)
      }
      return fetch(world, read, request, response, reached)
    })
    if (refused !== undefined) {
      refuse(statusOf(refused.refusal), refusalLine(refused.refusal, joinHost(target.host, target.port)))
    }
  }

  const onConnect = async (request: Http.IncomingMessage, inner: Socket, head: Buffer): Promise<void> => {
    inner.on("error", () => undefined)
    const target = speaks(request) ? authority(request.url ?? "") : undefined
    if (target === undefined || !hostAgrees(request, target, 443)) return void inner.end(answer(400, MALFORMED))
    const { host, port } = target
    const refused = await work(target, async (tier, reached) => {
      if (tier === "reading") throw new Refused("not_listed", "what goes through a tunnel cannot be seen to be reading")
      const secrets = async () => boundTo((await watch.terms()).secrets, shownHost(host), port)
      if ((await secrets()).length > 0) {
        inner.write(ESTABLISHED)
        if (head.length > 0) inner.unshift(head)
        return bound.serve(inner, {
          host,
          port,
          secrets,
          sent: (names) => watch.decided({ host: shownHost(host), port, refusal: null, secrets: names }),
          refused: (refused) => {
            watch.decided({ host: shownHost(host), port, refusal: refused.refusal })
            watch.log(joinHost(host, port), refused)
          }
        })
      }
      const outer = await reach(world, host, port, "https")
      reached()
      inner.write(ESTABLISHED)
      if (head.length > 0) inner.unshift(head)
      let disguised = false
      await join(inner, outer, host._tag === "Name" ? namesOnly(host.name) : undefined, () => (disguised = true))
      if (disguised) throw new Refused("disguised", "the TLS server name is another one")
      return outer.bytesRead + outer.bytesWritten
    })
    if (refused !== undefined && !inner.destroyed) {
      inner.end(answer(statusOf(refused.refusal), refusalLine(refused.refusal, joinHost(host, port))))
    }
  }

  const server = Http.createServer({
    maxHeaderSize: 16 * 1024,
    headersTimeout: 10_000,
    requestTimeout: 0,
    keepAliveTimeout: 30_000,
    connectionsCheckingInterval: 2_000,
    insecureHTTPParser: false,
    noDelay: true
  })
  // Above it connections are closed unheard; below it they are answered.
  server.maxConnections = 2 * CROWD
  server.on("request", (request, response) => void onRequest(request, response))
  server.on("connect", (request, socket, head) => void onConnect(request, socket as Socket, head))
  server.on("clientError", (error: NodeJS.ErrnoException, socket) => {
    if (!socket.writable) return void socket.destroy()
    socket.end(answer(error.code === "HPE_HEADER_OVERFLOW" ? 431 : 400, MALFORMED))
  })
  server.on("close", () => {
    agent.destroy()
    bound.close()
  })
  return server
}
