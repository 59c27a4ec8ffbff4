/** How long something took and what it cost, as people say it. */
import type { Usage } from "../Run.ts"

/** `42 s`, `3 min 5 s`, `2 h 4 min`. */
export const spokenMillis = (millis: number): string => {
  const seconds = Math.floor(millis / 1000)
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  const join = (big: number, bigUnit: string, small: number, smallUnit: string) =>
    small === 0 ? `${big} ${bigUnit}` : `${big} ${bigUnit} ${small} ${smallUnit}`
  return minutes < 60
    ? join(minutes, "min", seconds % 60, "s")
    : join(Math.floor(minutes / 60), "h", minutes % 60, "min")
}

const spokenCount = (count: number): string => {
  if (count < 1000) return String(count)
  const [value, unit] = count < 999_950 ? [count / 1000, "k"] : [count / 1_000_000, "M"]
  return `${value.toFixed(1).replace(/\.0$/, "")}${unit}`
}

const spokenCost = (dollars: number): string =>
  dollars > 0 && dollars < 0.01 ? "less than $0.01" : `$${dollars.toFixed(2)}`

/** The line under an answer; null where there is to be none. `-#` makes it small where the platform can do that. */
export const footer = (
  kind: "none" | "time" | "full",
  run: { readonly durationMs: number; readonly costUsd: number; readonly usage: Usage }
): string | null => {
  const time = spokenMillis(run.durationMs)
  switch (kind) {
    case "none":
      return null
    case "time":
      return `-# ${time}`
    case "full": {
      const { cache_read_tokens, cache_write_tokens, input_tokens, output_tokens } = run.usage
      const read = spokenCount(input_tokens + cache_read_tokens + cache_write_tokens)
      return `-# ${time} · ${spokenCost(run.costUsd)} · ${read} tokens read, ${spokenCount(output_tokens)} written`
    }
  }
}
