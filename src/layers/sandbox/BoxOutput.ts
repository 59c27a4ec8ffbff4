/** Pumps a box's output into lines and a stderr tail, no faster than its reader reads. */
import { type Cause, Effect, Queue, type Scope, Stream } from "effect"
import type { Readable } from "node:stream"
import { SandboxError } from "../../services/Sandbox.ts"
import { makeLineSplitter, makeTail, type Output } from "./Frames.ts"

export interface BoxOutput {
  readonly lines: Stream.Stream<string, SandboxError>
  readonly stderr: Effect.Effect<string>
}

const STDERR_LIMIT = 8 * 1024
const LINES_AHEAD = 256

/** Reads until the source ends or the scope closes. A source that breaks ends the lines with `vanished`. */
export const pump = Effect.fnUntraced(function* (
  target: string,
  source: Readable,
  split: (chunk: Buffer, emit: (output: Output, piece: Buffer) => void) => void,
  /** Awaited when the source has ended: an end of the source alone is not the end of the process. */
  ended: Effect.Effect<unknown, SandboxError>,
  /** Where stderr is a stream of its own. */
  errors?: Readable
): Effect.fn.Return<BoxOutput, never, Scope.Scope> {
  const queue = yield* Queue.bounded<string, SandboxError | Cause.Done>(LINES_AHEAD)
  const lines = makeLineSplitter()
  const tail = makeTail(STDERR_LIMIT)
  errors?.on("data", tail.push)

  const read = (chunk: Buffer): Effect.Effect<unknown> => {
    const found: Array<string> = []
    split(chunk, (output, piece) => {
      if (output === "stderr") tail.push(piece)
      else for (const line of lines.push(piece)) found.push(line)
    })
    return found.length === 0 ? Effect.void : Queue.offerAll(queue, found)
  }

  yield* Stream.fromAsyncIterable(
    source as AsyncIterable<Buffer>,
    (cause) => new SandboxError({ reason: "vanished", target, detail: String(cause) })
  ).pipe(
    Stream.runForEach(read),
    Effect.andThen(Effect.suspend(() => Queue.offerAll(queue, lines.end()))),
    Effect.andThen(ended),
    Effect.matchEffect({
      onFailure: (error) => Queue.fail(queue, error),
      onSuccess: () => Queue.end(queue)
    }),
    Effect.forkScoped({ startImmediately: true })
  )

  return { lines: Stream.fromQueue(queue), stderr: Effect.sync(tail.text) }
})
