/** Small things done to text. */

/** On one line, cut at `limit` characters with an ellipsis. */
export const summary = (text: string, limit: number): string => {
  const line = text.replaceAll(/\s+/g, " ").trim()
  const chars = Array.from(line)
  return chars.length <= limit ? line : `${chars.slice(0, limit - 1).join("")}…`
}

/** At most `units` of UTF-16 from its beginning, ending between code points. */
export const clip = (text: string, units: number): string =>
  text.length <= units ? text : text.slice(0, units).replace(/[\uD800-\uDBFF]$/, "")

/** The end of it on one line, cut before the last `limit` characters with an ellipsis. */
export const ending = (text: string, limit: number): string => {
  const chars = Array.from(text.replaceAll(/\s+/g, " ").trim())
  return chars.length <= limit ? chars.join("") : `…${chars.slice(1 - limit).join("")}`
}

/** Whether two texts differ by white space alone. */
export const sameWords = (one: string, other: string): boolean =>
  one.replaceAll(/\s+/g, " ").trim() === other.replaceAll(/\s+/g, " ").trim()

/** Seconds as a person says them: `45 seconds`, `60 minutes`, `2 hours`. */
export const spokenSeconds = (seconds: number): string => {
  const say = (count: number, unit: string) => `${count} ${unit}${count === 1 ? "" : "s"}`
  if (seconds % 3600 === 0 && seconds > 3600) return say(seconds / 3600, "hour")
  if (seconds % 60 === 0) return say(seconds / 60, "minute")
  return say(seconds, "second")
}
