/** Reading what a box writes: the engine's multiplexed frames, and lines of any length. Pure state machines. */

/** Which stream a piece belongs to. */
export type Output = "stdout" | "stderr"

/** Cuts the engine's stream (8-byte header: kind, three zeros, length; then the payload) into its pieces. */
export const makeDemultiplexer = () => {
  let rest: Buffer = Buffer.alloc(0)
  let wanted = 0
  let output: Output = "stdout"
  return (chunk: Buffer, emit: (output: Output, piece: Buffer) => void): void => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    for (;;) {
      if (wanted === 0) {
        if (rest.length < 8) return
        output = rest[0] === 2 ? "stderr" : "stdout"
        wanted = rest.readUInt32BE(4)
        rest = rest.subarray(8)
        if (wanted === 0) continue
      }
      // A long frame is passed on as it comes, not gathered.
      if (rest.length === 0) return
      const piece = rest.subarray(0, wanted)
      emit(output, piece)
      wanted -= piece.length
      rest = rest.subarray(piece.length)
    }
  }
}

const NEWLINE = 0x0a

/** Gathers lines. A line is decoded as a whole, so a character cut by a chunk's end stays whole. */
export const makeLineSplitter = () => {
  let parts: Array<Buffer> = []
  const take = (tail: Buffer): string => {
    const line = parts.length === 0 ? tail.toString("utf8") : Buffer.concat([...parts, tail]).toString("utf8")
    parts = []
    return line
  }
  return {
    push: (piece: Buffer): ReadonlyArray<string> => {
      const lines: Array<string> = []
      let from = 0
      for (let at = piece.indexOf(NEWLINE); at !== -1; at = piece.indexOf(NEWLINE, from)) {
        lines.push(take(piece.subarray(from, at)))
        from = at + 1
      }
      if (from < piece.length) parts.push(Buffer.from(piece.subarray(from)))
      return lines
    },
    /** What is left without a newline at the end. */
    end: (): ReadonlyArray<string> => (parts.length === 0 ? [] : [take(Buffer.alloc(0))])
  }
}

/** Keeps the last `limit` bytes. */
export const makeTail = (limit: number) => {
  let kept: Buffer = Buffer.alloc(0)
  return {
    push: (piece: Buffer): void => {
      const all = Buffer.concat([kept, piece])
      kept = all.length > limit ? Buffer.from(all.subarray(all.length - limit)) : all
    },
    text: (): string => kept.toString("utf8")
  }
}
