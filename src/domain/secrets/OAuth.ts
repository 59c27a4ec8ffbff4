/**
 * Renewing the OAuth token of the model: what is asked and answered, and when. Pure. The endpoint's form (JSON; an answer
 * without `refresh_token` keeps the old one; `expires_in` in seconds) and the client's id are those that Claude Code 2.1
 * itself uses.
 */
import { Schema } from "effect"

export const TOKEN_URL = "https://platform.claude.com/v1/oauth/token"
const CLIENT_ID = "9d1c250a-e61b-44d9-88ed-5944d1962f5e"

/** How long before its end a token is renewed, and how long a refusal of the endpoint is left alone, in milliseconds. */
const EARLY = 5 * 60_000
const PAUSE = 60_000

/** What is kept: `of` names the configured refresh token that it began with, by a hash. */
export const Kept = Schema.Struct({
  of: Schema.String,
  access_token: Schema.NonEmptyString,
  refresh_token: Schema.NonEmptyString,
  /** Epoch milliseconds. */
  expires_at: Schema.Int,
  /** Since when it could not be renewed; null: it could. */
  failing_since: Schema.NullOr(Schema.Int),
  tried_at: Schema.Int
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
  now >= expires_at - EARLY && (failing_since === null || now >= tried_at + PAUSE)

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

/** What is wrong with it, as a sentence with the next step; undefined where nothing is. */
export const notice = ({ expires_at, failing_since }: Kept, now: number): string | undefined => {
  if (failing_since === null) return undefined
  const state = now < expires_at ? `ends in ${left(expires_at - now)}` : "has ended"
  return `The OAuth token for the model ${state} and could not be renewed. Log in again with Claude Code and set claude_code_oauth_token and claude_code_oauth_refresh_token anew.`
}
