/**
 * Requests to Discord, through discord.js's queues: they keep to its limits per route and in all. A short wait is waited
 * for; a long one fails as `retry`, so that the row waits in the outbox.
 */
import { REST, type RequestData, type RouteLike } from "@discordjs/rest"
import { Effect, Schedule, type Scope } from "effect"
import type { DeliveryFailed } from "../../services/Platforms.ts"
import { failureOf, hasCode, isTransient } from "./Errors.ts"

/** The longest wait for a limit that a request sits out. */
const longestWaitMs = 10_000
/** Discord answers in well under a second; what takes longer may have happened or not. */
const timeoutMs = 15_000

export type Method = "get" | "post" | "put" | "patch" | "delete"

/** `what` completes "Discord does not let Loop …"; `needs` names the permissions it takes. */
export interface About {
  readonly what: string
  readonly needs: string
}

export interface Api {
  /** Fails as discord.js does; `A` is what Discord's documentation says that the route answers. */
  readonly raw: <A>(method: Method, route: RouteLike, request?: RequestData) => Effect.Effect<A, Rejected>
  readonly call: <A>(
    about: About,
    method: Method,
    route: RouteLike,
    request?: RequestData
  ) => Effect.Effect<A, DeliveryFailed>
  /** As `call`; with one of these codes of Discord's it is undefined. */
  readonly attempt: <A>(
    about: About,
    codes: ReadonlyArray<number>,
    method: Method,
    route: RouteLike,
    request?: RequestData
  ) => Effect.Effect<A | undefined, DeliveryFailed>
  /** For the gateway, which asks for its address. */
  readonly rest: REST
}

/** What discord.js threw. */
export interface Rejected {
  readonly _tag: "Rejected"
  readonly error: unknown
}

/** What is the same when it is done twice, and may be done again when Discord fails or the connection breaks. */
const repeatable: ReadonlySet<Method> = new Set(["get", "put", "patch", "delete"])
const again = Schedule.exponential("200 millis", 2).pipe(Schedule.upTo({ times: 2 }))

/**
 * discord.js would repeat a request that failed with 5xx or a broken connection, whatever it is. What is said has the
 * outbox to repeat it, under its nonce; a channel that is made has nobody who could tell the second from the first.
 */
const retries = 0

const client = (apiUrl: string, token: string, globalRequestsPerSecond: number) =>
  Effect.acquireRelease(
    Effect.sync(() =>
      new REST({
        api: apiUrl.replace(/\/+$/, ""),
        version: "10",
        retries,
        timeout: timeoutMs,
        globalRequestsPerSecond,
        rejectOnRateLimit: ({ retryAfter, sublimitTimeout }) => Math.max(retryAfter, sublimitTimeout) > longestWaitMs
      }).setToken(token)
    ),
    (rest) =>
      Effect.sync(() => {
        rest.clearHashSweeper()
        rest.clearHandlerSweeper()
      })
  )

/**
 * What a bot may ask in all, per second. Answers to interactions, which go without the bot's token, are not counted
 * (https://discord.com/developers/docs/topics/rate-limits#global-rate-limit): they wait behind nothing else.
 */
const perSecond = 50

export const make = (options: {
  readonly token: string
  readonly apiUrl: string
}): Effect.Effect<Api, never, Scope.Scope> =>
  Effect.gen(function* () {
    const { apiUrl, token } = options
    const rest = yield* client(apiUrl, token, perSecond)
    const interactions = yield* client(apiUrl, token, Number.MAX_SAFE_INTEGER)
    const raw = <A>(method: Method, route: RouteLike, request: RequestData = {}) =>
      Effect.tryPromise({
        try: (signal) => {
          // It forgets the token with the first refusal; then every other request would fail with words about that.
          rest.setToken(token)
          const by = request.auth === false ? interactions : rest
          return by[method](route, { ...request, signal }) as Promise<A>
        },
        catch: (error): Rejected => ({ _tag: "Rejected", error })
      }).pipe(Effect.retry({ schedule: again, while: ({ error }) => repeatable.has(method) && isTransient(error) }))
    const call = <A>({ needs, what }: About, ...request: Parameters<Api["raw"]>) =>
      Effect.mapError(raw<A>(...request), ({ error }) => failureOf(what, needs)(error))
    const attempt = <A>({ needs, what }: About, codes: ReadonlyArray<number>, ...request: Parameters<Api["raw"]>) =>
      Effect.catch(raw<A>(...request), ({ error }) =>
        hasCode(error, ...codes) ? Effect.succeed(undefined) : Effect.fail(failureOf(what, needs)(error))
      )
    return { rest, raw, call, attempt }
  })
