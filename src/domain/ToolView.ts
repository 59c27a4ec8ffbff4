/** What is shown of a tool's use: whole where it is short, cut where it is long, because the journal keeps it. */
import type { Schema } from "effect"

/** Characters (UTF-16 units) that one use may have in the journal, and one text of it. */
const whole = 8000
const longest = 4000

/** Cut at `limit` units, saying how much is left out; never in the middle of a surrogate pair. */
export const cut = (text: string, limit: number = longest): string => {
  if (text.length <= limit) return text
  const end = /[\uD800-\uDBFF]/.test(text.charAt(limit - 1)) ? limit - 1 : limit
  return `${text.slice(0, end)}\n… (${text.length - end} more characters)`
}

/** The same shape with long texts cut, and without what comes after too much. */
export const shownInput = (input: Schema.Json): Schema.Json => {
  let left = whole
  const walk = (value: Schema.Json): Schema.Json => {
    if (typeof value === "string") {
      const text = cut(value, Math.max(0, Math.min(longest, left)))
      left -= text.length
      return text
    }
    if (typeof value !== "object" || value === null) return value
    left -= 2
    if (Array.isArray(value)) {
      const kept: Array<Schema.Json> = []
      for (const each of value) {
        if (left <= 0) break
        kept.push(walk(each))
      }
      return kept
    }
    const kept: Array<[string, Schema.Json]> = []
    for (const [key, each] of Object.entries(value)) {
      if (left <= 0) break
      left -= key.length
      kept.push([key, walk(each)])
    }
    return Object.fromEntries(kept)
  }
  return walk(input)
}
