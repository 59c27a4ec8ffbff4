/**
 * Renewing the OAuth token of the model: what is asked and answered, and when. Pure. The endpoint's form (JSON; an answer
 * without `refresh_token` keeps the old one; `expires_in` in seconds) and the client's id are those that Claude Code 2.1
 * itself uses.
 */
import { Schema } from "effect"

export const TOKEN_URL = "https://platform.claude.com/v1/oauth/token"
const CLIENT_ID = "9d1c250a-e61b-44d9-88ed-5944d1962f5e"

/**
 * How long before its end a token is renewed at the earliest, so that people are told in time where it cannot be; of a
 * short life its last quarter. How long the endpoint is left alone after it was asked. Milliseconds.
 */
const EARLY = 30 * 60_000
const PAUSE = 60_000

/** How long renewing has to fail before people are told: what was lost on its way is repeated meanwhile. Milliseconds. */
const DOUBT = 5 * 60_000

/** What is kept: `of` names the configured refresh token that it began with, by a hash. */
export const Kept = Schema.Struct({
  of: Schema.String,
  access_token: Schema.NonEmptyString,
  refresh_token: Schema.NonEmptyString,
  /** Epoch milliseconds; 0: not known. */
  expires_at: Schema.Int,
  /** Since when it could not be renewed; null: it could. */
  failing_since: Schema.NullOr(Schema.Int),
  tried_at: Schema.Int,
  /** The endpoint itself does not take the refresh token: trying again does not help. */
  turned_down: Schema.optionalKey(Schema.Boolean)
})
export type Kept = typeof Kept.Type

export const Answer = Schema.Struct({
  access_token: Schema.NonEmptyString,
  refresh_token: Schema.optionalKey(Schema.NonEmptyString),
  expires_in: Schema.Finite.check(Schema.isGreaterThan(0))
})

export const question = (refresh_token: string): string =>
  JSON.stringify({ grant_type: "refresh_token", refresh_token, client_id: CLIENT_ID })

export const isDue = ({ expires_at, failing_since, tried_at }: Kept, now: number): boolean =>
  failing_since === null ? now >= expires_at - Math.min(EARLY, (expires_at - tried_at) / 4) : now >= tried_at + PAUSE

/** Of a token that the API has refused before its end: whether the endpoint may be asked again. */
export const mayAsk = ({ tried_at }: Kept, now: number): boolean => now >= tried_at + PAUSE

export const renewed = (kept: Kept, answer: typeof Answer.Type, now: number): Kept => ({
  of: kept.of,
  access_token: answer.access_token,
  refresh_token: answer.refresh_token ?? kept.refresh_token,
  expires_at: Math.floor(now + answer.expires_in * 1000),
  failing_since: null,
  tried_at: now
})

const left = (ms: number): string => {
  const minutes = Math.max(1, Math.round(ms / 60_000))
  return minutes < 120 ? `${minutes} minutes` : `${Math.round(minutes / 60)} hours`
}

const mend = "Log in again with Claude Code and set claude_code_oauth_token and claude_code_oauth_refresh_token anew."

/** `status`: what the endpoint answered; undefined where it did not. */
export const failed = (kept: Kept, status: number | undefined, now: number): Kept => ({
  ...kept,
  failing_since: kept.failing_since ?? now,
  tried_at: now,
  turned_down: status === 400 || status === 401
})

export const describe = ({ expires_at }: Kept, now: number): string => {
  const state = expires_at === 0 ? "may end soon" : now < expires_at ? `ends in ${left(expires_at - now)}` : "has ended"
  return `The OAuth token for the model ${state} and could not be renewed`
}

/** What people are told where it could not be renewed; undefined where it could, or still may. */
export const notRenewed = (kept: Kept, now: number) => {
  const { failing_since, turned_down = false } = kept
  if (failing_since === null || !(turned_down || now > failing_since + DOUBT)) return undefined
  return { detail: describe(kept, now), mend }
}

/** The API does not take it. `renewable`: there is a refresh token. */
export const refused = (renewable: boolean) => ({
  detail: "The model API refuses the OAuth token, so runs fail",
  mend: renewable
    ? mend
    : "Make a new one with `claude setup-token` and store it with `loop key set`; with claude_code_oauth_refresh_token, too, Loop renews it by itself."
})
