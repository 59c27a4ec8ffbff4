/** `Programs` as child processes of this one. */
import { execFile } from "node:child_process"
import { Effect, Layer } from "effect"
import { ProgramFailed, Programs, type Ran } from "../services/Programs.ts"

const largest = 1024 * 1024

const run: Programs["Service"]["run"] = (program, args, { env = {}, seconds = 30 } = {}) =>
  Effect.callback<Ran, ProgramFailed>((resume) => {
    const limits = { timeout: seconds * 1000, killSignal: "SIGKILL", maxBuffer: largest } as const
    const options = { ...limits, env: { ...process.env, ...env } }
    const child = execFile(program, [...args], options, (error, stdout, stderr) => {
      if (error === null) return resume(Effect.succeed({ code: 0, stdout, stderr }))
      if (typeof error.code === "number") return resume(Effect.succeed({ code: error.code, stdout, stderr }))
      const reason = error.code === "ENOENT" ? "missing" : error.killed === true ? "timeout" : "other"
      resume(Effect.fail(new ProgramFailed({ program, reason, detail: error.code ?? `ended by ${error.signal}` })))
    })
    child.stdin?.end()
    return Effect.sync(() => void child.kill("SIGKILL"))
  })

export const layer = Layer.succeed(Programs, Programs.of({ run }))
