/** A site and an echo of the internet, a proxy in front of them, and ways to speak through it as raw as can be. */
import { Context, Effect, Layer } from "effect"
import { randomBytes } from "node:crypto"
import * as Http from "node:http"
import * as net from "node:net"
import { ProcessId } from "../../../src/domain/Ids.ts"
import * as EgressProxy from "../../../src/layers/egress/EgressProxy.ts"
import * as SecretsLive from "../../../src/layers/secrets/SecretsLive.ts"
import { Egress } from "../../../src/services/Egress.ts"
import { settings } from "../Boxes.ts"
import { type Certificates, certificates } from "./Certificates.ts"
import * as Line from "./Line.ts"
import * as StandIn from "./StandIn.ts"

export const real = { excludeTestServices: true } as const

export class Certs extends Context.Service<Certs, Certificates>()("loop/test/Certs") {}

export const world = (env = {}, keys: Readonly<Record<string, unknown>> = {}) =>
  Layer.effect(Egress, EgressProxy.make(env)).pipe(
    Layer.provideMerge(SecretsLive.layer),
    Layer.provideMerge(StandIn.layer),
    Layer.provideMerge(settings(keys)),
    Layer.provideMerge(Layer.effect(Certs, certificates(["site.example.com", "other.example.com"])))
  )

export const newId = () => ProcessId.make(randomBytes(4).toString("hex"))
export const SITE = "93.184.216.34"

interface Seen {
  readonly method: string | undefined
  readonly url: string | undefined
  readonly headers: Http.IncomingHttpHeaders
  readonly body: string
}

/** A site of the internet at port 80, and what it was asked. */
export const site = Effect.gen(function* () {
  const outer = yield* StandIn.Outer
  const seen: Array<Seen> = []
  const server = Http.createServer((request, response) => {
    const parts: Array<Buffer> = []
    request.on("data", (part: Buffer) => parts.push(part))
    request.on("end", () => {
      const body = Buffer.concat(parts).toString("latin1")
      seen.push({ method: request.method, url: request.url, headers: request.headers, body })
      if (request.url === "/moved") return void response.writeHead(302, { location: "/next" }).end()
      if (request.url === "/huge") {
        const piece = Buffer.alloc(1024 * 1024)
        const more = (left: number): void =>
          left === 0 ? void response.end() : void response.write(piece, () => more(left - 1))
        return more(11)
      }
      response.writeHead(200, { "x-site": "yes", connection: "keep-alive" }).end(`got ${body}`)
    })
  })
  outer.name("site.example.com", SITE)
  yield* outer.serve(SITE, 80, server)
  return seen
})

export const get = (path: string, more: ReadonlyArray<string> = [], host = "site.example.com") =>
  [`GET http://${path} HTTP/1.1`, `Host: ${host}`, "Connection: close", ...more, "", ""].join("\r\n")

export const status = (answer: string) => answer.split("\r\n", 1)[0] ?? ""

export const listed = Line.policy({ allow: ["site.example.com", "echo.example.com:7"] })

/** Says back what it hears. */
export const echo = Effect.gen(function* () {
  const outer = yield* StandIn.Outer
  const server = net.createServer({ allowHalfOpen: true }, (socket) => {
    socket.on("error", () => undefined)
    socket.pipe(socket)
  })
  outer.name("echo.example.com", "93.184.216.35")
  yield* outer.serve("93.184.216.35", 7, server)
})

/** Lets what waits on sockets happen. */
export const nextRound = Effect.promise(() => new Promise<void>((resolve) => void setImmediate(resolve)))

export const read = (client: net.Socket, length: number) =>
  Effect.callback<Buffer>((resume) => {
    let heard = Buffer.alloc(0)
    const hear = (piece: Buffer) => {
      heard = Buffer.concat([heard, piece])
      if (heard.length >= length) {
        client.off("data", hear)
        resume(Effect.succeed(heard))
      }
    }
    client.on("data", hear)
    client.on("close", () => resume(Effect.succeed(heard)))
  })

export const closed = (client: net.Socket) =>
  Effect.callback<void>((resume) => {
    if (client.destroyed) return resume(Effect.void)
    client.once("end", () => client.end())
    client.resume()
    client.once("close", () => resume(Effect.void))
  })
