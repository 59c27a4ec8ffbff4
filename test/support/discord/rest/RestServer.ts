/** Takes requests, holds them against Discord's description, lets them fail as asked, and answers. */
import { Cause, Effect } from "effect"
import type { IncomingMessage, ServerResponse } from "node:http"
import type { Verdicts } from "../Faults.ts"
import type { Description } from "../OpenApi.ts"
import { ApiError, invalidForm, invalidJson, noSuchRoute, unauthorized } from "../world/ApiError.ts"
import type { Json } from "../world/Model.ts"
import type { World } from "../world/World.ts"
import { account } from "./Account.ts"
import { readBody } from "./Body.ts"
import { channels } from "./Channels.ts"
import { commands } from "./Commands.ts"
import { guilds } from "./Guilds.ts"
import { interactions } from "./Interactions.ts"
import type { Logged } from "./Log.ts"
import { messages } from "./Messages.ts"
import { makeRouter, type Answer, type Found } from "./Router.ts"
import { threads } from "./Threads.ts"

const route = makeRouter([account, guilds, channels, messages, threads, commands, interactions].flat())

const base = /^\/api\/v10(?=\/)/

export interface RestOptions {
  readonly world: World
  readonly verdicts: Verdicts
  readonly requests: Array<Logged>
  readonly description: Description
  readonly violated: (where: string, problems: ReadonlyArray<string>) => void
}

const send = (response: ServerResponse, status: number, headers: Record<string, string>, body: unknown) => {
  if (body === undefined) return void response.writeHead(status, headers).end()
  response.writeHead(status, { ...headers, "content-type": "application/json" }).end(JSON.stringify(body))
}

export const makeRest = (options: RestOptions) => {
  const { description, requests, verdicts, violated, world } = options

  const file = (path: string, response: ServerResponse) => {
    const found = world.files.get(path)
    if (found === undefined) return void response.writeHead(404).end("This content is no longer available.")
    response.writeHead(200, {
      "content-type": found.contentType ?? "application/octet-stream",
      "content-length": String(found.bytes.length)
    })
    response.end(found.bytes)
  }

  const carryOut = (logged: Logged, found: Found | undefined): Answer => {
    if (found === undefined) throw noSuchRoute()
    if (!found.route.open && logged.authorization !== `Bot ${world.bot.token}`) throw unauthorized()
    const problems = description.request(logged.method, logged.route, logged.query, logged.body)
    violated(`${logged.method} ${logged.route} was asked with`, problems)
    const [first] = problems
    if (first !== undefined) throw invalidForm(["_schema"], "INVALID", first)
    const json = Array.isArray(logged.body) || logged.body === undefined ? {} : (logged.body as Json)
    return found.route.handle({ ...logged, world, json, param: (name) => logged.params[name] ?? "" })
  }

  const refusal = (error: unknown): Answer => {
    if (error instanceof ApiError) return { status: error.status, body: error.body }
    violated("The test's own server broke", [error instanceof Error ? (error.stack ?? error.message) : String(error)])
    return { status: 500, body: { message: "500: Internal Server Error", code: 0 } }
  }

  const limited = (logged: Logged, response: ServerResponse): boolean => {
    const limit = verdicts.limited(logged)
    if (limit === undefined) return false
    const headers = {
      ...(limit.scope === "global" ? { "x-ratelimit-global": "true" } : verdicts.headers(logged)),
      // Discord gives whole seconds here; parts of them spare tests the wait.
      "retry-after": String(limit.retryAfter),
      "x-ratelimit-scope": limit.scope,
      via: "1.1 google"
    }
    const body = {
      message: "You are being rate limited.",
      retry_after: limit.retryAfter,
      global: limit.scope === "global",
      code: 0
    }
    logged.status = 429
    violated("The answer 429 has", description.response(logged.method, logged.route, 429, body))
    send(response, 429, headers, body)
    return true
  }

  const serve = Effect.fnUntraced(function* (request: IncomingMessage, response: ServerResponse) {
    const url = new URL(request.url ?? "/", "http://discord.test")
    if (!base.test(url.pathname)) return file(url.pathname, response)
    const path = url.pathname.replace(base, "")
    const method = request.method ?? "GET"
    const found = route(method, path)
    const read = yield* Effect.promise(() => readBody(request))
    if (read === undefined) return send(response, 400, {}, invalidJson().body)
    const logged: Logged = {
      ...read,
      method,
      path,
      route: found?.route.route ?? path,
      params: found?.params ?? {},
      query: url.searchParams,
      authorization: request.headers.authorization,
      at: world.now()
    }
    requests.push(logged)
    world.changed()
    if (found === undefined) violated(`${method} ${path} was asked`, ["the test's server does not serve it"])

    if ((yield* verdicts.waits(logged, "before")) === "cut") return cut(logged, response)
    if (limited(logged, response)) return world.changed()
    const failing = verdicts.failing(logged)
    if (failing !== undefined) {
      logged.status = failing
      send(response, failing, {}, { message: `${failing}: the test wants it so`, code: 0 })
      return world.changed()
    }
    let given: Answer
    try {
      given = carryOut(logged, found)
    } catch (error) {
      given = refusal(error)
    }
    violated(
      `${method} ${logged.route} was answered ${given.status} with`,
      found === undefined ? [] : description.response(method, logged.route, given.status, given.body)
    )
    if (verdicts.losing(logged)) return cut(logged, response)
    if ((yield* verdicts.waits(logged, "after")) === "cut") return cut(logged, response)
    logged.status = given.status
    send(response, given.status, verdicts.headers(logged), given.body)
    world.changed()
  })

  const cut = (logged: Logged, response: ServerResponse) => {
    logged.status = 0
    response.destroy()
    world.changed()
  }

  const answer = (request: IncomingMessage, response: ServerResponse) =>
    Effect.catchCause(serve(request, response), (cause) =>
      Effect.sync(() => {
        violated("The test's own server broke", [Cause.pretty(cause)])
        response.destroy()
      })
    )

  return { answer }
}
