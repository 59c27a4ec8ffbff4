/** The two ways of a process that was started in a container by `exec`, as one stream. */
import { Duplex } from "node:stream"
import { makeDemultiplexer } from "./Frames.ts"

/** Bytes that may wait to be written: more than the window of a whole session. */
const AHEAD = 8 * 1024 * 1024

/**
 * Writes go to the process's input, reads come from its output; no faster than they are taken. Up to a bound a
 * write is done at once: a session of HTTP/2 does not read while it waits for one, so two that wait for each other would
 * wait for ever. `complaint` is given what
 * it writes to stderr. Destroying it closes the engine's connection, by which the process's input ends.
 */
export const make = (hijacked: Duplex, complaint: (piece: Buffer) => void): Duplex => {
  const split = makeDemultiplexer()
  const stream = new Duplex({
    read: () => void hijacked.resume(),
    write: (piece: Buffer, _, done) => {
      if (hijacked.writableLength > AHEAD) return void hijacked.write(piece, done)
      hijacked.write(piece)
      done()
    },
    final: (done) => void hijacked.end(done),
    destroy: (cause, done) => {
      hijacked.destroy()
      done(cause)
    }
  })
  hijacked.on("data", (chunk: Buffer) => {
    let full = false
    split(chunk, (output, piece) => {
      if (output === "stderr") complaint(piece)
      else if (!stream.push(piece)) full = true
    })
    if (full) hijacked.pause()
  })
  hijacked.on("end", () => stream.push(null))
  hijacked.on("error", (cause) => stream.destroy(cause))
  hijacked.on("close", () => stream.destroy())
  return stream
}
