/**
 * A service manager's programs, played: no test machine has a user's own systemd, let alone launchd. Records what is asked
 * of them, and answers by a script.
 */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Effect } from "effect"
import { ProgramFailed, Programs, type Ran } from "../../src/services/Programs.ts"

/** Undefined: the program does what it is asked for, and says nothing. */
export type Script = (line: string) => Partial<Ran> | "missing" | undefined

export const played = Effect.fnUntraced(function* (script: Script) {
  const home = yield* Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "loop-daemon-"))),
    (path) => Effect.sync(() => rmSync(path, { recursive: true }))
  )
  const asked: Array<string> = []
  const programs = Programs.of({
    run: (program, args) =>
      Effect.suspend(() => {
        const line = [program, ...args].join(" ")
        asked.push(line)
        const answer = script(line)
        return answer === "missing"
          ? Effect.fail(new ProgramFailed({ program, reason: "missing", detail: "ENOENT" }))
          : Effect.succeed({ code: 0, stdout: "", stderr: "", ...answer })
      })
  })
  /** What was asked, without the questions that change nothing. */
  const done = () => asked.filter((line) => !/ show | show-user | print |--version/.test(line))
  return { home, asked, done, programs }
})
