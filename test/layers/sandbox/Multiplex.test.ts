/** What a box could say to the supervisor's end of its relay, if the relay were not ours. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as http2 from "node:http2"
import * as net from "node:net"
import { duplexPair } from "node:stream"
import { serve } from "../../../src/layers/sandbox/Multiplex.ts"
import { hostDirectory } from "../../support/Boxes.ts"

const listen = (file: string) =>
  Effect.acquireRelease(
    Effect.callback<net.Server>((resume) => {
      const server = net.createServer((socket) => void socket.on("error", () => undefined).end("heard"))
      server.listen(file, () => resume(Effect.succeed(server)))
    }),
    (server) => Effect.sync(() => void server.close())
  )

const ends = (session: http2.ServerHttp2Session) =>
  Effect.callback<void>((resume) => {
    session.on("error", () => undefined)
    session.on("close", () => resume(Effect.void))
  })

/** What comes back for a request; the code by which it was cut off. */
const request = (client: http2.ClientHttp2Session, headers: http2.OutgoingHttpHeaders) =>
  Effect.callback<string>((resume) => {
    let heard = ""
    const stream = client.request(headers)
    stream.on("error", () => undefined)
    stream.on("data", (piece: Buffer) => (heard += piece.toString()))
    stream.end()
    stream.on("close", () => resume(Effect.succeed(stream.rstCode === 0 ? heard : `cut ${stream.rstCode}`)))
  })

describe("the supervisor's end of a relay", () => {
  it.live("leads to the box's own sockets and refuses every other name, path and method", () =>
    Effect.gen(function* () {
      const at = yield* hostDirectory
      yield* listen(at("model.sock"))
      yield* listen(at("other.sock"))
      const [inside, outside] = duplexPair()
      const session = serve(outside, { directory: at(""), sockets: ["model.sock"], ready: () => undefined })
      session.on("error", () => undefined)
      const client = http2.connect("http://supervisor", { createConnection: () => inside })
      const connect = (name: string) => request(client, { ":method": "CONNECT", ":authority": name })
      assert.strictEqual(yield* connect("model.sock"), "heard")
      const refused = `cut ${http2.constants.NGHTTP2_REFUSED_STREAM}`
      for (const name of ["other.sock", "../model.sock", "./model.sock", at("model.sock"), "__proto__"]) {
        assert.match(yield* connect(name), /^cut /, name)
      }
      assert.strictEqual(yield* request(client, { ":method": "GET", ":path": "/model.sock" }), refused)
      assert.strictEqual(yield* connect("model.sock"), "heard")
      client.destroy()
      session.destroy()
    })
  )

  it.live("ends a session that is none, and one that opens more streams than may be", () =>
    Effect.gen(function* () {
      const at = yield* hostDirectory
      const [rubbish, heard] = duplexPair()
      const none = serve(heard, { directory: at(""), sockets: [], ready: () => undefined })
      const ended = ends(none)
      rubbish.on("error", () => undefined)
      rubbish.resume().write(Buffer.alloc(100_000, "GET / HTTP/1.1\r\n\r\n"))
      yield* ended

      yield* Effect.acquireRelease(
        Effect.callback<net.Server>((resume) => {
          const server = net.createServer((socket) => void socket.on("error", () => undefined))
          server.listen(at("model.sock"), () => resume(Effect.succeed(server)))
        }),
        (server) => Effect.sync(() => void server.close())
      )
      const [inside, outside] = duplexPair()
      let led = 0
      const session = serve(outside, { directory: at(""), sockets: ["model.sock"], ready: () => undefined })
      session.on("error", () => undefined)
      session.on("stream", () => void led++)
      const client = http2.connect("http://supervisor", {
        createConnection: () => inside,
        peerMaxConcurrentStreams: 5000
      })
      client.on("error", () => undefined)
      for (let i = 0; i < 3000; i++) {
        client.request({ ":method": "CONNECT", ":authority": "model.sock" }).on("error", () => undefined)
      }
      yield* Effect.callback<void>((resume) => void client.ping(() => resume(Effect.void)))
      assert.isAtMost(led, 1024)
      client.destroy()
      session.destroy()
    })
  )
})
