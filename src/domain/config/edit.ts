/** Changes one value of a configuration file and leaves everything else of it as it was written. */
import { Result } from "effect"
import { keyLines } from "./lines.ts"
import { parseText } from "./parse.ts"

/** The new text; undefined when the text cannot be changed safely. `value` is plain data, as in JSON. */
export const withValue = (text: string, key: string, value: unknown): string | undefined => {
  const { start, values } = keyLines(text)
  const place = values.get(key)
  const json = JSON.stringify(value, null, 2).replaceAll("\n", "\n  ")
  const braces = text[start - 1] === "{"
  const edited =
    place !== undefined
      ? text.slice(0, place.from) + json + text.slice(place.to)
      : braces
        ? `${text.slice(0, start)}\n  ${JSON.stringify(key)}: ${json},${text.slice(start)}`
        : `${text.slice(0, start)}${JSON.stringify(key)}: ${json}\n${text.slice(start)}`
  return sameBut(text, edited, key, value) ? edited : undefined
}

/** Whether the file gives the key a text that is not empty. */
export const holdsValue = (text: string, key: string): boolean => {
  const parsed = parseText(text)
  return Result.isSuccess(parsed) && typeof parsed.success.data[key] === "string" && parsed.success.data[key] !== ""
}

/** Read back, it must say the same as before but for the key. */
const sameBut = (before: string, after: string, key: string, value: unknown): boolean => {
  const [old, now] = [parseText(before), parseText(after)]
  if (Result.isFailure(old) || Result.isFailure(now)) return false
  const rest = (data: Readonly<Record<string, unknown>>) => ({ ...data, [key]: "" })
  return sameData(now.success.data[key], value) && sameData(rest(old.success.data), rest(now.success.data))
}

/** Whether plain data says the same, in whatever order its keys are. */
export const sameData = (one: unknown, other: unknown): boolean =>
  JSON.stringify(one, sorted) === JSON.stringify(other, sorted)

const sorted = (_: string, value: unknown): unknown =>
  typeof value === "object" && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value
