/** The model relay: an HTTP server on one Unix socket per agent process, through which alone a box reaches the model. */
import { Effect, FiberSet, Layer } from "effect"
import * as fs from "node:fs/promises"
import type * as Http from "node:http"
import * as path from "node:path"
import type { Config } from "../domain/Config.ts"
import { MODEL_SOCKET } from "../domain/egress/Inside.ts"
import type { ProcessId, RunId } from "../domain/Ids.ts"
import {
  type ModelUse,
  ModelRelay,
  RelayError,
  type RelayLine,
  type RelayWatch,
  unwatched
} from "../services/ModelRelay.ts"
import { Settings } from "../services/Settings.ts"
import { refuse } from "./relay/Answers.ts"
import * as Body from "./relay/Body.ts"
import { checkCredentials } from "./relay/Check.ts"
import { costs, forward, type Outcome, target, type Terms } from "./relay/Exchange.ts"
import { listen } from "./relay/Listen.ts"
import * as OAuth from "./relay/OAuth.ts"
import { makeReachability } from "./relay/Reachability.ts"
import { makeFailures } from "./relay/RetryPolicy.ts"
import * as Room from "./relay/Room.ts"
import { type Env, make as makeUpstream } from "./relay/Upstream.ts"

/** What a socket's path may measure on every system. https://man7.org/linux/man-pages/man7/unix.7.html */
const PATH_LIMIT = 100

export const make = Effect.fnUntraced(function* (env: Env, bounds: Room.Bounds = Room.usual) {
  const settings = yield* Settings
  const upstream = yield* makeUpstream(env)
  const reachability = makeReachability()
  const room = Room.make(bounds)

  const oauth = yield* OAuth.make(settings.paths.home, upstream)

  const termsOf = (config: Config, oauthToken: string): Terms => ({
    refused: oauth.refused(config),
    accepted: oauth.accepted,
    baseUrl: config.anthropic_base_url,
    credentials: { apiKey: config.anthropic_api_key, oauthToken },
    maxRetries: config.anthropic_max_retries
  })
  const terms = Effect.flatMap(settings.current, (config) =>
    Effect.map(oauth.token(config), (token) => termsOf(config, token))
  )
  /** As it is: who looks may be another process than the server, which alone renews. */
  const present = Effect.gen(function* () {
    const config = yield* settings.current
    const kept = yield* OAuth.kept(settings.paths.home, config.claude_code_oauth_refresh_token)
    return termsOf(config, kept?.access_token ?? config.claude_code_oauth_token)
  })

  const open = Effect.fn("ModelRelay.open")(function* (processId: ProcessId, watch: RelayWatch) {
    const socketDir = settings.paths.socketDir(processId)
    const socket = path.join(socketDir, MODEL_SOCKET)
    if (Buffer.byteLength(socket) >= PATH_LIMIT) {
      return yield* new RelayError({
        socket,
        cause: new Error(`the path of a socket has to stay below ${PATH_LIMIT} bytes: give LOOP_HOME a shorter path`)
      })
    }
    const assigned = yield* makeAssignment
    const failures = makeFailures()
    const own = room.ofProcess()

    const handle = Effect.fnUntraced(function* (request: Http.IncomingMessage, response: Http.ServerResponse) {
      // The agent's client asks this to warm its connection up.
      if (/^\/api\/hello(\?|$)/.test(request.url ?? "") && (request.method === "HEAD" || request.method === "GET")) {
        return void response.writeHead(200).end()
      }
      const current = yield* terms
      const url = target(current.baseUrl, request.method, request.url)
      if (url === undefined) {
        return refuse(response, 403, "permission_error", "Loop lets an agent use the Messages API only", false)
      }
      const run = yield* assigned.current
      if (run === null) {
        return refuse(response, 403, "permission_error", "No run of Loop is at work in this process", false)
      }
      const fits = yield* own.hold(Body.weight(request), closed(response), (giveBack) =>
        answer(current, url, run, request, response, giveBack)
      )
      if (!fits) refuse(response, 529, "overloaded_error", tooMuch(bounds.all), true)
    })

    /** The request's body; undefined where it was refused, or its client has gone. */
    const receive = Effect.fnUntraced(function* (
      request: Http.IncomingMessage,
      response: Http.ServerResponse,
      giveBack: Effect.Effect<void>
    ) {
      const read = yield* Effect.promise((signal) => Body.read(request, signal).catch(() => null)).pipe(
        Effect.timeoutOption(bounds.reading)
      )
      if (read._tag === "None") {
        response.once("finish", () => request.destroy())
        return refuse(response, 408, "timeout_error", "The request did not come to its end in time", true)
      }
      if (read.value === null) return undefined
      if (read.value === undefined) {
        response.once("finish", () => request.destroy())
        return refuse(response, 413, "request_too_large", "The request is larger than the model API takes", false)
      }
      return Body.holding(read.value, giveBack)
    })

    /** Lets the call through, or says why not. */
    const answer = Effect.fnUntraced(function* (
      terms: Terms,
      url: URL,
      run: RunId,
      request: Http.IncomingMessage,
      response: Http.ServerResponse,
      giveBack: Effect.Effect<void>
    ) {
      const body = yield* receive(request, response, giveBack)
      if (body === undefined) return
      const call = Body.callOf(body)
      const counts = costs(url) ? watch : unwatched
      const admission = yield* counts.admit(run, call)
      if (admission._tag === "Stop") return refuse(response, 403, "permission_error", admission.sentence, false)
      if (admission.model !== null) body.toModel(admission.model)
      let use: ModelUse | null = null
      const model = admission.model ?? call.model
      const outcome: Outcome = yield* forward({
        upstream,
        terms,
        failures,
        url,
        request,
        response,
        body,
        model,
        limited: (until) => counts.limited(run, model, until),
        used: (told) => (use = told)
      }).pipe(Effect.ensuring(Effect.suspend(() => admission.ended(use))))
      yield* reachability.note(url.host, outcome).pipe(Effect.annotateLogs({ run, process: processId }))
    })

    const run = yield* FiberSet.makeRuntime<never>()
    yield* listen(socket, bounds.connections, (request, response) => {
      run(handle(request, response).pipe(Effect.catchCause((cause) => failed(response, cause))))
    })
    return { socketDir, assign: assigned.assign } satisfies RelayLine
  })

  return ModelRelay.of({
    open,
    discard: (processId) =>
      Effect.promise(() => fs.rm(settings.paths.socketDir(processId), { recursive: true, force: true })).pipe(
        Effect.catchDefect((cause) => Effect.logWarning("A socket's directory could not be removed", cause))
      ),
    renew: Effect.flatMap(settings.current, (config) => Effect.asVoid(oauth.token(config))),
    notice: Effect.flatMap(settings.current, oauth.notice),
    check: Effect.flatMap(present, (current) => checkCredentials(upstream, current))
  })
})

const tooMuch = (megabytes: number): string =>
  `Loop holds as many requests to the model as it has room for (${megabytes} MB over all agents), so this one was not read. Try again when others have been answered`

const closed = (response: Http.ServerResponse) =>
  Effect.callback<void>((resume) => {
    const gone = () => resume(Effect.void)
    if (response.destroyed) return gone()
    response.once("close", gone)
    return Effect.sync(() => void response.off("close", gone))
  })

const failed = (response: Http.ServerResponse, cause: unknown) => {
  refuse(response, 500, "api_error", "The relay to the model API failed", true)
  return Effect.logError("A request to the model failed in the relay", cause)
}

/** The run at work, or nobody. A line that was never assigned waits a moment: its supervisor has only just come back. */
const makeAssignment = Effect.sync(() => {
  let run: RunId | null | undefined
  const waiting = new Set<() => void>()
  const assign = (next: RunId | null) =>
    Effect.sync(() => {
      run = next
      for (const wake of waiting) wake()
      waiting.clear()
    })
  const first = Effect.callback<void>((resume) => {
    const wake = () => resume(Effect.void)
    waiting.add(wake)
    return Effect.sync(() => void waiting.delete(wake))
  }).pipe(Effect.timeoutOption("5 seconds"))
  const current = Effect.suspend(() => (run === undefined ? first : Effect.void)).pipe(Effect.map(() => run ?? null))
  return { assign, current }
})

export const layer: Layer.Layer<ModelRelay, never, Settings> = Layer.effect(ModelRelay, make(process.env))
