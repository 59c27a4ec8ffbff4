/** How often the model API may fail for one request before the agent is told to give up. Pure but for its counters. */

/** Trying again cannot help: the request, the key or its rights are at fault. */
const FINAL = new Set([400, 401, 403, 413])

export const isFinal = (status: number): boolean => FINAL.has(status)

/** The API's own trouble, or its limits. */
export const isFailure = (status: number): boolean =>
  status === 408 || status === 409 || status === 429 || status >= 500

/** Requests remembered per process; agents have few under way. */
const REMEMBERED = 64

/**
 * Counts failures per request. The agent's client says nothing that tells a repeated request from a new one (its
 * `x-stainless-retry-count` is always 0), but a repetition has the same body byte for byte: `key` is its hash.
 */
export const makeFailures = () => {
  const counts = new Map<string, number>()
  return {
    of: (key: string): number => counts.get(key) ?? 0,
    add: (key: string): number => {
      const count = (counts.get(key) ?? 0) + 1
      counts.delete(key)
      counts.set(key, count)
      if (counts.size > REMEMBERED) counts.delete(counts.keys().next().value ?? "")
      return count
    },
    clear: (key: string): void => void counts.delete(key)
  }
}
export type Failures = ReturnType<typeof makeFailures>
