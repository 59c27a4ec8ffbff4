/** A box that is a process tree of this machine: its pipes, its process list, its signals and its end. */
import { Deferred, Effect, Schedule, type Scope } from "effect"
import { type ChildProcess, spawn } from "node:child_process"
import { PassThrough, type Readable, type Writable } from "node:stream"
import type { ProcessId } from "../../domain/Ids.ts"
import { type Box, type BoxExit, SandboxError } from "../../services/Sandbox.ts"
import { pump } from "./BoxOutput.ts"
import { withoutOurs } from "./ProcessTable.ts"
import * as ProcTree from "./ProcTree.ts"

export interface Spawned {
  readonly child: ChildProcess
  readonly input: Writable
  readonly output: Readable
  readonly errors: Readable
  /** Its first process, as the host sees it: everything in the box dies with it. */
  readonly init: number
  readonly exit: Deferred.Deferred<BoxExit>
  /** Hands over its variables by file descriptor 5; until then nothing of the box's own runs. */
  readonly begin: (variables: string) => Effect.Effect<void>
}

const wordsFor = (code: string | undefined, words: string): SandboxError["reason"] => {
  if (code === "ENOENT") return "no_engine"
  if (code === "EACCES" || /namespace|setting up uid map|Operation not permitted/i.test(words)) return "no_rights"
  if (/no space left/i.test(words)) return "disk_full"
  if (/bind|mount|source path|chdir|No such file/i.test(words)) return "bad_mount"
  return "other"
}

const advice: Readonly<Partial<Record<SandboxError["reason"], string>>> = {
  no_engine: "bubblewrap is not installed: install the package bubblewrap, or Docker",
  no_rights:
    "this machine does not let an ordinary user make namespaces: allow it (sysctl kernel.unprivileged_userns_clone=1, or an AppArmor profile for bwrap), or use Docker"
}

export const failure = (target: string, words: string, code?: string): SandboxError => {
  const reason = wordsFor(code, words)
  const sentence = advice[reason]
  return new SandboxError({ reason, target, detail: sentence === undefined ? words : `${sentence} (${words})` })
}

/**
 * Starts bubblewrap, by its path and with an environment that is the supervisor's, and waits until its first process is there.
 * A start that fails or is interrupted leaves nothing behind. `filter`: of calls, handed over by file descriptor 4.
 */
export const launch = Effect.fnUntraced(function* (
  target: string,
  command: ReadonlyArray<string>,
  env: Record<string, string>,
  filter?: Uint8Array
): Effect.fn.Return<Spawned, SandboxError> {
  const exit = yield* Deferred.make<BoxExit>()
  return yield* Effect.callback<Spawned, SandboxError>((resume) => {
    const [program = "", ...args] = command
    const child = spawn(program, args, { env, stdio: Array.from({ length: 6 }, () => "pipe"), cwd: "/" })
    const pipes = child.stdio as unknown as [Writable, Readable, Readable, Readable, Writable, Writable]
    const [input, stdout, stderr, status, calls, variables] = pipes
    // Read from the first moment on: Node throws away what nobody reads when a process has ended.
    const output = stdout.pipe(new PassThrough())
    const errors = stderr.pipe(new PassThrough())
    let words = ""
    let report = ""
    const hear = (piece: Buffer) => (words += piece.toString("utf8"))
    stderr.on("data", hear)
    // Whoever has ended reads nothing; its end says why.
    for (const way of [input, calls, variables]) way.on("error", () => undefined)
    calls.end(filter)
    child.on("error", (error: NodeJS.ErrnoException) => resume(Effect.fail(failure(target, error.message, error.code))))
    child.on("exit", (code) => void Deferred.doneUnsafe(exit, Effect.succeed({ code, outOfMemory: false })))
    child.on("close", (code) => {
      resume(Effect.fail(failure(target, words.trim() || `bubblewrap ended with ${code}`)))
    })
    status.on("data", (piece: Buffer) => {
      report += piece.toString("utf8")
      const init = /"child-pid":\s*(\d+)/.exec(report)?.[1]
      if (init === undefined) return
      stderr.off("data", hear)
      const begin = (text: string) => Effect.sync(() => void variables.end(text))
      resume(Effect.succeed({ child, input, output, errors, init: Number(init), exit, begin }))
    })
    return Effect.sync(() => void child.kill("SIGKILL"))
  })
})

const signalProcess = (pid: number, signal: NodeJS.Signals): boolean => {
  try {
    return process.kill(pid, signal)
  } catch {
    return false
  }
}

/** Kills a box by its first process and waits until nothing of it is left. */
export const killTree = Effect.fnUntraced(function* (init: number) {
  const members = yield* Effect.promise(() => ProcTree.descendants(init))
  signalProcess(init, "SIGKILL")
  yield* Effect.promise(async () => {
    const alive = await Promise.all([init, ...members.map(({ pid }) => pid)].map(ProcTree.stat))
    return alive.some((one) => one !== undefined && one.state !== "Z")
  }).pipe(Effect.repeat({ while: (left) => left, schedule: Schedule.spaced("5 millis") }))
})

export const make = Effect.fnUntraced(function* (
  processId: ProcessId,
  { input, output, errors, init, exit }: Spawned,
  cleanUp: Effect.Effect<void>
): Effect.fn.Return<Box, never, Scope.Scope> {
  const gone = (detail: string) => new SandboxError({ reason: "vanished", target: processId, detail })
  const out = yield* pump(processId, output, (chunk, emit) => emit("stdout", chunk), Deferred.await(exit), errors)

  const processes = Effect.promise(async () => withoutOurs(await ProcTree.descendants(init), init))

  /** The agent is the first process's only other child of its own making. */
  const agent = processes.pipe(
    Effect.flatMap((all) => {
      const first = all.find(({ ppid }) => ppid === init)
      return first === undefined ? Effect.fail(gone("it has ended")) : Effect.succeed(first.pid)
    })
  )

  return {
    processId,
    write: (line) =>
      Effect.callback((resume) => {
        if (input.writableEnded || input.destroyed) return resume(Effect.fail(gone("its input is closed")))
        input.write(`${line}\n`, (error) => resume(error == null ? Effect.void : Effect.fail(gone(error.message))))
      }),
    closeInput: Effect.sync(() => void input.end()),
    lines: out.lines,
    stderr: out.stderr,
    exit: Deferred.await(exit),
    signal: (signal) => Effect.flatMap(agent, (pid) => Effect.sync(() => void signalProcess(pid, signal))),
    processes,
    // A number whose process has ended may belong to another one by now.
    kill: Deferred.isDone(exit).pipe(
      Effect.flatMap((ended) => (ended ? Effect.void : killTree(init))),
      Effect.andThen(Deferred.await(exit)),
      Effect.andThen(cleanUp)
    )
  }
})
