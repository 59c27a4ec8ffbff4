/** Time zones: the viewer's, and instants as the clock of another one shows them. */

export const ownZone = new Intl.DateTimeFormat().resolvedOptions().timeZone

export const zones: ReadonlyArray<string> = Intl.supportedValuesOf("timeZone")

/** A zone that this browser does not know, of a server that knows newer ones, is told in UTC, and says so. */
const formatIn = (zone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat => {
  try {
    return new Intl.DateTimeFormat(undefined, { ...options, timeZone: zone })
  } catch {
    return new Intl.DateTimeFormat(undefined, { ...options, timeZone: "UTC", timeZoneName: "short" })
  }
}

/** `Mon 09:00` in that zone. */
export const clockIn = (iso: string, zone: string): string =>
  formatIn(zone, { weekday: "short", hour: "2-digit", minute: "2-digit" }).format(new Date(iso))

/** `Mon, 3 Mar 2031, 09:00` in that zone. */
export const inZone = (iso: string, zone: string): string =>
  formatIn(zone, {
    weekday: "short",
    day: "numeric",
    month: "short",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    ...(new Date(iso).getUTCSeconds() !== 0 && { second: "2-digit" })
  }).format(new Date(iso))

/** Whether the two clocks show the same at that instant. */
export const sameClock = (iso: string, zone: string): boolean => inZone(iso, zone) === inZone(iso, ownZone)
