/** Runs the real command `loop`, as it is shipped, as a process in a LOOP_HOME of its own. */
import { spawn } from "node:child_process"
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { Effect } from "effect"
import * as Bundle from "./Bundle.ts"

export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface Home {
  readonly dir: string
  readonly config: string
  readonly env: { readonly HOME: string; readonly LOOP_HOME: string; readonly PATH: string }
}

/** A LOOP_HOME with this `config.json`, in a directory that is removed with the scope. */
export const loopHome = Effect.fnUntraced(function* (config?: string) {
  const dir = yield* Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "loop-"))),
    (path) => Effect.sync(() => rmSync(path, { recursive: true }))
  )
  const home = join(dir, "h")
  mkdirSync(home, { mode: 0o700 })
  if (config !== undefined) writeFileSync(join(home, "config.json"), config, { mode: 0o600 })
  const env = { HOME: dir, LOOP_HOME: home, PATH: process.env["PATH"] ?? "" }
  return { dir, config: join(home, "config.json"), env } satisfies Home
})

export interface Running {
  readonly ended: Effect.Effect<Ended>
  readonly signal: (signal: NodeJS.Signals) => Effect.Effect<void>
  /** Waits until stdout holds this text. */
  readonly says: (text: string) => Effect.Effect<void>
  /** Its stdout so far. */
  readonly said: () => string
  readonly type: (text: string) => Effect.Effect<void>
}

interface Options {
  readonly input?: string
  readonly env?: object
  /** On a real terminal: stdout is all that this was given, line ends are CR LF. */
  readonly terminal?: boolean
}

/** Starts it; it is killed with the scope. Without `input`, stdin stays open for `type`. */
export const start = (home: Home, args: ReadonlyArray<string>, options: Options = {}) =>
  Effect.flatMap(Bundle.ready, (main) => started(main, home, args, options))

const started = (main: string, home: Home, args: ReadonlyArray<string>, options: Options) =>
  Effect.acquireRelease(
    Effect.sync((): Running & { readonly kill: () => void } => {
      const onTerminal = options.terminal === true ? ["python3", resolve("test/support/onTerminal.py")] : []
      const [program = "", ...words] = [...onTerminal, process.execPath, main, ...args]
      const child = spawn(program, words, { cwd: home.dir, env: { ...home.env, ...options.env } })
      let [stdout, stderr] = ["", ""]
      const watchers = new Set<() => void>()
      child.stdout.setEncoding("utf8").on("data", (text: string) => {
        stdout += text
        for (const look of watchers) look()
      })
      child.stderr.setEncoding("utf8").on("data", (text: string) => void (stderr += text))
      const closed = new Promise<Ended>((done) => child.on("close", (code) => done({ code, stdout, stderr })))
      child.stdin.on("error", () => {})
      if (options.input !== undefined) child.stdin.end(options.input)
      return {
        ended: Effect.promise(() => closed),
        signal: (signal) => Effect.sync(() => void child.kill(signal)),
        said: () => stdout,
        type: (text) => Effect.sync(() => void child.stdin.write(text)),
        says: (text) =>
          Effect.callback<void>((resume) => {
            const look = () => (stdout.includes(text) ? resume(Effect.void) : undefined)
            watchers.add(look)
            look()
            return Effect.sync(() => watchers.delete(look))
          }),
        kill: () => void child.kill("SIGKILL")
      }
    }),
    (running) => Effect.sync(running.kill)
  )

export const loop = (home: Home, args: ReadonlyArray<string>, options: Options = {}) =>
  Effect.scoped(Effect.flatMap(start(home, args, { input: "", ...options }), ({ ended }) => ended))
