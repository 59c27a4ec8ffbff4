/** Wall clocks: from instants to local time and back, by the zone rules that the runtime has. Milliseconds everywhere. */

const day = 86_400_000
const formats = new Map<string, Intl.DateTimeFormat>()

const formatOf = (zone: string): Intl.DateTimeFormat => {
  const known = formats.get(zone)
  if (known !== undefined) return known
  const made = new Intl.DateTimeFormat("en-US", {
    timeZone: zone,
    hourCycle: "h23",
    era: "short",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric"
  })
  formats.set(zone, made)
  return made
}

/** Whether the runtime knows the zone: what one version knew, or one machine, another may not. */
export const isKnown = (zone: string): boolean => {
  try {
    return formatOf(zone) !== undefined
  } catch {
    return false
  }
}

/** What the zone's clock shows at an instant, as if it were UTC. */
export const localAt = (zone: string, at: number): number => {
  if (zone === "UTC") return at
  const parts: Record<string, number> = {}
  let before = false
  for (const { type, value } of formatOf(zone).formatToParts(at)) {
    if (type === "era") before = value.startsWith("B")
    else if (type !== "literal") parts[type] = Number(value)
  }
  const { year = 0, month = 1, day: date = 1, hour = 0, minute = 0, second = 0 } = parts
  const whole = Date.UTC(before ? 1 - year : year, month - 1, date, hour, minute, second)
  return whole + (((at % 1000) + 1000) % 1000)
}

/** How far the zone's clock is ahead of UTC at an instant. */
export const offsetAt = (zone: string, at: number): number => localAt(zone, at) - at

/** The first instant in `(from, to]` at which the clock is changed; undefined when it is not. */
export const nextChange = (zone: string, from: number, to: number): number | undefined => {
  if (zone === "UTC") return undefined
  const offset = offsetAt(zone, from)
  // Changes lie weeks apart, those of a Ramadan included.
  for (let low = from; low < to; low += 7 * day) {
    let high = Math.min(low + 7 * day, to)
    if (offsetAt(zone, high) === offset) continue
    let below = low
    while (high - below > 1) {
      const middle = Math.floor((below + high) / 2)
      if (offsetAt(zone, middle) === offset) below = middle
      else high = middle
    }
    return high
  }
  return undefined
}

/** The instants at which the clock shows this: none when it is put forward over it, two when it is put back. */
export const instantsOf = (zone: string, local: number): ReadonlyArray<number> => {
  const offsets = new Set([offsetAt(zone, local - day), offsetAt(zone, local + day)])
  const found = Array.from(offsets, (offset) => local - offset).filter((at) => localAt(zone, at) === local)
  return found.sort((a, b) => a - b)
}

/** The first instant at which the clock shows this; where it never does, the instant at which it is put forward over it. */
export const instantOf = (zone: string, local: number): number => {
  const [first] = instantsOf(zone, local)
  if (first !== undefined) return first
  const after = offsetAt(zone, local - day)
  return nextChange(zone, local - after - day, local - after + day) ?? local - after
}
