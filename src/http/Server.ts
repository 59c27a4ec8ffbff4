/** The server: binds the address, answers until its scope closes, then ends what is under way in order. */
import { Clock, Context, Deferred, Effect, Exit, FiberSet, Layer, Schema } from "effect"
import { getRequestListener } from "@hono/node-server"
import { randomUUID } from "node:crypto"
import { createServer, type Server as NodeServer } from "node:http"
import { splitAddress } from "../domain/Config.ts"
import { PackageFiles } from "../services/PackageFiles.ts"
import { Settings } from "../services/Settings.ts"
import type { StoreError } from "../services/Store.ts"
import { Tokens } from "../services/Tokens.ts"
import { makeApp } from "./App.ts"
import { loginLink } from "./Auth.ts"
import { urlOf } from "./Origin.ts"
import { invalid, problemResponse } from "./Problem.ts"
import type { ApiServices } from "./Route.ts"
import { allRoutes } from "./Routes.ts"
import { isUpgrade, upgrades } from "./Upgrades.ts"
import { makeSockets } from "./WebSockets.ts"

/** The address cannot be served. */
export class ServerError extends Schema.TaggedError<ServerError>()("ServerError", {
  reason: Schema.Literals(["port_in_use", "not_permitted", "other"]),
  address: Schema.String,
  cause: Schema.optionalKey(Schema.Defect())
}) {
  override get message() {
    switch (this.reason) {
      case "port_in_use":
        return `The address ${this.address} is in use: another server runs there. Stop it, or set another api_addr.`
      case "not_permitted":
        return `This user may not listen on ${this.address}: set another api_addr, with a port above 1023.`
      default:
        return `The server cannot listen on ${this.address}: ${String(this.cause)}. Set another api_addr.`
    }
  }
}

export class Server extends Context.Service<
  Server,
  {
    /** The port that was bound (the configured one may be 0). */
    readonly port: number
    /** `http://host:port` as this machine reaches it. */
    readonly url: string
    /** The link that logs the page in. */
    readonly loginLink: Effect.Effect<string, StoreError>
  }
>()("loop/http/Server") {}

const codes = { EADDRINUSE: "port_in_use", EACCES: "not_permitted" } as const

const reasonOf = (cause: unknown) => {
  const code = typeof cause === "object" && cause !== null && "code" in cause ? cause.code : undefined
  return code === "EADDRINUSE" || code === "EACCES" ? codes[code] : "other"
}

type Sockets = ReturnType<typeof makeSockets>

const listen = (server: NodeServer, host: string, port: number, address: string) =>
  Effect.callback<number, ServerError>((resume) => {
    const failed = (cause: Error) => resume(Effect.fail(new ServerError({ reason: reasonOf(cause), address, cause })))
    server.once("error", failed)
    server.listen({ host, port }, () => {
      server.off("error", failed)
      const bound = server.address()
      resume(Effect.succeed(typeof bound === "object" && bound !== null ? bound.port : port))
    })
  })

/** Event streams end at once; requests under way have four seconds to be answered. */
const shutDown = Effect.fnUntraced(function* (server: NodeServer, sockets: Sockets, stopping: AbortController) {
  const closed = yield* Deferred.make<void>()
  stopping.abort()
  server.close(() => Deferred.doneUnsafe(closed, Exit.void))
  yield* Effect.timeoutOption(Deferred.await(closed), "4 seconds")
  server.closeAllConnections()
  sockets.terminate()
})

/** The configuration has checked that it is an address, and whom it lets in. */
const addressOf = (text: string) => {
  const { host, port } = splitAddress(text) ?? { host: "127.0.0.1", port: 8222 }
  return { host: host === "localhost" ? "127.0.0.1" : host, port }
}

const make = Effect.gen(function* () {
  const settings = yield* Settings
  const { api_addr: text } = yield* settings.current
  const { host, port: wanted } = addressOf(text)
  const { version } = yield* PackageFiles
  const tokens = yield* Tokens
  // Made at the first start, so that client commands find it.
  yield* tokens.owner
  const requests = yield* FiberSet.make<unknown, never>()
  const run = yield* FiberSet.runtimePromise(requests)<ApiServices>()
  const fork = yield* FiberSet.runtime(requests)()
  const stopping = new AbortController()

  let port = wanted
  const routes = allRoutes(yield* Clock.currentTimeMillis, version)
  const app = makeApp({ routes, host, port: () => port, run, stopping: stopping.signal })
  const listener = getRequestListener(app.fetch, {
    overrideGlobalObjects: false,
    errorHandler: () => problemResponse(invalid("The request line or the Host header is malformed."), randomUUID())
  })
  const sockets = makeSockets(fork, stopping.signal)
  const server = createServer({ shouldUpgradeCallback: isUpgrade }, (request, response) => {
    // A connection is kept for the next request, which must not come any more.
    response.once("close", () => stopping.signal.aborted && server.closeIdleConnections())
    void listener(request, response)
  })
  const upgrade = upgrades(async (request, env) => app.fetch(request, env), sockets)
  server.on("upgrade", (request, socket, head) => void upgrade(request, socket, head))
  yield* Effect.acquireRelease(listen(server, host, wanted, text), () => shutDown(server, sockets, stopping)).pipe(
    Effect.tap((bound) => Effect.sync(() => void (port = bound)))
  )

  const url = urlOf(host, port)
  return Server.of({
    port,
    url,
    loginLink: Effect.gen(function* () {
      const { public_url } = yield* settings.current
      return loginLink(public_url === "" ? url : public_url, yield* tokens.owner)
    })
  })
})

export const layer: Layer.Layer<Server, ServerError | StoreError, ApiServices> = Layer.effect(Server, make)
