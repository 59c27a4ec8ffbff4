/**
 * How boxes of an engine reach the supervisor's sockets: as configured, else as a box of that engine has shown once, which
 * is kept in LOOP_HOME with the engine's name for itself.
 */
import { Effect, Schema, Semaphore } from "effect"
import * as fs from "node:fs/promises"
import * as path from "node:path"
import { SandboxError, type Transport } from "../../services/Sandbox.ts"
import type { Settings } from "../../services/Settings.ts"
import type { Engine } from "./Engine.ts"
import { probe } from "./SocketProbe.ts"

const Kept = Schema.fromJsonString(
  Schema.Struct({ engine: Schema.String, transport: Schema.Literals(["socket", "exec"]) })
)
const decode = Schema.decodeUnknownEffect(Kept)
const encode = Schema.encodeSync(Kept)

export const make = Effect.fnUntraced(function* (engine: Engine["Service"], settings: Settings["Service"]) {
  /** Removing it lets the next box try anew. */
  const file = path.join(settings.paths.home, "engine.json")
  /** Of engines without a name, by address. */
  const found = new Map<string, Transport>()
  const oneAtATime = yield* Semaphore.make(1)

  const nameOf = Effect.gen(function* () {
    const { id } = yield* engine.info
    return id === "" ? yield* engine.address : id
  })

  const recall = (name: string) =>
    Effect.suspend(() => {
      const known = found.get(name)
      if (known !== undefined) return Effect.succeed(known)
      return Effect.tryPromise(() => fs.readFile(file, "utf8")).pipe(
        Effect.flatMap(decode),
        Effect.map((kept) => (kept.engine === name ? kept.transport : undefined)),
        Effect.orElseSucceed(() => undefined)
      )
    })

  const keep = (name: string, transport: Transport) =>
    Effect.tryPromise({
      try: () => fs.writeFile(file, `${encode({ engine: name, transport })}\n`, { mode: 0o600 }),
      catch: (cause) => new SandboxError({ reason: "other", target: file, detail: String(cause) })
    })

  const known = Effect.gen(function* () {
    const { container_relay: configured } = yield* settings.current
    return configured === "auto" ? yield* recall(yield* nameOf) : configured
  })

  /** Tries with a box of that image when nothing is known yet. */
  const find = Effect.fn("TransportChoice.find")(function* (image: string) {
    const before = yield* known
    if (before !== undefined) return before
    const name = yield* nameOf
    const transport = yield* probe(engine, settings.paths.run, image)
    found.set(name, transport)
    yield* keep(name, transport)
    yield* Effect.logInfo("How boxes reach the server was tried and is kept").pipe(
      Effect.annotateLogs({ engine: yield* engine.address, container_relay: transport })
    )
    return transport
  }, oneAtATime.withPermits(1))

  return { find, known }
})
