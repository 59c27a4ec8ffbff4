/**
 * The whole program: the real server as a child process in a LOOP_HOME of its own, real containers, and a scripted
 * model in the test's process. It can be killed and started again, and leaves nothing behind.
 */
import { Context, Deferred, Effect, Layer, type Scope } from "effect"
import { type ChildProcess, spawn } from "node:child_process"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { fileURLToPath } from "node:url"
import { vi } from "vitest"
import * as AgentImageDocker from "../../src/layers/sandbox/AgentImageDocker.ts"
import * as Engine from "../../src/layers/sandbox/Engine.ts"
import * as AgentImageReady from "./AgentImageReady.ts"
import * as Bundle from "./Bundle.ts"
import * as Boxes from "./Boxes.ts"
import * as Containers from "./Containers.ts"
import * as MessagesApi from "./MessagesApi.ts"

const killAt = fileURLToPath(new URL("./killAt.mjs", import.meta.url))
/** Compiled once for all servers; they are killed before they could keep it themselves. */
const compiled = path.join(os.tmpdir(), `loop-test-compiled-${process.getuid?.() ?? 0}`)

/** Real containers on a machine that others use as well. */
vi.setConfig({ testTimeout: 180_000, hookTimeout: 300_000 })

/** Recognisable wherever it should not be. */
export const fakeKey = "sk-ant-fake-THE-KEY-0123456789"

/** At which of its writes a server kills itself (`killAt.mjs`). */
export interface KillAt {
  /** `within` counts prompt lines to agents instead of writes to the database. */
  readonly when: "before" | "after" | "within"
  readonly write: number
  /** Counted from there. */
  readonly from: "message" | "start"
}

export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

export class Program extends Context.Service<
  Program,
  {
    /** LOOP_HOME. */
    readonly home: string
    readonly api: MessagesApi.MessagesApi
    readonly containers: Containers.Containers
    /** Where the server listens now. */
    readonly url: () => string
    readonly token: () => string
    /** Everything the servers have written to stderr. */
    readonly log: () => string
    /** What they have printed. */
    readonly printed: () => string
    /** Starts the server, again on the same LOOP_HOME; it listens when this returns. */
    readonly start: (killAt?: KillAt) => Effect.Effect<void>
    /** Starts a server that kills itself, and waits for its end. */
    readonly crash: (killAt: KillAt) => Effect.Effect<void>
    readonly signal: (signal: NodeJS.Signals) => Effect.Effect<void>
    /** Waits for the server's end. */
    readonly ended: Effect.Effect<Ended>
    /** SIGKILL; returns when it is gone. */
    readonly kill: Effect.Effect<void>
    /** Writes `config.json` anew, with these keys over those the program was made with. */
    readonly configure: (keys: Readonly<Record<string, unknown>>) => Effect.Effect<void>
  }
>()("loop/test/Program") {}

interface Server {
  readonly child: ChildProcess
  readonly url: string
  readonly ended: Deferred.Deferred<Ended>
}

/** Socket paths are short, so this is not below the system's directory for temporary files, which may be deep. */
const temporary = Effect.acquireRelease(
  Effect.sync(() => fs.mkdtempSync("/tmp/lp-")),
  (directory) => Effect.sync(() => fs.rmSync(directory, { recursive: true, force: true }))
)

const environment = (directory: string, extra: Readonly<Record<string, string>>) => {
  const { DOCKER_HOST, PATH } = process.env
  return {
    HOME: directory,
    LOOP_HOME: path.join(directory, "h"),
    PATH: PATH ?? "",
    NODE_COMPILE_CACHE: compiled,
    NODE_NO_WARNINGS: "1",
    ...(DOCKER_HOST !== undefined && { DOCKER_HOST }),
    ...extra
  }
}

/** Makes a program with these keys in its configuration; the server is not started yet. */
export const make = Effect.fn("Program.make")(function* (
  keys: Readonly<Record<string, unknown>> = {}
): Effect.fn.Return<Program["Service"], never, Scope.Scope> {
  const directory = yield* temporary
  const home = path.join(directory, "h")
  fs.mkdirSync(home, { mode: 0o700 })
  const main = yield* Bundle.ready
  const api = yield* Effect.orDie(MessagesApi.make())
  const containers = yield* Containers.make(home)
  let log = ""
  let printed = ""
  let server: Server | undefined

  const write = (changes: Readonly<Record<string, unknown>>) =>
    Effect.sync(() => {
      const config = {
        api_addr: "127.0.0.1:0",
        anthropic_api_key: fakeKey,
        anthropic_base_url: api.url,
        sandbox: "docker",
        ...keys,
        ...changes
      }
      fs.writeFileSync(path.join(home, "config.json"), JSON.stringify(config), { mode: 0o600 })
    })
  yield* write({})

  const spawned = (killing: KillAt | undefined) =>
    Effect.callback<Server>((resume) => {
      const env = environment(
        directory,
        killing ? { LOOP_TEST_KILL: `${killing.when} ${killing.write} ${killing.from}` } : {}
      )
      const child = spawn(process.execPath, ["--import", killAt, main, "serve"], { cwd: directory, env })
      const ended = Deferred.makeUnsafe<Ended>()
      let stdout = ""
      child.stdout.setEncoding("utf8").on("data", (text: string) => {
        stdout += text
        printed += text
        const url = /listening on (http:\S+)/.exec(stdout)?.[1]
        if (url !== undefined) resume(Effect.succeed({ child, url, ended }))
      })
      child.stderr.setEncoding("utf8").on("data", (text: string) => void (log += text))
      child.on("close", (code, signal) => {
        Deferred.doneUnsafe(ended, Effect.succeed({ code, signal }))
        resume(
          killing?.from === "start"
            ? Effect.succeed({ child, url: "", ended })
            : Effect.die(new Error(`The server ended (${code ?? signal}) before it listened:\n${log}`))
        )
      })
    })

  const start = (killing?: KillAt) =>
    Effect.map(spawned(killing), (started) => {
      server = started
    })
  const signal = (name: NodeJS.Signals) => Effect.sync(() => void server?.child.kill(name))
  const ended = Effect.suspend(() =>
    server === undefined ? Effect.succeed<Ended>({ code: null, signal: null }) : Deferred.await(server.ended)
  )
  const kill = Effect.andThen(signal("SIGKILL"), Effect.asVoid(ended))
  yield* Effect.addFinalizer(() => kill)

  return Program.of({
    home,
    api,
    containers,
    url: () => server?.url ?? "",
    token: () => fs.readFileSync(path.join(home, "token"), "utf8").trim(),
    log: () => log,
    printed: () => printed,
    start,
    crash: (killing) => Effect.andThen(start(killing), Effect.asVoid(ended)),
    signal,
    ended,
    kill,
    configure: write
  })
})

/** The image is there before a test's clock runs. */
export const imageReady = Layer.effectDiscard(AgentImageReady.ensure(Boxes.IMAGE)).pipe(
  Layer.provide(AgentImageDocker.layer),
  Layer.provide(Engine.layer),
  Layer.provide(Boxes.settings()),
  Layer.orDie
)

/** One running server for many tests. */
export const layer = (keys?: Readonly<Record<string, unknown>>) =>
  Layer.effect(
    Program,
    Effect.tap(make(keys), (program) => program.start())
  ).pipe(Layer.provideMerge(imageReady))
