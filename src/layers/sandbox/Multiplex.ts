/**
 * The supervisor's end of a box's relay (`container/relay.mjs`): each CONNECT of an HTTP/2 session is led to the socket of
 * that name in the process's own directory, and to nothing else.
 */
import * as http2 from "node:http2"
import * as net from "node:net"
import * as path from "node:path"
import type { Duplex } from "node:stream"

/** Connections of one box at a time: four sockets' worth of what the relay lets in. Above it streams are refused. */
const CROWD = 1024
/** Bytes that a box may have sent on one connection without anybody having taken them. */
const WINDOW = 256 * 1024

const { NGHTTP2_CANCEL, NGHTTP2_REFUSED_STREAM } = http2.constants

/** The relay's first stream: its sockets stand. */
export const READY = "ready"

/** Bytes both ways as fast as the slower side takes them, half-closed where one side is. */
const couple = (stream: http2.ServerHttp2Stream, socket: net.Socket): void => {
  stream.on("error", () => socket.destroy())
  // What ended in order is still on its way.
  stream.on("close", () => void (stream.readableEnded ? socket.destroySoon() : socket.destroy()))
  socket.on("error", () => stream.close(NGHTTP2_CANCEL))
  socket.on("close", () => {
    if (!socket.readableEnded || !socket.writableFinished) stream.close(NGHTTP2_CANCEL)
  })
  stream.pipe(socket)
  socket.pipe(stream)
}

/** Serves a relay over `line` until either ends; `ready` is called when the box's sockets stand. */
export const serve = (
  line: Duplex,
  {
    directory,
    ready,
    sockets
  }: {
    readonly directory: string
    readonly sockets: ReadonlyArray<string>
    readonly ready: () => void
  }
): http2.ServerHttp2Session => {
  const session = http2.performServerHandshake(line, {
    settings: { maxConcurrentStreams: CROWD, initialWindowSize: WINDOW, enablePush: false },
    maxSessionMemory: 256,
    // Programs that come and go in a hurry reset many streams, and harm only their own box by it.
    streamResetBurst: 10_000,
    streamResetRate: 1_000
  })
  session.setLocalWindowSize(16 * WINDOW)
  session.on("stream", (stream, headers) => {
    const name = headers[":authority"] ?? ""
    stream.on("error", () => undefined)
    if (headers[":method"] !== "CONNECT") return stream.close(NGHTTP2_REFUSED_STREAM)
    if (name === READY) {
      stream.respond({ ":status": 200 }, { endStream: true })
      stream.resume()
      return ready()
    }
    if (!sockets.includes(name)) return stream.close(NGHTTP2_REFUSED_STREAM)
    stream.respond({ ":status": 200 })
    couple(stream, net.connect({ path: path.join(directory, name), allowHalfOpen: true }))
  })
  return session
}
