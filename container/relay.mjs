/**
 * In the box, where the supervisor's sockets cannot be mounted: makes sockets of the same names and carries each connection
 * to one of them over its own standard input and output, as a CONNECT of HTTP/2, to the supervisor, which reads this file
 * and hands it over with `docker exec`, so that both ends are always of one version. It runs as a user of its own: the agent can
 * connect, and neither replace a socket nor touch the relay. Arguments: the directory, then the sockets' names.
 */
import * as fs from "node:fs"
import * as http2 from "node:http2"
import * as net from "node:net"
import * as path from "node:path"
import { Duplex } from "node:stream"

/** Connections of one socket at a time; above it they are closed unheard. */
const CROWD = 256
/** Bytes that may be on their way on one connection without having been taken. */
const WINDOW = 256 * 1024
/** Bytes that may wait to be written: more than all connections' window together. */
const AHEAD = 32 * WINDOW
/** Milliseconds without a word of the supervisor, which pings far more often. */
const SILENCE = 45_000

// What a list of processes shows, in the place of the whole program.
process.title = "loop-relay"
const [directory, ...names] = process.argv.slice(1)

/** The relay of an earlier supervisor, that may not know yet that nobody hears it. Only relays run as this user. */
const displace = () => {
  const file = path.join(directory, ".relay")
  try {
    const earlier = Number(fs.readFileSync(file, "utf8"))
    if (earlier > 1 && earlier !== process.pid) process.kill(earlier, "SIGKILL")
  } catch {
    // There is none.
  }
  fs.writeFileSync(file, String(process.pid))
}

const input = new net.Socket({ fd: 0, readable: true, writable: false })
const output = new net.Socket({ fd: 1, readable: false, writable: true })

/**
 * Both as one. A session of HTTP/2 does not read while it waits for a write, so two that wait for each other would wait for
 * ever: what is written is taken at once. It is bounded by what the other side's window lets be on its way.
 */
const line = new Duplex({
  read: () => void input.resume(),
  write: (piece, _, done) => {
    if (output.writableLength > AHEAD) return void output.write(piece, done)
    output.write(piece)
    done()
  }
})

// Without a supervisor nobody hears: whoever connects is to be refused at once.
const end = () => process.exit(0)
const silence = setTimeout(end, SILENCE)
input.on("data", (piece) => {
  silence.refresh()
  if (!line.push(piece)) input.pause()
})
for (const side of [input, output]) side.on("error", end).on("close", end)
input.on("end", end)

let session

/** Bytes both ways as fast as the slower side takes them, half-closed where one side is. */
const carry = (name) => (socket) => {
  if (session.closed || session.destroyed) return void socket.destroy()
  const stream = session.request({ ":method": "CONNECT", ":authority": name })
  socket.on("error", () => stream.close(http2.constants.NGHTTP2_CANCEL))
  stream.on("error", () => socket.destroy())
  // What ended in order is still on its way.
  socket.on("close", () => {
    if (!socket.readableEnded || !socket.writableFinished) stream.close(http2.constants.NGHTTP2_CANCEL)
  })
  stream.on("close", () => (stream.readableEnded ? socket.destroySoon() : socket.destroy()))
  socket.pipe(stream)
  stream.pipe(socket)
}

const listen = (name) =>
  new Promise((resolve, reject) => {
    const socket = path.join(directory, name)
    fs.rmSync(socket, { force: true })
    const server = net.createServer({ allowHalfOpen: true }, carry(name))
    server.maxConnections = CROWD
    server.once("error", reject)
    server.listen(socket, () => {
      fs.chmodSync(socket, 0o666)
      resolve()
    })
  })

displace()
session = http2.connect("http://supervisor", {
  createConnection: () => line,
  settings: { enablePush: false, initialWindowSize: WINDOW },
  maxSessionMemory: 256
})
session.on("connect", () => session.setLocalWindowSize(16 * WINDOW))
for (const event of ["error", "goaway", "close"]) session.on(event, end)
for (const name of names) await listen(name)
// The supervisor takes it as the sign that all of them stand.
session.request({ ":method": "CONNECT", ":authority": "ready" }).on("error", end).resume().end()
