/** `loop serve`: runs the server until it is told to end. */
import { Console, Effect, Fiber, FileSystem, type Layer, Stream } from "effect"
import { Command, Flag } from "effect/cli"
import { claimWith } from "../domain/chat/Sentence.ts"
import { Server } from "../http/Server.ts"
import { Claims } from "../services/Claims.ts"
import { Settings } from "../services/Settings.ts"

export interface ServeOptions {
  /** With a scripted model in the model's place. */
  readonly demo: boolean
}

type Signal = "SIGINT" | "SIGTERM"

const both: ReadonlyArray<Signal> = ["SIGINT", "SIGTERM"]

/** Waits for the first signal; a second one ends the process at once. */
const signalled = Effect.callback<Signal>((resume) => {
  const forget = () => both.forEach((signal) => process.off(signal, first))
  const first = (signal: Signal) => {
    forget()
    for (const each of both) process.once(each, () => process.exit(each === "SIGINT" ? 130 : 143))
    resume(Effect.succeed(signal))
  }
  for (const signal of both) process.once(signal, first)
  return Effect.sync(forget)
})

/** The predecessor's database is not ours to touch. */
const notePredecessor = Effect.gen(function* () {
  const fs = yield* FileSystem.FileSystem
  const { paths } = yield* Settings
  const theirs = `${paths.home}/loop.db`
  const found = yield* Effect.orElseSucceed(fs.exists(theirs), () => false)
  if (found)
    yield* Effect.logInfo(
      `${theirs} is the predecessor's database and is left alone; Loop keeps its own (${paths.database}). To take over what the Go Loop left, stop this server and run: loop import --from ${paths.home}`
    )
})

/** The code that makes the first owner, and each one that replaces it. */
const printCodes = Claims.use(({ codes }) => Stream.runForEach(codes, (code) => Console.log(claimWith(code)))).pipe(
  Effect.catch((error) => Effect.logError("The code for the first owner could not be printed", error))
)

/**
 * `layers` is everything the server is made of. `endTurns` is done at Ctrl-C before the layers are closed: turns end in
 * order, said in each channel. SIGTERM skips it: running turns are left to the next server. `alive` runs while it serves
 * and tells whoever supervises it.
 */
export const serve = <A, E>(
  layers: (options: ServeOptions) => Layer.Layer<A | Claims | Server | Settings, E>,
  endTurns: Effect.Effect<void, never, A | Claims | Server | Settings> = Effect.void,
  alive: Effect.Effect<void> = Effect.void
) =>
  Command.make(
    "serve",
    {
      demo: Flag.Boolean("demo").pipe(
        Flag.withDescription("With a script in the model's place: no key is needed, no real work is done"),
        Flag.withDefault(false)
      )
    },
    ({ demo }) =>
      Effect.gen(function* () {
        yield* notePredecessor
        const { loginLink, url } = yield* Server
        // Listened for before anybody is told that the server is there.
        const signal = yield* Effect.forkChild(signalled, { startImmediately: true })
        yield* Console.log(`listening on ${url}`)
        // For whoever sits there, and so past what masks the token everywhere else.
        if (process.stdout.isTTY) process.stdout.write(`Open it with this link: ${yield* loginLink}\n`)
        yield* Effect.forkChild(printCodes)
        yield* Effect.forkChild(alive)
        if ((yield* Fiber.join(signal)) === "SIGINT") yield* endTurns
      }).pipe(Effect.provide(layers({ demo })))
  ).pipe(Command.withDescription("Run the server"), Command.withAlias("s"))
