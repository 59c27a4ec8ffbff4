/** What goes wrong between a bot and Discord: limits, broken servers, answers that come late or never. */
import { Deferred, Effect } from "effect"
import type { Logged } from "./rest/Log.ts"

export type Matches = (request: Logged) => boolean

export interface RateLimit {
  /** Seconds until it may be tried again. */
  readonly retryAfter: number
  /** How many requests meet it; one, when absent. */
  readonly times?: number
  readonly scope?: "user" | "shared" | "global"
}

/** How many requests of a route a window lets through. */
export interface Window {
  readonly limit: number
  /** Seconds. */
  readonly per: number
}

/** A request that waits. */
export interface Gate {
  /** Waits until one has come. */
  readonly reached: Effect.Effect<Logged>
  /** Lets it and all later ones pass. */
  readonly release: Effect.Effect<void>
  /** Ends the connections of those that wait, unanswered, and lets later ones pass. */
  readonly cut: Effect.Effect<void>
}

export interface Faults {
  /** Answers the next matching requests with 429. */
  readonly rateLimit: (matches: Matches, limit: RateLimit) => void
  /** Counts matching requests in windows and answers 429 to those above; the headers tell what is left. */
  readonly window: (matches: Matches, window: Window) => void
  /** Answers the next matching requests with an error of the server, without doing what they ask. */
  readonly fail: (matches: Matches, status: number, times?: number) => void
  /** Does what the next matching requests ask, and cuts the connection in the answer's place. */
  readonly loseAnswer: (matches: Matches, times?: number) => void
  /** Holds matching requests: `before` they are done, or `after`, when only the answer is missing. */
  readonly hold: (matches: Matches, point?: "before" | "after") => Effect.Effect<Gate>
}

interface Counted {
  readonly matches: Matches
  left: number
}

interface Held {
  readonly matches: Matches
  readonly point: "before" | "after"
  readonly reached: Deferred.Deferred<Logged>
  readonly decided: Deferred.Deferred<"pass" | "cut">
  over: boolean
}

export interface Limited {
  readonly retryAfter: number
  readonly scope: "user" | "shared" | "global"
}

/** What the server asks about each request. */
export interface Verdicts {
  readonly limited: (request: Logged) => Limited | undefined
  /** Headers of the window that the request falls into. */
  readonly headers: (request: Logged) => Record<string, string>
  readonly failing: (request: Logged) => number | undefined
  readonly losing: (request: Logged) => boolean
  readonly waits: (request: Logged, point: "before" | "after") => Effect.Effect<"pass" | "cut">
}

const take = <A extends Counted>(among: ReadonlyArray<A>, request: Logged): A | undefined => {
  const found = among.find((one) => one.left > 0 && one.matches(request))
  if (found !== undefined) found.left -= 1
  return found
}

export const makeFaults = (now: () => number): { readonly faults: Faults; readonly verdicts: Verdicts } => {
  const limits: Array<Counted & { readonly limit: RateLimit }> = []
  const failures: Array<Counted & { readonly status: number }> = []
  const losses: Array<Counted> = []
  const gates: Array<Held> = []
  const windows: Array<{ readonly matches: Matches; readonly window: Window; endsAt: number; used: number }> = []

  const windowOf = (request: Logged) => {
    const found = windows.find(({ matches }) => matches(request))
    if (found !== undefined && now() >= found.endsAt) {
      found.endsAt = now() + found.window.per * 1000
      found.used = 0
    }
    return found
  }

  const verdicts: Verdicts = {
    limited: (request) => {
      const once = take(limits, request)
      if (once !== undefined) return { retryAfter: once.limit.retryAfter, scope: once.limit.scope ?? "user" }
      const window = windowOf(request)
      if (window === undefined) return undefined
      window.used += 1
      if (window.used <= window.window.limit) return undefined
      return { retryAfter: (window.endsAt - now()) / 1000, scope: "user" }
    },
    headers: (request) => {
      const window = windowOf(request)
      const { limit, per } = window?.window ?? { limit: 1000, per: 1 }
      const after = window === undefined ? per : (window.endsAt - now()) / 1000
      return {
        "x-ratelimit-limit": String(limit),
        "x-ratelimit-remaining": String(window === undefined ? limit - 1 : Math.max(0, limit - window.used)),
        "x-ratelimit-reset": String(now() / 1000 + after),
        "x-ratelimit-reset-after": after.toFixed(3),
        "x-ratelimit-bucket": Buffer.from(`${request.method} ${request.route}`).toString("hex").slice(-32)
      }
    },
    failing: (request) => take(failures, request)?.status,
    losing: (request) => take(losses, request) !== undefined,
    waits: (request, point) =>
      Effect.gen(function* () {
        for (const gate of gates.filter((one) => !one.over && one.point === point && one.matches(request))) {
          Deferred.doneUnsafe(gate.reached, Effect.succeed(request))
          if ((yield* Deferred.await(gate.decided)) === "cut") return "cut" as const
        }
        return "pass" as const
      })
  }

  const faults: Faults = {
    rateLimit: (matches, limit) => void limits.push({ matches, limit, left: limit.times ?? 1 }),
    window: (matches, window) => void windows.push({ matches, window, endsAt: 0, used: 0 }),
    fail: (matches, status, times = 1) => void failures.push({ matches, status, left: times }),
    loseAnswer: (matches, times = 1) => void losses.push({ matches, left: times }),
    hold: (matches, point = "before") =>
      Effect.sync(() => {
        const reached = Deferred.makeUnsafe<Logged>()
        const decided = Deferred.makeUnsafe<"pass" | "cut">()
        const gate: Held = { matches, point, reached, decided, over: false }
        gates.push(gate)
        const decide = (how: "pass" | "cut") =>
          Effect.sync(() => {
            gate.over = true
            Deferred.doneUnsafe(decided, Effect.succeed(how))
          })
        return { reached: Deferred.await(reached), release: decide("pass"), cut: decide("cut") }
      })
  }
  return { faults, verdicts }
}
