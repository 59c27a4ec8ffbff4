/** The model API as seen from outside the box: through the host's proxies, streamed. The one file that knows undici. */
import { Effect, type Scope } from "effect"
import type { IncomingHttpHeaders } from "node:http"
import type { Readable } from "node:stream"
import { EnvHttpProxyAgent, request } from "undici"
import type { Headers } from "./Headers.ts"

/** Longer than the agent waits itself (ten minutes), so that it is the one that gives up. */
const PATIENCE = 11 * 60 * 1000

export interface UpstreamAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Readable
}

export type Env = Readonly<Record<string, string | undefined>>

export interface Upstream {
  readonly send: (
    url: URL,
    options: {
      readonly method: "POST"
      readonly headers: Headers
      readonly body: Readable | string
      readonly signal: AbortSignal
    }
  ) => Promise<UpstreamAnswer>
}

/** An empty proxy variable means none. */
const proxy = (env: Env, name: string): string => env[name.toLowerCase()] ?? env[name.toUpperCase()] ?? ""

export const make = (env: Env): Effect.Effect<Upstream, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.sync(
      () =>
        new EnvHttpProxyAgent({
          httpProxy: proxy(env, "http_proxy"),
          httpsProxy: proxy(env, "https_proxy"),
          noProxy: proxy(env, "no_proxy"),
          allowH2: false,
          connect: { timeout: 10_000 },
          headersTimeout: PATIENCE,
          bodyTimeout: PATIENCE
        })
    ),
    (agent) => Effect.promise(() => agent.destroy())
  ).pipe(
    Effect.map((dispatcher): Upstream => ({
      send: async (url, { method, headers, body, signal }) => {
        const answer = await request(url, {
          method,
          headers: headers as Record<string, string | Array<string>>,
          body,
          signal,
          dispatcher
        })
        return { status: answer.statusCode, headers: answer.headers, body: answer.body }
      }
    }))
  )
