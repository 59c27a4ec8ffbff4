/** The host's own ignore file for git, which agents should honour too. */
import { Effect } from "effect"
import { execFile } from "node:child_process"
import { existsSync } from "node:fs"
import * as os from "node:os"
import * as path from "node:path"

/** `core.excludesFile` of the host's user, when it is set and there. */
export const find: Effect.Effect<string | undefined> = Effect.callback<string | undefined>((resume) => {
  execFile("git", ["config", "--global", "--type=path", "core.excludesFile"], (error, stdout) => {
    const named = stdout.trim()
    const file = error === null && named !== "" ? path.resolve(os.homedir(), named) : undefined
    resume(Effect.succeed(file !== undefined && existsSync(file) ? file : undefined))
  })
})

/** Tells git in the box, whose HOME is not the host's, where that file is. */
export const env = (file: string, given: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  given["GIT_CONFIG_COUNT"] === undefined
    ? { GIT_CONFIG_COUNT: "1", GIT_CONFIG_KEY_0: "core.excludesFile", GIT_CONFIG_VALUE_0: file }
    : {}
