/** How often a webhook may be called. */

/** Tokens that come back over a minute, `perMinute` of them at most; by the webhook's name. */
export const makeLimiter = () => {
  const buckets = new Map<string, { tokens: number; at: number }>()
  /** Seconds until the next call may come; 0 where this one may. `now`: epoch milliseconds. */
  return (name: string, perMinute: number, now: number): number => {
    const bucket = buckets.get(name) ?? { tokens: perMinute, at: now }
    const tokens = Math.min(perMinute, bucket.tokens + ((now - bucket.at) / 60_000) * perMinute)
    const allowed = tokens >= 1
    buckets.set(name, { tokens: allowed ? tokens - 1 : tokens, at: now })
    return allowed ? 0 : Math.ceil(((1 - tokens) * 60) / perMinute)
  }
}
