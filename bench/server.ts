/** The real program as a child process in a LOOP_HOME of its own, and its owner who talks to it over HTTP. */
import { type ChildProcess, spawn } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { Effect } from "effect"

/** Socket paths are short, so this is not below the system's directory for temporary files, which may be deep. */
export const temporary = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync("/tmp/lb-")),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
)

export interface Place {
  /** Of `bin/loop`. */
  readonly command: string
  readonly home: string
}

const environment = (home: string) => {
  const { DOCKER_HOST, PATH } = process.env
  return { HOME: home, LOOP_HOME: home, PATH: PATH ?? "", ...(DOCKER_HOST !== undefined && { DOCKER_HOST }) }
}

const ended = (child: ChildProcess) =>
  Effect.callback<void>((resume) => {
    if (child.exitCode !== null || child.signalCode !== null) return resume(Effect.void)
    child.once("exit", () => resume(Effect.void))
  })

/** Starts the server; `ms` is how long it took until it said that it listens. It is stopped with the scope. */
export const start = Effect.fnUntraced(function* ({ command, home }: Place, config: Readonly<Record<string, unknown>>) {
  writeFileSync(join(home, "config.json"), JSON.stringify({ api_addr: "127.0.0.1:0", ...config }), { mode: 0o600 })
  const began = performance.now()
  const child = yield* Effect.acquireRelease(
    Effect.sync(() => spawn(process.execPath, [command, "serve"], { cwd: home, env: environment(home) })),
    (child) =>
      Effect.andThen(
        Effect.sync(() => child.kill("SIGINT")),
        ended(child)
      )
  )
  const { ms, url } = yield* Effect.callback<{ readonly url: string; readonly ms: number }>((resume) => {
    let said = ""
    let log = ""
    child.stderr.setEncoding("utf8").on("data", (text: string) => (log += text))
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      const ms = performance.now() - began
      said += text
      const url = /listening on (http:\S+)/.exec(said)?.[1]
      if (url !== undefined) resume(Effect.succeed({ url, ms }))
    })
    child.once("exit", (code) => resume(Effect.die(new Error(`The server ended (${code}):\n${log}`))))
  })
  const token = readFileSync(join(home, "token"), "utf8").trim()

  const call = (method: string, path: string, body?: unknown) =>
    Effect.promise(async (signal) => {
      const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" }
      const sent = body === undefined ? {} : { body: JSON.stringify(body) }
      const response = await fetch(url + path, { method, headers, signal, ...sent })
      if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`)
      const text = await response.text()
      return text === "" ? undefined : (JSON.parse(text) as Readonly<Record<string, unknown>>)
    })

  return { url, token, call, ms, pid: child.pid ?? 0 }
})
export type Server = Effect.Success<ReturnType<typeof start>>

/** Megabytes of a process that are in memory now. */
export const residentMb = (pid: number): number => {
  const [, kb = "NaN"] = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? []
  return Number(kb) / 1024
}
