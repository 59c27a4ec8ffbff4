/** A box that is a container: its pipes, its process list, its signals and its end. */
import { Deferred, Effect, Schedule, type Scope } from "effect"
import type { Duplex, Readable } from "node:stream"
import type { ProcessId } from "../../domain/Ids.ts"
import { type Box, type BoxExit, SandboxError } from "../../services/Sandbox.ts"
import { pump } from "./BoxOutput.ts"
import type { Engine } from "./Engine.ts"
import { makeDemultiplexer } from "./Frames.ts"
import { inhabitants, type TopTable } from "./ProcessTable.ts"

type EngineService = Engine["Service"]

/** Where a box's bytes go and come from; `output` carries the engine's frames. */
export interface BoxPipes {
  readonly input: Duplex
  readonly output: Readable
}

const gone = (target: string, detail: string): SandboxError => new SandboxError({ reason: "vanished", target, detail })

/** Attaches to a container that has not started: not a byte of it is missed. */
export const attachAll = (engine: EngineService, id: string): Effect.Effect<BoxPipes, SandboxError, Scope.Scope> =>
  Effect.acquireRelease(
    engine.call(id, async (docker) => {
      const socket = await docker
        .getContainer(id)
        .attach({ stream: true, hijack: true, stdin: true, stdout: true, stderr: true })
      return { input: socket as Duplex, output: socket as Duplex }
    }),
    (pipes) => Effect.sync(() => pipes.input.destroy())
  )

/** Attaches to one of an earlier supervisor: its log from `since` (epoch seconds), its input when it still runs. */
export const attachAgain = Effect.fnUntraced(function* (
  engine: EngineService,
  id: string,
  since: number,
  running: boolean
) {
  const output = yield* Effect.acquireRelease(
    engine.call(id, async (docker) => {
      const log = await docker.getContainer(id).logs({ follow: true, stdout: true, stderr: true, since })
      return log as Readable
    }),
    (log) => Effect.sync(() => log.destroy())
  )
  if (!running) return { input: undefined, output }
  const input = yield* Effect.acquireRelease(
    engine.call(id, async (docker) => {
      const socket = await docker.getContainer(id).attach({ stream: true, hijack: true, stdin: true })
      return socket as Duplex
    }),
    (socket) => Effect.sync(() => socket.destroy())
  ).pipe(
    // It ended in this very moment: what is left to read is read.
    Effect.catchIf(
      (error) => /not running|is stopped/.test(error.detail),
      () => Effect.succeed(undefined)
    )
  )
  return { input, output }
})

/** Waits for the container's end, over engine restarts too. */
const awaitExit = (engine: EngineService, id: string): Effect.Effect<BoxExit> =>
  Effect.gen(function* () {
    const ended: { readonly StatusCode: number } = yield* engine.call(id, (docker) => docker.getContainer(id).wait())
    const state = yield* engine
      .call(id, (docker) => docker.getContainer(id).inspect())
      .pipe(
        Effect.map((info) => info.State.OOMKilled),
        Effect.catchIf(
          (error) => error.reason === "vanished",
          () => Effect.succeed(false)
        )
      )
    return { code: ended.StatusCode, outOfMemory: state }
  }).pipe(
    Effect.catchIf(
      (error) => error.reason === "vanished",
      () => Effect.succeed({ code: null, outOfMemory: false })
    ),
    Effect.retry(Schedule.spaced("1 second")),
    Effect.orDie
  )

/** Ends the container and removes it; returns when the engine no longer knows it, whatever it takes. */
export const removeContainer = (engine: EngineService, id: string): Effect.Effect<void, SandboxError> =>
  engine
    .call(id, (docker) => docker.getContainer(id).remove({ force: true, v: true }))
    .pipe(
      // "Removal already in progress" and a busy device are refusals of the moment.
      Effect.retry({
        while: (error) => error.reason === "other",
        schedule: Schedule.spaced("50 millis").pipe(Schedule.upTo({ duration: "10 seconds" }))
      }),
      Effect.catchIf(
        (error) => error.reason === "vanished",
        () => Effect.void
      ),
      Effect.asVoid
    )

export const make = Effect.fnUntraced(function* (
  engine: EngineService,
  processId: ProcessId,
  id: string,
  pipes: { readonly input: Duplex | undefined; readonly output: Readable },
  cleanUp: Effect.Effect<void>
): Effect.fn.Return<Box, never, Scope.Scope> {
  const { input } = pipes
  // A broken pipe shows in the write that fails; without a listener it would end the program.
  input?.on("error", () => undefined)
  const exit = yield* Deferred.make<BoxExit>()
  yield* awaitExit(engine, id).pipe(Deferred.into(exit), Effect.forkScoped({ startImmediately: true }))
  const ended = Deferred.await(exit).pipe(
    Effect.timeoutOrElse({
      duration: "5 seconds",
      orElse: () => Effect.fail(gone(processId, "the engine let go of its output while it runs"))
    })
  )
  const output = yield* pump(processId, pipes.output, makeDemultiplexer(), ended)

  const write = (line: string): Effect.Effect<void, SandboxError> =>
    Effect.callback((resume) => {
      if (input === undefined || input.writableEnded || input.destroyed) {
        return resume(Effect.fail(gone(processId, "its input is closed")))
      }
      input.write(`${line}\n`, (error) =>
        resume(error == null ? Effect.void : Effect.fail(gone(processId, error.message)))
      )
    })

  const signal = (name: "SIGINT" | "SIGTERM" | "SIGKILL"): Effect.Effect<void, SandboxError> =>
    // The engine signals the box's init, which passes on all but SIGKILL to the agent; SIGKILL of the init is
    // SIGKILL of everything inside.
    engine
      .call(processId, (docker) => docker.getContainer(id).kill({ signal: name }))
      .pipe(
        Effect.mapError((error) => (/is not running/.test(error.detail) ? gone(processId, error.detail) : error)),
        Effect.asVoid
      )

  const processes = engine
    .call(processId, async (docker): Promise<TopTable> => {
      const table = await docker.getContainer(id).top({ ps_args: "-o pid,ppid,etimes,stat,args" })
      return table as TopTable
    })
    .pipe(
      Effect.map(inhabitants),
      Effect.catchIf(
        (error) => /is not running/.test(error.detail),
        () => Effect.succeed([])
      )
    )

  return {
    processId,
    write,
    // The engine cannot close the input of a container whose input outlives its supervisor: the agent is asked to end.
    closeInput: signal("SIGTERM"),
    lines: output.lines,
    stderr: output.stderr,
    exit: Deferred.await(exit),
    signal,
    processes,
    kill: removeContainer(engine, id).pipe(
      Effect.tapError((error) => Effect.logWarning("A box could not be removed; trying again", error)),
      Effect.retry(Schedule.spaced("1 second")),
      Effect.orDie,
      Effect.andThen(cleanUp)
    )
  }
})
