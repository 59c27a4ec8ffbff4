/**
 * A sandbox without walls, for tests of the engine: boxes are processes of this machine. They keep their whole log, so
 * that an engine which lets go of one can take it over again.
 */
import { type Cause, Effect, Layer, Queue, Stream } from "effect"
import { type ChildProcess, spawn } from "node:child_process"
import * as path from "node:path"
import { descendants } from "../../src/layers/sandbox/ProcTree.ts"
import { type Box, type BoxExit, type BoxSpec, Sandbox, SandboxError } from "../../src/services/Sandbox.ts"

const vanished = (spec: BoxSpec, detail: string) =>
  new SandboxError({ reason: "vanished", target: spec.processId, detail })

/** Everything a process has said, and whoever listens. */
const makeLog = (child: ChildProcess) => {
  const said: Array<string> = []
  const listeners = new Set<Queue.Queue<string, Cause.Done>>()
  let parts: Array<string> = []
  let ended = false
  const push = (line: string) => {
    said.push(line)
    for (const listener of listeners) Queue.offerUnsafe(listener, line)
  }
  child.stdout?.setEncoding("utf8").on("data", (chunk: string) => {
    const [first = "", ...rest] = chunk.split("\n")
    parts.push(first)
    for (const next of rest) {
      push(parts.join(""))
      parts = [next]
    }
  })
  child.on("close", () => {
    ended = true
    if (parts.join("") !== "") push(parts.join(""))
    for (const listener of listeners) Queue.endUnsafe(listener)
  })
  return Stream.callback<string>((queue) =>
    Effect.acquireRelease(
      Effect.sync(() => {
        for (const line of said) Queue.offerUnsafe(queue, line)
        if (ended) Queue.endUnsafe(queue)
        else listeners.add(queue)
      }),
      () => Effect.sync(() => listeners.delete(queue))
    )
  )
}

/** Stopped first, so that it starts nothing while its children are counted. */
const killAll = Effect.fnUntraced(function* (child: ChildProcess, exit: Effect.Effect<BoxExit>) {
  child.kill("SIGSTOP")
  const all = child.pid === undefined ? [] : yield* Effect.promise(() => descendants(child.pid ?? 0))
  for (const pid of [child.pid, ...all.map((one) => one.pid)]) {
    yield* Effect.ignore(Effect.try(() => pid !== undefined && process.kill(pid, "SIGKILL")))
  }
  yield* exit
})

const makeBox = (spec: BoxSpec, child: ChildProcess): Box => {
  let code: BoxExit | undefined
  let stderr = ""
  child.stderr?.setEncoding("utf8").on("data", (chunk: string) => {
    stderr = (stderr + chunk).slice(-8192)
  })
  child.stdin?.on("error", () => undefined)
  child.on("close", (status) => {
    code = { code: status, outOfMemory: false }
  })
  const exit = Effect.callback<BoxExit>((resume) => {
    if (code !== undefined) return resume(Effect.succeed(code))
    child.once("close", (status) => resume(Effect.succeed({ code: status, outOfMemory: false })))
  })
  const alive = Effect.suspend(() =>
    child.exitCode === null && child.signalCode === null ? Effect.void : Effect.fail(vanished(spec, "it has ended"))
  )
  return {
    processId: spec.processId,
    write: (line) =>
      Effect.andThen(
        alive,
        Effect.sync(() => void child.stdin?.write(`${line}\n`))
      ),
    closeInput: Effect.sync(() => void child.stdin?.end()),
    lines: makeLog(child),
    stderr: Effect.sync(() => stderr),
    exit,
    signal: (signal) =>
      Effect.andThen(
        alive,
        Effect.sync(() => void child.kill(signal))
      ),
    processes: Effect.promise(() => descendants(child.pid ?? 0)),
    kill: killAll(child, exit)
  }
}

/** Starts processes in their work directory; `/run/loop` is their socket directory. */
export const layer = Layer.effect(
  Sandbox,
  Effect.gen(function* () {
    const boxes = new Map<string, { readonly spec: BoxSpec; readonly box: Box }>()
    yield* Effect.addFinalizer(() => Effect.forEach([...boxes.values()], ({ box }) => box.kill, { discard: true }))

    const environment = (spec: BoxSpec) => ({
      PATH: process.env["PATH"] ?? "",
      HOME: spec.home,
      TZ: spec.timezone,
      ...Object.fromEntries(
        Object.entries(spec.env).map(([name, value]) => [
          name,
          value.startsWith("/run/loop/") ? path.join(spec.socketDir, value.slice("/run/loop/".length)) : value
        ])
      )
    })

    return Sandbox.of({
      kind: "bubblewrap",
      start: Effect.fn("HostSandbox.start")(function* (spec) {
        const [program = "", ...args] = spec.argv
        const child = spawn(program, args, { cwd: spec.workDir, env: environment(spec) })
        yield* Effect.callback<void, SandboxError>((resume) => {
          child.once("spawn", () => resume(Effect.void))
          child.once("error", (cause) => resume(Effect.fail(vanished(spec, String(cause)))))
        })
        const box = makeBox(spec, child)
        boxes.set(spec.processId, { spec, box })
        return box
      }),
      adopt: (processId) => Effect.sync(() => boxes.get(processId)?.box),
      list: Effect.sync(() =>
        [...boxes.values()].map(({ spec }) => ({
          processId: spec.processId,
          channelId: spec.channelId,
          configHash: spec.configHash,
          running: true
        }))
      ),
      remove: (processId) => Effect.suspend(() => boxes.get(processId)?.box.kill ?? Effect.void),
      fingerprint: Effect.succeed,
      check: Effect.void,
      transport: Effect.succeed("socket"),
      caveats: Effect.succeed([])
    })
  })
)
