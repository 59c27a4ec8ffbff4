/** One request of an agent: let through or refused, sent on with the real credential, its failures counted. */
import { Effect } from "effect"
import type { IncomingMessage, ServerResponse } from "node:http"
import { pipeline } from "node:stream/promises"
import { refuse } from "./Answers.ts"
import { maskBody, maskHeaders, secretsOf } from "./Echo.ts"
import { type Credentials, toAgent, toUpstream } from "./Headers.ts"
import { type Failures, isFailure, isFinal } from "./RetryPolicy.ts"
import { hashed, type Upstream } from "./Upstream.ts"

/** What a request is measured by; read anew for each. */
export interface Terms {
  readonly baseUrl: string
  readonly credentials: Credentials
  readonly maxRetries: number
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

const detailOf = (cause: unknown): string => {
  const error = cause as { readonly code?: string; readonly message?: string; readonly errors?: ReadonlyArray<unknown> }
  const first = error.errors?.[0]
  return first === undefined ? [error.code, error.message].filter(Boolean).join(": ") : detailOf(first)
}

/** Sends a request on and its answer back, piece by piece, as fast as the slower side takes them. */
export const forward = Effect.fnUntraced(function* (
  upstream: Upstream,
  terms: Terms,
  failures: Failures,
  url: URL,
  request: IncomingMessage,
  response: ServerResponse
) {
  const abort = new AbortController()
  let spent = false
  const { body, key } = hashed(request, (whole) => {
    // Streams that are cut count too, but their answers had begun: what is used up shows at the next try.
    spent = failures.of(whole) > terms.maxRetries
    if (spent) abort.abort()
  })
  response.on("close", () => abort.abort())

  const fail = (detail: string): Outcome => {
    if (response.destroyed) return { _tag: "Abandoned" }
    if (spent) {
      refuse(response, 502, "api_error", `The answers of the model API at ${url.host} broke off again and again`, false)
      return { _tag: "Cut" }
    }
    const again = failures.add(key()) <= terms.maxRetries
    refuse(response, 502, "api_error", `The model API at ${url.host} could not be reached: ${detail}`, again)
    return { _tag: "Unreachable", detail }
  }

  return yield* Effect.promise(async (): Promise<Outcome> => {
    let answer
    try {
      answer = await upstream.send(url, {
        method: "POST",
        headers: toUpstream(request.headers, terms.credentials),
        body,
        signal: abort.signal
      })
    } catch (cause) {
      return fail(detailOf(cause))
    }
    const { status } = answer
    const secrets = secretsOf(terms.credentials)
    const headers = maskHeaders(toAgent(answer.headers), secrets)
    if (isFinal(status)) headers["x-should-retry"] = "false"
    else if (isFailure(status) && failures.add(key()) > terms.maxRetries) headers["x-should-retry"] = "false"
    response.writeHead(status, headers as Record<string, string | Array<string>>)
    response.flushHeaders()
    let cut = false
    answer.body.once("error", () => (cut = !abort.signal.aborted))
    try {
      await pipeline(answer.body, maskBody(secrets), response)
    } catch {
      if (!cut) return { _tag: "Abandoned" }
      failures.add(key())
      return { _tag: "Cut" }
    }
    if (status < 400) failures.clear(key())
    return { _tag: "Answered", status }
  })
})
