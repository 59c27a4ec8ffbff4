/** The predecessor's keys in the user's own file: only where that is silent, its comments and its order left alone. */
import { Result } from "effect"
import { decodeConfig, type Env } from "../config/decode.ts"
import { sameData, withValue } from "../config/edit.ts"
import { exampleConfig } from "../config/example.ts"
import { modernize, parseText } from "../config/parse.ts"
import { item, type Item } from "./Report.ts"
import type { Translated } from "./Config.ts"

const credentials = ["anthropic_api_key", "claude_code_oauth_token"]

export interface Merged {
  readonly text: string
  /** For each key that is not simply written. */
  readonly items: ReadonlyMap<string, Item>
}

/** `text` is sound. What it says stays, unless it is still as Loop itself made it. */
export const merge = (text: string, keys: Translated["keys"], env: Env): Merged => {
  const untouched = text === exampleConfig
  const parsed = parseText(text)
  const theirs = untouched || Result.isFailure(parsed) ? {} : modernize(parsed.success.data)
  const items = new Map<string, Item>()
  const keep = (name: string, detail: string) => items.set(name, item("config", name, "kept", detail))
  const hasCredential = credentials.some((name) => (theirs[name] ?? "") !== "")
  let merged = text
  for (const [name, value] of keys) {
    if (name in theirs && !(credentials.includes(name) && theirs[name] === "")) {
      keep(name, sameData(theirs[name], value) ? "It is there already." : "Your config.json says something else.")
    } else if (credentials.includes(name) && hasCredential) keep(name, "Your config.json has a credential already.")
    else {
      const edited = withValue(merged, name, value)
      const read = edited === undefined ? undefined : decodeConfig(edited, env, "UTC")
      if (edited !== undefined && read !== undefined && Result.isSuccess(read)) merged = edited
      else {
        const problem = read !== undefined && Result.isFailure(read) ? read.failure[0] : undefined
        const reason = problem === undefined ? "" : ` (${problem.key}: ${problem.message})`
        items.set(
          name,
          item("config", name, "left", `It does not go into your config.json${reason}; write it yourself.`)
        )
      }
    }
  }
  return { text: merged, items }
}
