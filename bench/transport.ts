/** What it costs that a box's sockets are carried by the engine's exec stream, against sockets that are mounted. */
import { Effect, Stream } from "effect"
import * as net from "node:net"
import * as path from "node:path"
import { Sandbox, type Transport } from "../src/services/Sandbox.ts"
import { Boxes, docker } from "../test/support/Boxes.ts"
import { type Figure, median } from "./figure.ts"
import { report } from "./support.ts"

const rounds = 500
const volume = 256 * 1024 * 1024

/** The first line said to it tells what it does: answer each line, give much, or take much and say so. */
const server = (socketDir: string) =>
  Effect.acquireRelease(
    Effect.callback<net.Server>((resume) => {
      const made = net.createServer({ allowHalfOpen: true }, (socket) => {
        socket.on("error", () => undefined)
        socket.once("data", (first: Buffer) => {
          const kind = first.toString().trim()
          if (kind === "ping") {
            socket.on("end", () => void socket.end())
            socket.on("data", () => void socket.write("pong\n"))
            return void socket.write("pong\n")
          }
          let left = volume
          if (kind === "take") {
            return void socket.on("data", (piece: Buffer) => {
              left -= piece.length
              if (left <= 0) socket.end("taken\n")
            })
          }
          const piece = Buffer.alloc(256 * 1024)
          const more = () => {
            while (left > 0) {
              left -= piece.length
              if (!socket.write(piece)) return void socket.once("drain", more)
            }
            socket.end()
          }
          more()
        })
      })
      made.listen(path.join(socketDir, "model.sock"), () => resume(Effect.succeed(made)))
    }),
    (made) => Effect.sync(() => void made.close())
  )

/** In the box: prints milliseconds of each exchange, of each new connection with one, and of much either way. */
const client = `
  import * as net from "node:net"
  import { once } from "node:events"
  const open = () => net.connect("/run/loop/model.sock")
  const exchange = async (socket) => {
    const start = performance.now()
    socket.write("ping\\n")
    await once(socket, "data")
    return performance.now() - start
  }
  const standing = open()
  await exchange(standing)
  const warm = [], fresh = []
  for (let round = 0; round < ${rounds}; round++) {
    warm.push(await exchange(standing))
    const start = performance.now()
    const own = open()
    await exchange(own)
    own.destroy()
    fresh.push(performance.now() - start)
  }
  const given = open()
  given.write("give\\n")
  let begun = performance.now()
  for await (const _ of given);
  const down = performance.now() - begun
  const taken = open()
  taken.write("take\\n")
  await new Promise((resolve) => setTimeout(resolve, 50))
  begun = performance.now()
  const piece = Buffer.alloc(256 * 1024)
  for (let left = ${volume}; left > 0; left -= piece.length) if (!taken.write(piece)) await once(taken, "drain")
  await once(taken, "data")
  const up = performance.now() - begun
  process.stdout.write(JSON.stringify({ warm, fresh, down, up }) + "\\n", () => process.exit(0))`

interface Measured {
  readonly warm: ReadonlyArray<number>
  readonly fresh: ReadonlyArray<number>
  readonly down: number
  readonly up: number
}

const through = (transport: Transport) =>
  Effect.gen(function* () {
    const boxes = yield* Boxes
    const sandbox = yield* Sandbox
    const spec = boxes.spec(["node", "--input-type=module", "--eval", client])
    yield* server(spec.socketDir)
    const box = yield* sandbox.start(spec)
    const lines = yield* Effect.ensuring(Stream.runCollect(box.lines), box.kill)
    if (lines.length === 0) return yield* Effect.die(new Error(`${transport}: ${yield* box.stderr}`))
    return JSON.parse(lines.at(-1) ?? "") as Measured
  }).pipe(Effect.scoped, Effect.provide(docker({ keys: { container_relay: transport } })))

const megabytes = (ms: number) => `${(volume / 1000 / ms).toFixed(0)} MB/s`

const measure = Effect.gen(function* () {
  const mounted = yield* through("socket")
  const carried = yield* through("exec")
  const against = `p50 of ${rounds}, from a box, against a mounted socket`
  const figures: ReadonlyArray<Figure> = [
    {
      what: "the exec stream adds to a request on a connection",
      value: median(carried.warm) - median(mounted.warm),
      unit: "ms",
      against,
      atMost: 2
    },
    {
      what: "the exec stream adds to a new connection with a request",
      value: median(carried.fresh) - median(mounted.fresh),
      unit: "ms",
      against,
      atMost: 2
    },
    {
      what: "the exec stream takes for 100 MB into the box",
      value: (carried.down / volume) * 1e8,
      unit: "ms",
      against: `${megabytes(carried.down)}; a mounted socket ${megabytes(mounted.down)}`
    },
    {
      what: "the exec stream takes for 100 MB out of the box",
      value: (carried.up / volume) * 1e8,
      unit: "ms",
      against: `${megabytes(carried.up)}; a mounted socket ${megabytes(mounted.up)}`
    }
  ]
  return figures
})

if (import.meta.main) await report(measure)
