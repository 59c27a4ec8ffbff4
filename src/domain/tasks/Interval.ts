/** Intervals: `1h30m`, `2d`. Counted from the instant that was due, so that they never drift. */
import { Result } from "effect"

const units: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000
}

export const leastMs = 10_000
/** Ten years: what is longer is a slip of the pen. */
export const mostMs = 3660 * 86_400_000

/** Milliseconds, or the reason why it is no interval. */
export const parse = (schedule: string): Result.Result<number, string> => {
  const text = schedule.trim()
  if (text.startsWith("-")) return Result.fail("An interval cannot be negative: write one such as 1h30m.")
  if (!/^\+?(\d+(\.\d+)?(ms|s|m|h|d|w))+$/.test(text)) {
    return Result.fail(`"${text}" is no interval: write numbers with w, d, h, m or s, such as 1h30m or 2d.`)
  }
  let total = 0
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d|w)/g)) {
    total += Number(amount) * (units[unit ?? ""] ?? 0)
  }
  const ms = Math.round(total)
  if (ms === 0) return Result.fail("An interval of zero never ends: the shortest is 10s.")
  if (ms < leastMs) return Result.fail("That is too often: the shortest interval is 10s.")
  if (ms > mostMs) return Result.fail("That is too long: the longest interval is ten years.")
  return Result.succeed(ms)
}
