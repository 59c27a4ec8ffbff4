/** A plain HTTP request, done again towards its server: nothing of the agent's bytes reaches it unread. */
import * as Http from "node:http"
import type { Socket } from "node:net"
import { pipeline } from "node:stream/promises"
import { joinHost, shownHost } from "../../domain/egress/Address.ts"
import { toAgent, withoutHops } from "../relay/Headers.ts"
import * as HostProxy from "./HostProxy.ts"
import { checkProxied, reach, Refused, type World } from "./Reach.ts"
import type { Asked } from "./Request.ts"

/** Connections to servers that are kept for the next request, for one process alone. */
export const makeAgent = (world: World): Http.Agent => {
  const agent = new Http.Agent({ keepAlive: true, maxSockets: 32, maxFreeSockets: 8, timeout: 300_000 })
  agent.createConnection = (options, created) => {
    const { target } = options as { readonly target?: Asked }
    if (target === undefined || created === undefined) throw new Error("a connection without a target")
    reach(world, target.host, target.port, "http").then(
      (socket: Socket) => created(null, socket),
      (cause: unknown) => created(cause instanceof Error ? cause : new Error(String(cause)), undefined as never)
    )
    return undefined
  }
  return agent
}

type Options = Http.RequestOptions & { readonly target?: Asked }

/** Through a proxy of the host where there is one. */
const destination = async (world: World, agent: Http.Agent, target: Asked): Promise<Options> => {
  const name = shownHost(target.host)
  const proxy = HostProxy.proxyFor(world.env, "http", name, target.port)
  if (proxy === undefined) return { agent, target, host: name, port: target.port, path: target.path }
  await checkProxied(world, target.host)
  const socket = await HostProxy.connect(proxy).catch((cause: unknown) => {
    throw new Refused("unreachable", `${proxy.host}: ${String(cause)}`)
  })
  return {
    createConnection: () => socket,
    path: `http://${joinHost(target.host, target.port)}${target.path}`
  }
}

/** Passes a request on and its answer back; the bytes of both bodies. Rejects with `Refused` before it was `reached`. */
export const exchange = async (
  world: World,
  agent: Http.Agent,
  target: Asked,
  request: Http.IncomingMessage,
  response: Http.ServerResponse,
  reached: () => void
): Promise<number> => {
  const options = await destination(world, agent, target)
  const proxy = HostProxy.proxyFor(world.env, "http", shownHost(target.host), target.port)
  const secret = proxy === undefined ? undefined : HostProxy.authorization(proxy)
  const { host: _host, ...headers } = withoutHops(request.headers)
  const chunked = request.headers["transfer-encoding"] !== undefined
  const usual = target.port === 80
  const outgoing = Http.request({
    ...options,
    method: request.method,
    setHost: false,
    headers: {
      host: usual ? shownHost(target.host) : joinHost(target.host, target.port),
      ...(headers as Http.OutgoingHttpHeaders),
      ...(chunked ? { "transfer-encoding": "chunked" } : {}),
      ...(secret === undefined ? {} : { "proxy-authorization": secret })
    }
  })
  let bytes = 0
  const count = (piece: Buffer) => void (bytes += piece.length)
  request.on("data", count)
  response.on("close", () => outgoing.destroy())
  const answer = await new Promise<Http.IncomingMessage>((resolve, reject) => {
    outgoing.once("response", resolve)
    outgoing.once("error", (cause) =>
      reject(cause instanceof Refused ? cause : new Refused("unreachable", cause.message))
    )
    request.pipe(outgoing)
  })
  reached()
  outgoing.on("error", () => response.destroy())
  answer.on("data", count)
  response.writeHead(
    answer.statusCode ?? 502,
    answer.statusMessage,
    toAgent(answer.headers) as Http.OutgoingHttpHeaders
  )
  response.flushHeaders()
  await pipeline(answer, response).catch(() => response.destroy())
  return bytes
}
