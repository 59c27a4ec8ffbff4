/** Money, tokens and bytes as people read them. */
import type { Run } from "../api/client.ts"

/** `$0.42`, `<$0.01`. */
export const dollars = (cost: number): string => (cost > 0 && cost < 0.01 ? "<$0.01" : `$${cost.toFixed(2)}`)

const compact = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 })

/** `950`, `12.3K`. */
export const count = (value: number): string => compact.format(value)

/** Everything that a run read and wrote. */
export const tokens = (usage: Run["usage"]): number =>
  usage.input_tokens + usage.output_tokens + usage.cache_read_tokens + usage.cache_write_tokens

const mega = 1024 * 1024

/** `640 B`, `2 KB`, `1.4 MB`. */
export const bytes = (size: number): string =>
  size < 1024 ? `${size} B` : size < mega ? `${Math.round(size / 1024)} KB` : `${(size / mega).toFixed(1)} MB`
