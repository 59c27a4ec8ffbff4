/**
 * The one way to a terminal. What a command prints with `Console` is masked, and made printable where it is for a terminal;
 * colours are what this program itself marks as such.
 */
import { styleText } from "node:util"
import { Clock, Console, Context, Effect, Fiber, Terminal } from "effect"
import { printable } from "../domain/Printable.ts"
import type { Masker } from "../domain/secrets/Masker.ts"
import { Masking } from "../services/Masking.ts"

/** Text of this program's own with styles in it, printed as it is. What others wrote has been made printable before. */
export class Styled {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

type Style = Parameters<typeof styleText>[0]

/** Styled where stdout is a terminal that has colours and `NO_COLOR` is not set. */
export const style = (as: Style, text: string): string => styleText(as, text, { stream: process.stdout })

const shown =
  (isTerminal: boolean, masker: Masker) =>
  (argument: unknown): unknown => {
    if (argument instanceof Styled) return masker.text(argument.text)
    if (typeof argument !== "string") return argument
    const text = masker.text(argument)
    return isTerminal ? printable(text) : text
  }

/** Within it, `Console` prints what a person and a terminal may be given. */
export const guarded = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.gen(function* () {
    const console = yield* Console.Console
    const masker = yield* Masking
    return yield* Effect.provideService(effect, Console.Console, {
      ...console,
      log: (...all: ReadonlyArray<unknown>) => console.log(...all.map(shown(process.stdout.isTTY, masker))),
      error: (...all: ReadonlyArray<unknown>) => console.error(...all.map(shown(process.stderr.isTTY, masker)))
    })
  })

/** A part of a line, which may end anywhere. */
export const write = Effect.fnUntraced(function* (text: string) {
  const terminal = yield* Terminal.Terminal
  if (text !== "") yield* Effect.orDie(terminal.display(process.stdout.isTTY ? printable(text) : text))
})

/** Whether the line of a progress is somebody else's already. */
const Taken = Context.Reference<boolean>("loop/cli/Screen/Taken", { defaultValue: () => false })

/** Within it no progress is shown: the command itself shows what happens. */
export const withoutProgress = Effect.provideService(Taken, true)

const second = 1000

/**
 * Says on stderr what is waited for, where that is a terminal and it takes longer than a second: one line with the seconds so
 * far, which is gone before anything else is printed.
 */
export const progress =
  (what: string) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.gen(function* () {
      if (process.stderr.isTTY !== true || (yield* Taken)) return yield* effect
      const canErase = process.env["TERM"] !== "dumb"
      const began = yield* Clock.currentTimeMillis
      const console = yield* Console.Console
      let visible = false
      const erase = () => {
        if (visible && canErase) process.stderr.write("\r\u001B[2K")
        visible = false
      }
      const tell = Effect.gen(function* () {
        const seconds = Math.floor(((yield* Clock.currentTimeMillis) - began) / second)
        const line = `${what} (${seconds} s)`.slice(0, Math.max(1, (process.stderr.columns || 80) - 1))
        process.stderr.write(canErase ? `\r\u001B[2K${printable(line)}` : `${printable(line)}\n`)
        visible = true
      })
      const telling = Effect.delay(tell, second)
      const ticking = yield* Effect.forkChild(canErase ? Effect.forever(telling) : telling)
      return yield* effect.pipe(
        Effect.provideService(Console.Console, {
          ...console,
          log: (...all: ReadonlyArray<unknown>) => (erase(), console.log(...all)),
          error: (...all: ReadonlyArray<unknown>) => (erase(), console.error(...all))
        }),
        withoutProgress,
        Effect.ensuring(Effect.andThen(Fiber.interrupt(ticking), Effect.sync(erase)))
      )
    })
