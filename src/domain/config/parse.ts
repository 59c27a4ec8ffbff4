/** HJSON text to plain data, with the line of each key. */
import Hjson from "hjson"
import { Result } from "effect"
import { type KeyLines, keyLines, lineOf } from "./lines.ts"
import type { ConfigProblem, Finding } from "./problem.ts"

export interface Parsed {
  readonly data: Readonly<Record<string, unknown>>
  /** Gives findings their lines. */
  readonly place: (finding: Finding) => ConfigProblem
  /** Keys written twice. */
  readonly repeated: KeyLines["repeated"]
}

export const parseText = (text: string): Result.Result<Parsed, ReadonlyArray<ConfigProblem>> => {
  const whole = (message: string, line: number | null = null) => Result.fail([{ key: "", message, line }])
  try {
    const data: unknown = Hjson.parse(text.replace(/^\uFEFF/, ""))
    if (typeof data !== "object" || data === null || Array.isArray(data)) {
      return whole("The file must hold an object: { key: value, … }")
    }
    const at = keyLines(text)
    const place = ({ key, message }: Finding): ConfigProblem => ({
      key,
      message,
      line: lineOf(at, key) ?? (key.startsWith("platforms") ? lineOf(at, "platform") : null)
    })
    return Result.succeed({ data: ownOnly(data) as Record<string, unknown>, place, repeated: at.repeated })
  } catch (error) {
    if (!(error instanceof Error) || error instanceof RangeError) return whole("The file is nested too deeply")
    const match = /^(.*) at line (\d+),\d+ >>>/s.exec(error.message)
    return match === null ? whole(error.message) : whole(match[1]!, Number(match[2]))
  }
}

/** A copy of own properties alone: a key named `__proto__` gives nothing to anybody. */
const ownOnly = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(ownOnly)
  if (typeof value !== "object" || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, ownOnly(each)]))
}

/** Earlier and shorter spellings, in today's words. */
export const modernize = (data: Parsed["data"]): Parsed["data"] => {
  const { platform, ...rest } = data
  const today: Record<string, unknown> = { ...rest }
  if (platform !== undefined && today.platforms === undefined) today.platforms = [platform]
  if (Array.isArray(today.platforms)) today.platforms = [...new Set(today.platforms.map(lower))]
  if (typeof today.network === "string") today.network = { mode: today.network }
  for (const name of ["log_level", "log_format"]) if (name in today) today[name] = lower(today[name])
  return today
}

const lower = (value: unknown): unknown => (typeof value === "string" ? value.toLowerCase() : value)
