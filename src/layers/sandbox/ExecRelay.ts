/**
 * The second way of a box's sockets: a relay inside, started by the engine's `exec`, carries them over its own stream. For
 * engines into whose containers no socket of this machine can be mounted. It is begun again when the stream breaks, and by
 * each supervisor anew.
 */
import { Deferred, Effect, Exit, type Scope } from "effect"
import * as fs from "node:fs/promises"
import type * as http2 from "node:http2"
import * as path from "node:path"
import type { Duplex } from "node:stream"
import { SandboxError } from "../../services/Sandbox.ts"
import type { BoxUser } from "./BoxUser.ts"
import { shippedDirectory } from "./ContainerFiles.ts"
import type { Engine } from "./Engine.ts"
import * as ExecStream from "./ExecStream.ts"
import { SOCKETS } from "./Forwards.ts"
import { makeTail } from "./Frames.ts"
import * as Multiplex from "./Multiplex.ts"

type EngineService = Engine["Service"]

export interface Carried {
  readonly container: string
  readonly processId: string
  /** On this machine. */
  readonly directory: string
  /** Names in it; the model's comes last, for whoever waits for it. */
  readonly sockets: ReadonlyArray<string>
}

const [FIRST, SECOND] = [64_310, 64_311]

/** Another than the agent's: the agent can neither replace the sockets nor stop the relay. */
export const relayUser = (agent: BoxUser): BoxUser => {
  const uid = agent.uid === FIRST || agent.gid === FIRST ? SECOND : FIRST
  return { uid, gid: uid }
}

/** Begun by a new process inside, so it has to be had whole. */
const program = Effect.promise(() => fs.readFile(path.join(shippedDirectory(), "relay.mjs"), "utf8"))

/** The relay's first words, on a machine under load. */
const PATIENCE = "60 seconds"
const PING = "15 seconds"
/** In milliseconds: between two beginnings, from and to. */
const [SHORT, LONG] = [250, 15_000]

const isGone = (error: SandboxError): boolean => error.reason === "vanished" || /is not running/.test(error.detail)

const start = Effect.fnUntraced(function* (engine: EngineService, { container, sockets }: Carried) {
  const source = yield* program
  return yield* engine.call(container, async (docker) => {
    const box = docker.getContainer(container)
    const { Config } = await box.inspect()
    const [uid = "", gid = ""] = Config.User.split(":")
    const user = relayUser({ uid: Number(uid), gid: Number(gid) })
    const exec = await box.exec({
      Cmd: ["node", "--input-type=module", "--eval", source, "--", SOCKETS, ...sockets],
      User: `${user.uid}:${user.gid}`,
      WorkingDir: "/",
      // A name without a value takes the variable away: nothing that a project's configuration sets may act in the relay.
      Env: [...(Config.Env ?? []).map((pair) => pair.slice(0, pair.indexOf("="))), "PATH=/usr/local/bin:/usr/bin:/bin"],
      AttachStdin: true,
      AttachStdout: true,
      AttachStderr: true,
      Tty: false
    })
    return (await exec.start({ hijack: true, stdin: true })) as Duplex
  })
})

const closed = (session: http2.ServerHttp2Session, line: Duplex): Effect.Effect<void> =>
  Effect.callback((resume) => {
    const done = () => resume(Effect.void)
    session.on("error", done)
    session.on("close", done)
    line.on("close", done)
    if (session.destroyed || line.destroyed) done()
  })

/** Fails when it is not answered: the connection is dead and nobody has told. */
const ping = (session: http2.ServerHttp2Session): Effect.Effect<void, Error> =>
  Effect.callback((resume) => {
    if (session.destroyed) return resume(Effect.fail(new Error("closed")))
    session.ping((cause) => resume(cause === null ? Effect.void : Effect.fail(cause)))
  })

/** One relay, from its start to its end; fails when it never stood. */
const once = Effect.fnUntraced(function* (
  engine: EngineService,
  carried: Carried,
  stands: Effect.Effect<unknown>
): Effect.fn.Return<void, SandboxError, Scope.Scope> {
  const said = makeTail(1024)
  const line = yield* Effect.acquireRelease(
    Effect.map(start(engine, carried), (hijacked) => ExecStream.make(hijacked, said.push)),
    (stream) => Effect.sync(() => stream.destroy())
  )
  line.on("error", () => undefined)
  const up = yield* Deferred.make<void>()
  const session = yield* Effect.acquireRelease(
    Effect.sync(() => Multiplex.serve(line, { ...carried, ready: () => Deferred.doneUnsafe(up, Effect.void) })),
    (made) => Effect.sync(() => made.destroy())
  )
  const end = closed(session, line)
  const failed = (detail: string) =>
    Effect.fail(new SandboxError({ reason: "other", target: carried.processId, detail }))
  yield* Deferred.await(up).pipe(
    Effect.raceFirst(
      Effect.andThen(
        end,
        Effect.suspend(() =>
          failed(`the relay in the box did not start; its image has to have Node. ${said.text()}`.trim())
        )
      )
    ),
    Effect.timeoutOrElse({ duration: PATIENCE, orElse: () => failed("the relay in the box did not start in time") })
  )
  yield* stands
  const alive = ping(session).pipe(
    Effect.timeout(PING),
    Effect.andThen(Effect.sleep(PING)),
    Effect.forever({ disableYield: true }),
    Effect.ignore
  )
  yield* Effect.raceFirst(end, alive)
})

/** Carries the sockets until the scope closes or the box is gone. `stood` is told each time what came of a beginning. */
const keep = Effect.fnUntraced(function* (
  engine: EngineService,
  carried: Carried,
  stood: (error: SandboxError | undefined) => Effect.Effect<unknown>
) {
  for (let pause = SHORT; ; pause = Math.min(2 * pause, LONG)) {
    const stands = Effect.suspend(() => {
      pause = SHORT
      return stood(undefined)
    })
    const failure = yield* once(engine, carried, stands).pipe(
      Effect.scoped,
      Effect.as(undefined),
      Effect.catch((error) => Effect.as(stood(error), error))
    )
    if (failure !== undefined && isGone(failure)) return
    const log = failure === undefined ? Effect.logDebug : Effect.logWarning
    yield* log("A box's relay ended and is begun again").pipe(
      Effect.annotateLogs({ process: carried.processId, detail: failure?.detail ?? "" })
    )
    yield* Effect.sleep(pause)
  }
})

/** For a box that has just been started: returns when the sockets stand, and fails when they do not at first. */
export const begin = Effect.fn("ExecRelay.begin")(function* (
  engine: EngineService,
  carried: Carried
): Effect.fn.Return<void, SandboxError, Scope.Scope> {
  const first = yield* Deferred.make<void, SandboxError>()
  const stood = (error: SandboxError | undefined) =>
    Deferred.done(first, error === undefined ? Exit.void : Exit.fail(error))
  yield* Effect.forkScoped(keep(engine, carried, stood), { startImmediately: true })
  yield* Deferred.await(first)
})

/** For a box of an earlier supervisor, which has to be heard whether its sockets stand or not. */
export const resume = (engine: EngineService, carried: Carried): Effect.Effect<unknown, never, Scope.Scope> =>
  Effect.forkScoped(
    keep(engine, carried, () => Effect.void),
    { startImmediately: true }
  )
