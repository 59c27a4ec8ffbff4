/** Days of a calendar, written as `2031-01-31`, counted as if they were of UTC: no clock is put forward there. Pure. */

const day = 86_400_000
const at = (date: string) => Date.parse(`${date}T00:00:00Z`)
const write = (millis: number) => new Date(millis).toISOString().slice(0, 10)

/** The day that the viewer's clock shows. */
export const dayOf = (instant: Date): string =>
  write(Date.UTC(instant.getFullYear(), instant.getMonth(), instant.getDate()))

export const plusDays = (date: string, days: number): string => write(at(date) + days * day)

/** The same day of another month, or that month's last. */
export const plusMonths = (date: string, months: number): string => {
  const [year = 0, month = 1, of = 1] = date.split("-").map(Number)
  const last = new Date(Date.UTC(year, month + months, 0)).getUTCDate()
  return write(Date.UTC(year, month - 1 + months, Math.min(of, last)))
}

/** `first`: the day that weeks begin with, 1 is Monday and 7 Sunday. */
const weekOf = (date: string, first: number): string =>
  plusDays(date, -((new Date(at(date)).getUTCDay() - first + 7) % 7))

/** The weeks that a month lies in: where they begin, and how many days they have. */
export const monthOf = (date: string, first: number): { readonly from: string; readonly days: number } => {
  const begin = `${date.slice(0, 7)}-01`
  const from = weekOf(begin, first)
  const weeks = Math.ceil((at(plusMonths(begin, 1)) - at(from)) / (7 * day))
  return { from, days: weeks * 7 }
}

export const daysFrom = (from: string, count: number): ReadonlyArray<string> =>
  Array.from({ length: count }, (_, n) => plusDays(from, n))

export const isSameMonth = (a: string, b: string): boolean => a.slice(0, 7) === b.slice(0, 7)

/** A day in words; it is UTC's, so that no zone moves it. */
export const inWords = (date: string, options: Intl.DateTimeFormatOptions): string =>
  new Intl.DateTimeFormat(undefined, { ...options, timeZone: "UTC" }).format(at(date))

/** What the viewer's language begins weeks with; Monday where the browser does not say. */
export const firstOfWeek = (): number => {
  const locale: object = new Intl.Locale(navigator.language)
  const info: unknown =
    "getWeekInfo" in locale && typeof locale.getWeekInfo === "function" ? locale.getWeekInfo() : undefined
  const said = typeof info === "object" && info !== null && "firstDay" in info ? info.firstDay : undefined
  return typeof said === "number" ? said : 1
}
