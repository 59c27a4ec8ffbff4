/** Discord's ids hold a time: https://discord.com/developers/docs/reference#snowflakes */

/** 2015-01-01, in epoch milliseconds. */
const epoch = 1_420_070_400_000
const timeShift = 22n

/** The smallest id that something made at `at` (epoch milliseconds) may have. */
export const firstAt = (at: number): string => (BigInt(Math.max(0, Math.floor(at) - epoch)) << timeShift).toString()

/** Sorts by age; ids have different lengths. */
export const byAge = (a: { readonly id: string }, b: { readonly id: string }): number =>
  BigInt(a.id) < BigInt(b.id) ? -1 : 1
