/** The API's word that an account may use no more for a while. Pure. */
import type { IncomingHttpHeaders } from "node:http"

/** A shorter wait is left to the agent, which tries again by itself. */
const longWait = 120_000

const one = (headers: IncomingHttpHeaders, name: string): string => {
  const value = headers[name]
  return (Array.isArray(value) ? value[0] : value) ?? ""
}

/**
 * When a refused account may go on, in epoch milliseconds; undefined for every other answer. A subscription's limits are told in
 * `anthropic-ratelimit-unified-*` (`-status: rejected`, `-reset` in epoch seconds), as Claude Code reads them; a key's in
 * `retry-after` (seconds, or a date). https://docs.claude.com/en/api/rate-limits#response-headers
 */
export const limitedUntil = (status: number, headers: IncomingHttpHeaders, now: number): number | undefined => {
  if (status !== 429) return undefined
  const reset = Number(one(headers, "anthropic-ratelimit-unified-reset")) * 1000
  const rejected = one(headers, "anthropic-ratelimit-unified-status") === "rejected"
  if (rejected && Number.isFinite(reset) && reset > now) return Math.round(reset)
  const after = one(headers, "retry-after")
  const seconds = Number(after)
  const until = after === "" ? Number.NaN : Number.isFinite(seconds) ? now + seconds * 1000 : Date.parse(after)
  return until - now >= longWait ? Math.round(until) : undefined
}
