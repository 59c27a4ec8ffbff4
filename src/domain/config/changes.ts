/** What an edit means for a server that runs. */
import { Equal, Schema } from "effect"
import { type Config, ConfigFile } from "./keys.ts"

/** The changed keys that take effect at the next start only. */
export const waitingForRestart = (before: Config, after: Config): ReadonlyArray<string> =>
  Object.entries(ConfigFile.fields).flatMap(([name, field]) => {
    const key = name as keyof Config
    const atStart = Schema.resolveAnnotationsKey(field)?.["restart"] === true
    return atStart && !Equal.equals(before[key], after[key]) ? [name] : []
  })
