/** Days and months of a zone's calendar, as budgets count them. */
import { instantOf, localAt } from "../tasks/Zone.ts"

/** `name` is the calendar's: `2031-05-04`, `2031-05`. Instants are epoch milliseconds; `end` is the next one's start. */
export interface Period {
  readonly name: string
  readonly start: number
  readonly end: number
}

const between = (zone: string, name: string, from: number, to: number): Period => ({
  name,
  start: instantOf(zone, from),
  end: instantOf(zone, to)
})

/** What the zone's clock shows, in parts. */
const parts = (zone: string, now: number) => {
  const local = new Date(localAt(zone, now))
  return { iso: local.toISOString(), year: local.getUTCFullYear(), month: local.getUTCMonth(), day: local.getUTCDate() }
}

export const dayOf = (zone: string, now: number): Period => {
  const { day, iso, month, year } = parts(zone, now)
  return between(zone, iso.slice(0, 10), Date.UTC(year, month, day), Date.UTC(year, month, day + 1))
}

export const monthOf = (zone: string, now: number): Period => {
  const { iso, month, year } = parts(zone, now)
  return between(zone, iso.slice(0, 7), Date.UTC(year, month), Date.UTC(year, month + 1))
}
