/** The one who renews the OAuth token: within the server, which holds LOOP_HOME for itself. What it got is kept in `oauth.json`. */
import { Clock, Effect, Fiber, Schema, Semaphore } from "effect"
import { createHash, randomBytes } from "node:crypto"
import * as fs from "node:fs/promises"
import * as path from "node:path"
import type { Config } from "../../domain/Config.ts"
import {
  Answer,
  describe,
  failed,
  isDue,
  Kept,
  mayAsk,
  notRenewed,
  question,
  refused as refusal,
  renewed
} from "../../domain/secrets/OAuth.ts"
import { Masking } from "../../services/Masking.ts"
import type { CredentialNotice } from "../../services/ModelRelay.ts"
import type { Upstream } from "./Upstream.ts"

const decodeKept = Schema.decodeUnknownEffect(Schema.fromJsonString(Kept))
const decodeAnswer = Schema.decodeUnknownEffect(Schema.fromJsonString(Answer))

/** Of an answer no more is read. */
const ENOUGH = 64 * 1024

const fileOf = (home: string): string => path.join(home, "oauth.json")

const nameOf = (refreshToken: string): string => createHash("sha256").update(refreshToken).digest("hex")

/** What is kept for the configured token; undefined where there is nothing, or of another one. */
export const kept = Effect.fn("OAuth.kept")(function* (home: string, refreshToken: string) {
  const text = yield* Effect.tryPromise(() => fs.readFile(fileOf(home), "utf8")).pipe(Effect.option)
  if (text._tag === "None") return undefined
  const found = yield* Effect.option(decodeKept(text.value))
  return found._tag === "Some" && found.value.of === nameOf(refreshToken) ? found.value : undefined
})

/** Whole or not at all, for nobody else. A token that is lost here cannot be renewed again. */
const keep = (home: string, state: Kept) =>
  Effect.tryPromise(async () => {
    const beside = `${fileOf(home)}.${randomBytes(4).toString("hex")}`
    await fs.writeFile(beside, JSON.stringify(state), { mode: 0o600, flag: "wx", flush: true })
    await fs.rename(beside, fileOf(home))
  })

class EndpointRefusal extends Schema.TaggedError<EndpointRefusal>()("EndpointRefusal", { status: Schema.Int }) {
  override get message(): string {
    return `the token endpoint answered ${this.status}`
  }
}

const fetched = (upstream: Upstream, url: string, refreshToken: string) =>
  Effect.tryPromise(async (signal) => {
    const headers = { "content-type": "application/json" }
    const answer = await upstream.send(new URL(url), { method: "POST", headers, body: question(refreshToken), signal })
    let text = ""
    for await (const piece of answer.body) {
      text += String(piece)
      if (text.length > ENOUGH) break
    }
    return { status: answer.status, text }
  }).pipe(
    Effect.timeout("30 seconds"),
    Effect.filterOrFail(
      ({ status }) => status === 200,
      ({ status }) => new EndpointRefusal({ status })
    ),
    Effect.flatMap(({ text }) => decodeAnswer(text))
  )

export const make = Effect.fnUntraced(function* (home: string, upstream: Upstream) {
  const masker = yield* Masking
  const one = Semaphore.makeUnsafe(1)
  let state: Kept | undefined
  /** Which the API does not take, although nothing is known to be wrong with it. */
  let refusedToken: string | undefined

  const known = Effect.fnUntraced(function* (config: Config) {
    const refresh = config.claude_code_oauth_refresh_token
    if (state?.of === nameOf(refresh)) return state
    const first: Kept = {
      of: nameOf(refresh),
      access_token: config.claude_code_oauth_token,
      refresh_token: refresh,
      // When it ends is not known: renewing it tells.
      expires_at: 0,
      failing_since: null,
      tried_at: 0
    }
    state = (yield* kept(home, refresh)) ?? first
    learn(state)
    return state
  })

  const learn = ({ access_token, refresh_token }: Kept) => {
    masker.learn("claude_code_oauth_token", access_token)
    masker.learn("claude_code_oauth_refresh_token", refresh_token)
  }

  const ask = Effect.fnUntraced(function* (config: Config, before: Kept, now: number) {
    const next = yield* fetched(upstream, config.claude_oauth_token_url, before.refresh_token).pipe(
      Effect.map((answer) => renewed(before, answer, now)),
      Effect.catch((cause) =>
        Effect.gen(function* () {
          const status = cause._tag === "EndpointRefusal" ? cause.status : undefined
          const failing = failed(before, status, now)
          // Once, until it works again.
          if (before.failing_since === null) yield* Effect.logWarning(describe(failing, now), cause)
          return failing
        })
      )
    )
    state = next
    learn(next)
    yield* keep(home, next).pipe(
      Effect.catch((cause) => Effect.logError("The renewed OAuth token could not be kept on disk", cause))
    )
    return next
  })

  const renew = Effect.fnUntraced(function* (config: Config) {
    const before = yield* known(config)
    const now = yield* Clock.currentTimeMillis
    return (isDue(before, now) ? yield* ask(config, before, now) : before).access_token
  })

  /** Another one than that which was refused, where there is or can be one. */
  const replace = Effect.fnUntraced(function* (config: Config, token: string) {
    const before = yield* known(config)
    if (before.access_token !== token) return before.access_token
    const now = yield* Clock.currentTimeMillis
    const next = mayAsk(before, now) ? yield* ask(config, before, now) : before
    return next.access_token === token ? null : next.access_token
  })

  // Whoever asked may go meanwhile: a token that was given out for the old one must not be lost.
  const alone = <A>(work: Effect.Effect<A>): Effect.Effect<A> =>
    Effect.flatMap(Effect.forkDetach(one.withPermit(work)), Fiber.join)

  /** The token to be used now; renewed first where its end is near. All who ask meanwhile wait for the same answer. */
  const token = (config: Config): Effect.Effect<string> =>
    config.claude_code_oauth_refresh_token === ""
      ? Effect.succeed(config.claude_code_oauth_token)
      : alone(renew(config))

  /** The API has refused this token before its end: the one to try instead, or null. */
  const refused =
    (config: Config) =>
    (token: string): Effect.Effect<string | null> =>
      (config.claude_code_oauth_refresh_token === "" ? Effect.succeed(null) : alone(replace(config, token))).pipe(
        Effect.tap((other) => Effect.sync(() => void (refusedToken = other === null ? token : refusedToken)))
      )

  const accepted = (token: string): void => {
    if (token === refusedToken) refusedToken = undefined
  }

  const notice = Effect.fnUntraced(function* (config: Config): Effect.fn.Return<CredentialNotice | undefined> {
    const refresh = config.claude_code_oauth_refresh_token
    const present = refresh === "" ? undefined : state?.of === nameOf(refresh) ? state : yield* kept(home, refresh)
    const used = present?.access_token ?? config.claude_code_oauth_token
    if (used !== "" && used === refusedToken) {
      return { id: `refused ${nameOf(used).slice(0, 16)}`, ...refusal(refresh !== "") }
    }
    const late = present && notRenewed(present, yield* Clock.currentTimeMillis)
    return present && late && { id: `${present.of.slice(0, 16)} ${present.expires_at}`, ...late }
  })

  return { token, refused, accepted, notice }
})
