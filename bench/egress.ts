/** What the egress proxy adds: to a request, and to what goes through. A real box's forwarder and socket are on the way. */
import { randomBytes } from "node:crypto"
import { mkdirSync } from "node:fs"
import * as net from "node:net"
import { execFile, spawn } from "node:child_process"
import { promisify } from "node:util"
import { Effect, Layer } from "effect"
import { ProcessId } from "../src/domain/Ids.ts"
import * as EgressProxy from "../src/layers/egress/EgressProxy.ts"
import * as SecretsLive from "../src/layers/secrets/SecretsLive.ts"
import { dial, Internet } from "../src/layers/egress/Internet.ts"
import { Egress } from "../src/services/Egress.ts"
import { Settings } from "../src/services/Settings.ts"
import { settings } from "../test/support/Boxes.ts"
import { type Figure, median } from "./figure.ts"
import { report } from "./support.ts"

const ADDRESS = "93.184.216.34"
const rounds = 300
const volume = 512 * 1024 * 1024

/** Answers each line with one. */
const server = Effect.acquireRelease(
  Effect.callback<{ readonly port: number; readonly close: () => void }>((resume) => {
    const made = net.createServer({ noDelay: true }, (socket) => {
      socket.on("error", () => undefined)
      socket.on("data", () => void socket.write("pong\n"))
    })
    made.listen(0, "127.0.0.1", () => {
      const { port } = made.address() as net.AddressInfo
      resume(Effect.succeed({ port, close: () => made.close() }))
    })
  }),
  ({ close }) => Effect.sync(close)
)

/** Gives much over HTTP, from a process of its own. */
const giver = `
  const http = require("node:http")
  const piece = Buffer.alloc(1024 * 1024)
  http.createServer((_, response) => {
    let left = ${volume}
    response.writeHead(200, { "content-length": left })
    const more = () => {
      while (left > 0) {
        left -= piece.length
        if (!response.write(piece)) return void response.once("drain", more)
      }
      response.end()
    }
    more()
  }).listen(0, "127.0.0.1", function () { console.log(this.address().port) })`

const giving = Effect.acquireRelease(
  Effect.promise(async () => {
    const child = spawn(process.execPath, ["-e", giver], { stdio: ["ignore", "pipe", "inherit"] })
    const port = await new Promise<number>((resolve) => child.stdout.once("data", (text) => resolve(Number(text))))
    return { port, child }
  }),
  ({ child }) => Effect.sync(() => void child.kill())
)

const open = (port: number): Promise<net.Socket> => dial("127.0.0.1", port)

const heard = (socket: net.Socket): Promise<string> =>
  new Promise((resolve) => socket.once("data", (piece: Buffer) => resolve(piece.toString())))

const through = async (port: number): Promise<net.Socket> => {
  const socket = await open(port)
  const answer = heard(socket)
  socket.write(`CONNECT ${ADDRESS}:443 HTTP/1.1\r\nHost: ${ADDRESS}:443\r\n\r\n`)
  if (!(await answer).startsWith("HTTP/1.1 200")) throw new Error(await answer)
  return socket
}

/** One exchange on a connection that stands: milliseconds. */
const exchange = async (socket: net.Socket): Promise<number> => {
  const start = performance.now()
  const answer = heard(socket)
  socket.write("ping\n")
  await answer
  return performance.now() - start
}

/** A connection of its own and one exchange on it: milliseconds. */
const fresh = async (connect: () => Promise<net.Socket>): Promise<number> => {
  const start = performance.now()
  const socket = await connect()
  await exchange(socket)
  socket.destroy()
  return performance.now() - start
}

/** Megabytes a second, as curl measures them. */
const pour = async (args: ReadonlyArray<string>): Promise<number> => {
  const { stdout } = await promisify(execFile)("curl", ["-so", "/dev/null", "-w", "%{speed_download}", ...args])
  return Number(stdout) / 1e6
}

/** The forwarder of a box, on this machine's loopback. */
const forwarder = (socket: string) =>
  Effect.acquireRelease(
    Effect.promise(async () => {
      const port = await new Promise<number>((resolve) => {
        const probe = net.createServer().listen(0, "127.0.0.1", () => {
          const found = (probe.address() as net.AddressInfo).port
          probe.close(() => resolve(found))
        })
      })
      const listen = `TCP-LISTEN:${port},bind=127.0.0.1,reuseaddr,fork,backlog=128,max-children=256,nodelay`
      const child = spawn("socat", ["-t", "120", "-b", "262144", listen, `UNIX-CONNECT:${socket}`])
      for (;;) {
        const socket = await open(port).catch(() => undefined)
        socket?.destroy()
        if (socket !== undefined) break
      }
      return { port, child }
    }),
    ({ child }) => Effect.sync(() => void child.kill())
  )

const measure = Effect.gen(function* () {
  const { port } = yield* server
  const source = yield* giving
  const internet = Layer.succeed(Internet, {
    resolve: () => Promise.resolve([ADDRESS]),
    dial: (_, at) => open(at === 443 ? port : at),
    own: () => [],
    authorities: () => []
  })
  return yield* Effect.gen(function* () {
    const egress = yield* Egress
    const { paths } = yield* Settings
    const processId = ProcessId.make(randomBytes(4).toString("hex"))
    mkdirSync(paths.socketDir(processId), { recursive: true })
    const policy = { mode: "allowlist", allow: [ADDRESS, `${ADDRESS}:${source.port}`], host_services: [] } as const
    yield* egress.open(processId, {
      terms: Effect.succeed({ policy, grants: [], secrets: [], sshKeys: [] }),
      decided: () => Effect.void,
      signing: () => Effect.void,
      carried: () => Effect.void
    })
    const box = yield* forwarder(`${paths.socketDir(processId)}/egress.sock`)
    return yield* Effect.promise(async () => {
      const direct: Array<number> = []
      const proxied: Array<number> = []
      const one = await open(port)
      const other = await through(box.port)
      const freshDirect: Array<number> = []
      const freshProxied: Array<number> = []
      for (let round = 0; round < rounds; round++) {
        direct.push(await exchange(one))
        proxied.push(await exchange(other))
        freshDirect.push(await fresh(() => open(port)))
        freshProxied.push(await fresh(() => through(box.port)))
      }
      const most = await pour([`http://127.0.0.1:${source.port}/`])
      const much = await pour(["-px", `http://127.0.0.1:${box.port}`, `http://${ADDRESS}:${source.port}/`])
      const against = `p50 of ${rounds}, against a direct connection, through socat, the socket and the proxy`
      const figures: ReadonlyArray<Figure> = [
        {
          what: "egress adds to a request on a connection",
          value: median(proxied) - median(direct),
          unit: "ms",
          against,
          atMost: 2
        },
        {
          what: "egress adds to a new connection with a request",
          value: median(freshProxied) - median(freshDirect),
          unit: "ms",
          against,
          atMost: 5
        },
        {
          what: "egress takes for 100 MB",
          value: 100_000 / much,
          unit: "ms",
          against: `${much.toFixed(0)} MB/s of 512 MiB; direct ${most.toFixed(0)} MB/s`,
          atMost: 1000
        }
      ]
      return figures
    })
  }).pipe(
    Effect.provide(
      Layer.provide(Layer.effect(Egress, EgressProxy.make({})), SecretsLive.layer).pipe(
        Layer.provide(internet),
        Layer.provideMerge(settings())
      )
    )
  )
}).pipe(Effect.scoped)

if (import.meta.main) await report(measure)
