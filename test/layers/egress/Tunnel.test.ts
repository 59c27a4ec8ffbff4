import { assert, layer } from "@effect/vitest"
import { Deferred, Effect } from "effect"
import { randomBytes } from "node:crypto"
import * as net from "node:net"
import * as tls from "node:tls"
import * as Line from "../../support/egress/Line.ts"
import * as StandIn from "../../support/egress/StandIn.ts"
import {
  real,
  Certs,
  world,
  newId,
  SITE,
  get,
  status,
  listed,
  echo,
  read,
  closed,
  nextRound
} from "../../support/egress/World.ts"

layer(world(), real)("a connection through the proxy", (it) => {
  it.effect("carries bytes both ways, and a direction goes on when the other has ended", () =>
    Effect.gen(function* () {
      yield* echo
      const line = yield* Line.open(newId(), listed)
      const { client, head } = yield* Line.connect(line.socket, "echo.example.com:7")
      assert.strictEqual(status(head), "HTTP/1.1 200 Connection established")
      const sent = randomBytes(300_000)
      client.end(sent)
      const back = yield* read(client, sent.length)
      assert.isTrue(back.equals(sent))
      yield* closed(client)
      assert.deepInclude(line.decisions, { host: "echo.example.com", port: 7, refusal: null })
    })
  )

  it.effect("holds a fast side back while the slow side does not read", () =>
    Effect.gen(function* () {
      const outer = yield* StandIn.Outer
      const gone = yield* Deferred.make<number>()
      outer.name("echo.example.com", "93.184.216.36")
      const server = net.createServer((socket) => {
        socket.on("error", () => undefined)
        // Sends until it is told to wait.
        let sent = 0
        while (sent < 256 * 1024 * 1024 && socket.write(Buffer.alloc(1024 * 1024))) sent += 1024 * 1024
        socket.once("drain", () => {
          let later = 0
          while (later < 64 && socket.write(Buffer.alloc(1024 * 1024))) later++
        })
        Deferred.doneUnsafe(gone, Effect.succeed(sent))
        socket.on("close", () => undefined)
      })
      yield* outer.serve("93.184.216.36", 7, server)
      const line = yield* Line.open(newId(), listed)
      const { client } = yield* Line.connect(line.socket, "echo.example.com:7")
      // Nobody reads from `client`; what the server could get rid of stays in the buffers on the way.
      assert.isBelow(yield* Deferred.await(gone), 64 * 1024 * 1024)
      client.destroy()
    })
  )

  it.effect("lets TLS for the named server through, and not for another one behind the same address", () =>
    Effect.gen(function* () {
      const outer = yield* StandIn.Outer
      const { ca, cert, key } = yield* Certs
      const names: Array<string> = []
      const server = tls.createServer(
        { cert, key, SNICallback: (name, done) => (names.push(name), done(null)) },
        (socket) => {
          socket.on("error", () => undefined)
          socket.end("secret")
        }
      )
      outer.name("site.example.com", SITE)
      yield* outer.serve(SITE, 443, server)
      const line = yield* Line.open(newId(), listed)
      const talk = Effect.fnUntraced(function* (servername: string) {
        const { client } = yield* Line.connect(line.socket, "site.example.com:443")
        return yield* Effect.callback<string>((resume) => {
          let heard = ""
          const secured = tls.connect({ socket: client, ca, servername })
          secured.on("data", (piece: Buffer) => (heard += piece.toString()))
          for (const over of ["end", "error", "close"]) {
            secured.once(over, () => {
              client.destroy()
              resume(Effect.succeed(heard))
            })
          }
        })
      })
      assert.strictEqual(yield* talk("site.example.com"), "secret")
      assert.strictEqual(yield* talk("other.example.com"), "")
      assert.strictEqual(yield* talk(""), "")
      assert.deepStrictEqual(names, ["site.example.com"])
      // Told when the connection has ended on both sides, which may be a moment later.
      const refused = () => line.decisions.filter(({ refusal }) => refusal !== null).map(({ refusal }) => refusal)
      yield* Effect.repeat(nextRound, { while: () => refused().length < 2 })
      assert.deepStrictEqual(refused(), ["disguised", "disguised"])
    })
  )

  it.effect("refuses more connections than one process may have, and takes new ones when some are gone", () =>
    Effect.gen(function* () {
      yield* echo
      const line = yield* Line.open(newId(), listed)
      const open = Line.connect(line.socket, "echo.example.com:7")
      const all = yield* Effect.forEach(Array.from({ length: 256 }), () => open, { concurrency: 32 })
      assert.isTrue(all.every(({ head }) => head.startsWith("HTTP/1.1 200")))
      const { head } = yield* open
      assert.match(head, /^HTTP\/1\.1 503 .*too many connections/)
      const [first] = all
      first?.client.destroy()
      yield* closed(first?.client ?? new net.Socket())
      const again = yield* Effect.repeat(open, { until: (answer) => answer.head.startsWith("HTTP/1.1 200") })
      assert.strictEqual(status(again.head), "HTTP/1.1 200 Connection established")
      for (const { client } of all) client.destroy()
    })
  )

  it.effect("closes everything that goes through it with its process", () =>
    Effect.gen(function* () {
      yield* echo
      const client = yield* Effect.scoped(
        Effect.gen(function* () {
          const line = yield* Line.open(newId(), listed)
          return (yield* Line.connect(line.socket, "echo.example.com:7")).client
        })
      )
      yield* closed(client)
    })
  )

  it.effect("is not there at all with network none", () =>
    Effect.gen(function* () {
      const line = yield* Line.open(newId(), Line.policy({ mode: "none", host_services: ["5432"] }))
      assert.strictEqual(yield* Line.say(line.socket, get("site.example.com/")), "")
    })
  )
})
