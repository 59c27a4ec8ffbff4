/** Whether the configured credential is accepted, at no cost. */
import { Effect, Schema } from "effect"
import { toUpstream } from "./Headers.ts"
import { target, type Terms } from "./Exchange.ts"
import type { Upstream } from "./Upstream.ts"

const ApiError = Schema.fromJsonString(Schema.Struct({ error: Schema.Struct({ message: Schema.String }) }))
const decode = Schema.decodeUnknownEffect(ApiError)

/** How much of an answer is read. */
const ENOUGH = 64 * 1024

/**
 * A request without content: the API looks at the credential first (401, 403) and at the request then (400), so a 400
 * is a yes that costs nothing and names no model.
 */
export const checkCredentials = Effect.fn("ModelRelay.check")(function* (upstream: Upstream, terms: Terms) {
  const url = target(terms.baseUrl, "POST", "/v1/messages")
  if (url === undefined) return { status: 0, detail: `${terms.baseUrl} is not an address` }
  const answer = yield* Effect.tryPromise({
    try: async (signal) => {
      const headers = toUpstream(
        { "content-type": "application/json", "anthropic-version": "2023-06-01" },
        terms.credentials
      )
      const { status, body } = await upstream.send(url, { method: "POST", headers, body: "{}", signal })
      let text = ""
      for await (const piece of body) {
        text += String(piece)
        if (text.length > ENOUGH) break
      }
      return { status, text }
    },
    catch: (cause) => ({ status: 0, text: cause instanceof Error ? cause.message : String(cause) })
  }).pipe(
    Effect.timeoutOrElse({
      duration: "20 seconds",
      orElse: () => Effect.fail({ status: 0, text: `${url.host} did not answer within 20 seconds` })
    }),
    Effect.catch((unreachable) => Effect.succeed(unreachable))
  )
  if (answer.status === 400 || (answer.status >= 200 && answer.status < 300)) return undefined
  const detail = yield* decode(answer.text).pipe(
    Effect.map((body) => body.error.message),
    Effect.orElseSucceed(() => answer.text.slice(0, 500))
  )
  return { status: answer.status, detail }
})
