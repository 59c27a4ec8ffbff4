/** What an edit means for a server that runs. */
import { Equal, Schema } from "effect"
import { type Config, ConfigFile } from "./keys.ts"

/** The names of what differs. */
export const changedKeys = (before: Config, after: Config): ReadonlyArray<string> =>
  Object.keys(ConfigFile.fields).filter((name) => {
    const key = name as keyof Config
    return !Equal.equals(before[key], after[key])
  })

/** The changed keys that take effect at the next start only. */
export const waitingForRestart = (before: Config, after: Config): ReadonlyArray<string> =>
  changedKeys(before, after).filter((name) => {
    const field = ConfigFile.fields[name as keyof Config]
    return Schema.resolveAnnotationsKey(field)?.["restart"] === true
  })
