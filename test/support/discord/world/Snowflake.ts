/** Discord's ids: milliseconds since 2015 above 22 bits that keep them distinct and increasing. */
const epoch = 1_420_070_400_000n

export const makeSnowflakes = (now: () => number): (() => string) => {
  let last = 0n
  return () => {
    const earliest = (BigInt(now()) - epoch) << 22n
    last = earliest > last ? earliest : last + 1n
    return last.toString()
  }
}

/** Epoch milliseconds at which the id was given. */
export const timeOf = (id: string): number => Number((BigInt(id) >> 22n) + epoch)

/** Discord writes microseconds and an offset. */
export const instant = (millis: number): string => new Date(millis).toISOString().replace("Z", "000+00:00")

export const compareIds = (left: string, right: string): number => {
  const difference = BigInt(left) - BigInt(right)
  return difference < 0n ? -1 : difference > 0n ? 1 : 0
}
