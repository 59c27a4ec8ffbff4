/** Hands this terminal to the agent's own program until it ends. */
import { spawn } from "node:child_process"
import { Effect } from "effect"
import { failure, type Failure } from "../Failure.ts"

/** Whose settings act: the user's, or nobody's where agents can write in those. */
export type Sources = "user" | "none"

/**
 * No project's settings and MCP servers: agents can write in the work directory, and hooks that they left there would run on
 * this machine. Each tool is asked about.
 */
const guarded = (sources: Sources): ReadonlyArray<string> => [
  "--setting-sources",
  sources === "user" ? "user" : "",
  "--strict-mcp-config",
  "--permission-mode",
  "manual"
]

/** Fails with a sentence where it cannot be started or ends badly. Signals are the program's to deal with. */
export const resume = (program: string, session: string, cwd: string, sources: Sources): Effect.Effect<void, Failure> =>
  Effect.callback<void, Failure>((done) => {
    const child = spawn(program, ["--resume", session, ...guarded(sources)], { cwd, stdio: "inherit" })
    const pass = () => void child.kill("SIGTERM")
    process.on("SIGTERM", pass)
    child.on("error", (cause: NodeJS.ErrnoException) =>
      done(
        failure(
          `${program} could not be started (${cause.code ?? cause.message}). Install the agent's program (npm install --global @anthropic-ai/claude-code), or name it with --program.`
        )
      )
    )
    child.on("close", (code, signal) => {
      process.off("SIGTERM", pass)
      done(code === 0 ? Effect.void : failure(`${program} ended with ${signal ?? code}.`))
    })
  }).pipe(Effect.uninterruptible)
