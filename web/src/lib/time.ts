/** Instants and durations as people read them, in the viewer's own zone and language. */

const format = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(undefined, options)
const clockFormat = format({ hour: "2-digit", minute: "2-digit" })
const dayFormat = format({ day: "numeric", month: "short" })
const dayYearFormat = format({ day: "numeric", month: "short", year: "numeric" })
const longDayFormat = format({ weekday: "long", day: "numeric", month: "long" })
const fullFormat = format({ dateStyle: "full", timeStyle: "long" })

const sameDay = (a: Date, b: Date) => a.toDateString() === b.toDateString()
const daysBefore = (days: number) => new Date(Date.now() - days * 86_400_000)

/** `14:05` */
export const clock = (iso: string): string => clockFormat.format(new Date(iso))

/** `14:05` today, else with the day in front. */
export const moment = (iso: string): string => {
  const date = new Date(iso)
  if (sameDay(date, new Date())) return clockFormat.format(date)
  const day = date.getFullYear() === new Date().getFullYear() ? dayFormat : dayYearFormat
  return `${day.format(date)}, ${clockFormat.format(date)}`
}

/** `Today`, `Yesterday`, `Monday, 3 March`. */
export const dayName = (iso: string): string => {
  const date = new Date(iso)
  if (sameDay(date, new Date())) return "Today"
  if (sameDay(date, daysBefore(1))) return "Yesterday"
  return date.getFullYear() === new Date().getFullYear() ? longDayFormat.format(date) : dayYearFormat.format(date)
}

/** Names a day: two instants of the same one have the same. */
export const dayKey = (iso: string): string => new Date(iso).toDateString()

/** With zone and all. */
export const inFull = (iso: string): string => fullFormat.format(new Date(iso))

/** `3 min ago`, `in 2 hours`. */
export const relative = (iso: string, now: number = Date.now()): string => {
  const seconds = Math.round((Date.parse(iso) - now) / 1000)
  const formatter = new Intl.RelativeTimeFormat(undefined, { numeric: "auto", style: "short" })
  const steps: ReadonlyArray<readonly [Intl.RelativeTimeFormatUnit, number]> = [
    ["day", 86_400],
    ["hour", 3600],
    ["minute", 60]
  ]
  for (const [unit, size] of steps) {
    if (Math.abs(seconds) >= size) return formatter.format(Math.trunc(seconds / size), unit)
  }
  return Math.abs(seconds) < 5 ? "now" : formatter.format(seconds, "second")
}

/** `420 ms`, `4.2 s`, `42 s`, `3 min 5 s`, `2 h 4 min`. */
export const duration = (millis: number): string => {
  if (millis < 1000) return `${Math.max(0, Math.round(millis))} ms`
  const seconds = Math.floor(millis / 1000)
  if (seconds < 10) return `${(millis / 1000).toFixed(1)} s`
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return seconds % 60 === 0 ? `${minutes} min` : `${minutes} min ${seconds % 60} s`
  const hours = Math.floor(minutes / 60)
  return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`
}
