/** The routes on Hono: names and origins first, then the route, then one mapper for whatever went wrong. */
import { Cause, Effect, Exit } from "effect"
import type { IncomingMessage } from "node:http"
import { type Context as HonoContext, Hono } from "hono"
import { randomUUID } from "node:crypto"
import { Masking } from "../services/Masking.ts"
import { Settings } from "../services/Settings.ts"
import { hostAllowed, originAllowed, type OwnNames } from "./Origin.ts"
import { askToLogIn, contentSecurity, page } from "./Page.ts"
import { type ApiError, internal, notFound, Problem, problemResponse, toProblem } from "./Problem.ts"
import type { ApiServices, Incoming, Route } from "./Route.ts"

/** What Node knows of a request. */
interface Bindings {
  readonly incoming: IncomingMessage
  /** Of an upgrade. */
  readonly accept?: Incoming["accept"]
}
type Call = HonoContext<{ Bindings: Bindings }>
type Handler = (incoming: Incoming) => Effect.Effect<Response, ApiError, ApiServices>

export interface AppOptions {
  readonly routes: ReadonlyArray<Route>
  /** The host that was bound. */
  readonly host: string
  /** The port that was bound; known once listening. */
  readonly port: () => number
  readonly run: <A>(effect: Effect.Effect<A, never, ApiServices>) => Promise<A>
  /** Fires when the server stops. */
  readonly stopping: AbortSignal
}

const misdirected = (detail: string) => new Problem({ status: 403, code: "foreign", title: "Foreign request", detail })

const stopped = new Problem({
  status: 503,
  code: "stopping",
  title: "Server stopping",
  detail: "The server is stopping. Try again when it runs.",
  headers: { "retry-after": "5", connection: "close" }
})

const checkNames = Effect.fnUntraced(function* (call: Call, bound: string) {
  const config = yield* Settings.use((settings) => settings.current)
  const names: OwnNames = {
    bound,
    local: call.env.incoming.socket.localAddress,
    publicUrl: config.public_url,
    allowed: config.allowed_hosts
  }
  const host = call.env.incoming.headers.host ?? ""
  if (!hostAllowed(host, names)) {
    return yield* misdirected(
      `This server does not answer to the name "${host}". Add it to allowed_hosts if it should.`
    )
  }
  const origin = call.req.header("origin")
  if (origin !== undefined && !originAllowed(origin, host, names)) {
    return yield* misdirected(`Requests from the page ${origin} are not accepted.`)
  }
})

const requestIdOf = (call: Call): string => {
  const given = call.req.header("x-request-id") ?? ""
  return /^[\w.-]{1,100}$/.test(given) ? given : randomUUID()
}

const dress = (response: Response, requestId: string): Response => {
  response.headers.set("x-request-id", requestId)
  response.headers.set("x-content-type-options", "nosniff")
  response.headers.set("referrer-policy", "no-referrer")
  response.headers.set("cross-origin-resource-policy", "same-origin")
  response.headers.set("content-security-policy", contentSecurity)
  if (!response.headers.has("cache-control")) response.headers.set("cache-control", "no-store")
  return response
}

const answer = Effect.fnUntraced(function* (exit: Exit.Exit<Response, ApiError>, request: Request, requestId: string) {
  if (Exit.isSuccess(exit)) return exit.value
  const error = Cause.findErrorOption(exit.cause)
  if (error._tag === "None") yield* Effect.logError("A request met a defect", exit.cause)
  const problem = error._tag === "None" ? internal : toProblem(error.value)
  if (problem.status === 503) yield* Effect.logError(problem.detail, exit.cause)
  const shown = problem.status === 401 ? yield* askToLogIn(request) : undefined
  return shown ?? problemResponse(problem, requestId, yield* Masking)
})

/** 404, or 405 naming the methods that the path has. */
const missing = (routes: ReadonlyArray<Route>, pathname: string) => {
  const methods = routes.filter(({ path }) => patternOf(path).test(pathname)).map(({ method }) => method)
  return methods.length === 0
    ? notFound(`There is nothing at ${pathname}.`)
    : new Problem({
        status: 405,
        code: "method-not-allowed",
        title: "Method not allowed",
        detail: `${pathname} takes ${methods.join(", ")}.`,
        headers: { allow: methods.join(", ") }
      })
}

const patternOf = (path: string) => new RegExp(`^${path.replaceAll(".", "\\.").replaceAll(/\{\w+\}/g, "[^/]+")}$`)

export const makeApp = ({ routes, host, port, run, stopping }: AppOptions) => {
  const handle = (call: Call, handler: Handler): Promise<Response> => {
    const requestId = requestIdOf(call)
    const { raw } = call.req
    const incoming: Incoming = {
      request: raw,
      url: new URL(raw.url),
      params: call.req.param(),
      port: port(),
      signal: () => AbortSignal.any([raw.signal, stopping]),
      accept: call.env.accept
    }
    return run(
      checkNames(call, host).pipe(
        Effect.andThen(handler(incoming)),
        Effect.exit,
        Effect.flatMap((exit) => answer(exit, raw, requestId)),
        Effect.map((response) => dress(response, requestId)),
        Effect.annotateLogs({ request_id: requestId, request: `${raw.method} ${incoming.url.pathname}` })
      )
    )
  }
  const app = new Hono<{ Bindings: Bindings }>()
  for (const route of routes) {
    const path = route.path.replaceAll(/\{(\w+)\}/g, ":$1")
    app.on(route.method, path, (call) => handle(call, route.run))
  }
  const elsewhere = Effect.fnUntraced(function* (incoming: Incoming) {
    const { method } = incoming.request
    const found = method === "GET" || method === "HEAD" ? yield* page(incoming) : undefined
    return found ?? (yield* missing(routes, incoming.url.pathname))
  })
  app.notFound((call) => handle(call, elsewhere))
  // Only a request that was interrupted comes here: everything else has been answered.
  app.onError((_, call) => {
    const requestId = requestIdOf(call)
    return dress(problemResponse(stopping.aborted ? stopped : internal, requestId), requestId)
  })
  return app
}
