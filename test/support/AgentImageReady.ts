/** The agents' image for tests, built by one test process at a time: the others wait and then find it. */
import { Effect, type Scope } from "effect"
import * as net from "node:net"
import { AgentImage } from "../../src/services/AgentImage.ts"

/** A name without a file, held by whoever listens on it: it is free again when that process ends, however it ends. */
const LOCK = "\0loop-test-agent-image"

const listen = Effect.callback<net.Server | undefined>((resume) => {
  const server = net.createServer()
  server.once("error", () => resume(Effect.succeed(undefined)))
  server.listen(LOCK, () => resume(Effect.succeed(server)))
})

/** Until the listener is gone. */
const wait = Effect.callback<void>((resume) => {
  const socket = net.connect(LOCK)
  socket.once("close", () => resume(Effect.void))
  socket.on("error", () => undefined)
  return Effect.sync(() => void socket.destroy())
})

const lock: Effect.Effect<net.Server, never, Scope.Scope> = Effect.acquireRelease(
  Effect.gen(function* () {
    for (;;) {
      const server = yield* listen
      if (server !== undefined) return server
      yield* wait
    }
  }),
  (server) =>
    Effect.callback<void>((resume) => {
      server.close(() => resume(Effect.void))
      server.emit("ending")
    })
)

/** Makes sure that the image is there. */
export const ensure = Effect.fn("AgentImageReady.ensure")(function* (image: string) {
  const server = yield* lock
  const waiting = new Set<net.Socket>()
  server.on("connection", (socket) => {
    waiting.add(socket)
    socket.on("error", () => undefined)
  })
  server.once("ending", () => waiting.forEach((socket) => socket.destroy()))
  return yield* AgentImage.use((images) => images.ensure(image))
}, Effect.scoped)
