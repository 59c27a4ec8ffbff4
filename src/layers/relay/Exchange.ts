/** One request of an agent: let through or refused, sent on with the real credential, its failures counted. */
import { Clock, Effect } from "effect"
import type { IncomingMessage, ServerResponse } from "node:http"
import { Readable } from "node:stream"
import { pipeline } from "node:stream/promises"
import type { ModelUse } from "../../services/ModelRelay.ts"
import { refuse } from "./Answers.ts"
import * as Body from "./Body.ts"
import { maskBody, maskHeaders, secretsOf } from "./Echo.ts"
import { type Credentials, toAgent, toUpstream } from "./Headers.ts"
import { meter } from "./Meter.ts"
import { type Failures, isFailure, isFinal } from "./RetryPolicy.ts"
import type { Upstream, UpstreamAnswer } from "./Upstream.ts"
import { limitedUntil } from "./UsageLimit.ts"

/** What a request is measured by; read anew for each. */
export interface Terms {
  readonly baseUrl: string
  readonly credentials: Credentials
  readonly maxRetries: number
  /** The API refuses this OAuth token: another one to try, or null. */
  readonly refused: (token: string) => Effect.Effect<string | null>
  /** It has taken it. */
  readonly accepted: (token: string) => void
}

/** How an exchange ended, for the log. */
export type Outcome =
  | { readonly _tag: "Answered"; readonly status: number }
  | { readonly _tag: "Unreachable"; readonly detail: string }
  | { readonly _tag: "Cut" }
  | { readonly _tag: "Abandoned" }

/** The API's address for what the agent asked; undefined for what an agent has no business with. */
export const target = (baseUrl: string, method: string | undefined, path: string | undefined): URL | undefined => {
  const [, asked, query] = /^(\/v1\/messages(?:\/count_tokens)?)(\?.*)?$/.exec(path ?? "") ?? []
  if (method !== "POST" || asked === undefined) return undefined
  const url = new URL(baseUrl)
  url.pathname = `${url.pathname.replace(/\/$/, "")}${asked}`
  url.search = query ?? ""
  return url
}

/** Counting tokens is free. */
export const costs = (url: URL): boolean => url.pathname.endsWith("/v1/messages")

const detailOf = (cause: unknown): string => {
  const error = cause as { readonly code?: string; readonly message?: string; readonly errors?: ReadonlyArray<unknown> }
  const first = error.errors?.[0]
  return first === undefined ? [error.code, error.message].filter(Boolean).join(": ") : detailOf(first)
}

export interface Exchange {
  readonly upstream: Upstream
  readonly terms: Terms
  readonly failures: Failures
  readonly url: URL
  readonly request: IncomingMessage
  readonly response: ServerResponse
  /** Dropped as soon as it is clear which answer goes back. */
  readonly body: Body.Held
  readonly model: string
  /** The API refuses until then: the model to ask instead, or null. */
  readonly limited: (until: number) => Effect.Effect<string | null>
  /** What the answer has used, once it is over; null where there was none. */
  readonly used: (use: ModelUse | null) => void
}

/** Sends a request on and its answer back, piece by piece, as fast as the slower side takes them. */
export const forward = Effect.fnUntraced(function* (exchange: Exchange) {
  const { body: sent, failures, limited, request, response, terms, upstream, url, used } = exchange
  const key = Body.nameOf(sent)
  const abort = new AbortController()
  response.on("close", () => abort.abort())
  if (response.destroyed) abort.abort()
  if (failures.of(key) > terms.maxRetries) {
    refuse(response, 502, "api_error", `The answers of the model API at ${url.host} broke off again and again`, false)
    return { _tag: "Cut" } satisfies Outcome
  }

  let { credentials } = terms
  const send = (): Effect.Effect<UpstreamAnswer | Outcome> =>
    Effect.promise(async () => {
      try {
        const headers = { ...toUpstream(request.headers, credentials), "content-length": String(sent.size()) }
        const body = Readable.from(sent, { objectMode: false })
        return await upstream.send(url, { method: "POST", headers, body, signal: abort.signal })
      } catch (cause) {
        if (response.destroyed) return { _tag: "Abandoned" } satisfies Outcome
        const detail = detailOf(cause)
        const again = failures.add(key) <= terms.maxRetries
        refuse(response, 502, "api_error", `The model API at ${url.host} could not be reached: ${detail}`, again)
        return { _tag: "Unreachable", detail } satisfies Outcome
      }
    })

  let { model } = exchange
  let answer = yield* send()
  if ("_tag" in answer) return answer
  if (answer.status === 401 && credentials.oauthToken !== "") {
    const other = yield* terms.refused(credentials.oauthToken)
    if (other !== null) {
      answer.body.resume()
      credentials = { ...credentials, oauthToken: other }
      answer = yield* send()
      if ("_tag" in answer) return answer
      if (answer.status === 401) yield* terms.refused(other)
    }
  }
  if (answer.status < 400) terms.accepted(credentials.oauthToken)
  const now = yield* Clock.currentTimeMillis
  const until = limitedUntil(answer.status, answer.headers, now)
  if (until !== undefined) {
    const instead = yield* limited(until)
    if (instead !== null) {
      answer.body.resume()
      model = instead
      sent.toModel(instead)
      answer = yield* send()
      if ("_tag" in answer) return answer
    }
  }
  yield* sent.drop
  return yield* Effect.promise(() => pass(answer, until !== undefined))

  async function pass({ body, headers: given, status }: UpstreamAnswer, waited: boolean): Promise<Outcome> {
    const secrets = [...secretsOf(terms.credentials), ...secretsOf(credentials)]
    const headers = maskHeaders(toAgent(given), secrets)
    if (isFinal(status) || (waited && status === 429)) headers["x-should-retry"] = "false"
    else if (isFailure(status) && failures.add(key) > terms.maxRetries) headers["x-should-retry"] = "false"
    const use = meter(body, String(given["content-type"] ?? ""), model)
    response.writeHead(status, headers as Record<string, string | Array<string>>)
    response.flushHeaders()
    let cut = false
    body.once("error", () => (cut = !abort.signal.aborted))
    try {
      await pipeline(body, maskBody(secrets), response)
    } catch {
      if (!cut) return { _tag: "Abandoned" }
      failures.add(key)
      return { _tag: "Cut" }
    } finally {
      if (status < 400) used(use())
    }
    if (status < 400) failures.clear(key)
    return { _tag: "Answered", status }
  }
})
