/** What a person types: lines, Ctrl-C, and the end; from a terminal or from a pipe. */
import { createInterface } from "node:readline"
import { type Cause, Effect, Queue } from "effect"

export interface Keyboard {
  readonly isTerminal: boolean
  /** Ends with the input. */
  readonly lines: Queue.Dequeue<string, Cause.Done>
  readonly interrupts: Queue.Dequeue<void>
  readonly prompt: Effect.Effect<void>
}

/** On a terminal Ctrl-C comes as a key here; elsewhere it is a signal, which interrupts the command. */
export const keyboard = Effect.gen(function* () {
  const isTerminal = process.stdin.isTTY === true && process.stdout.isTTY === true
  const lines = yield* Queue.unbounded<string, Cause.Done>()
  const interrupts = yield* Queue.unbounded<void>()
  const reader = yield* Effect.acquireRelease(
    Effect.sync(() =>
      createInterface({
        input: process.stdin,
        ...(isTerminal && { output: process.stdout }),
        terminal: isTerminal,
        prompt: "> "
      })
    ),
    (reader) => Effect.sync(() => reader.close())
  )
  reader.on("line", (line) => Queue.offerUnsafe(lines, line))
  reader.on("SIGINT", () => Queue.offerUnsafe(interrupts, undefined))
  reader.on("close", () => Queue.endUnsafe(lines))
  const prompt = Effect.sync(() => (isTerminal ? reader.prompt() : undefined))
  return { isTerminal, lines, interrupts, prompt } satisfies Keyboard
})
