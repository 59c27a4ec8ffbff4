/** Two connections made one: bytes both ways as fast as the slower side takes them, half-closed where one side is. */
import type { Socket } from "node:net"
import { read } from "../../domain/egress/ClientHello.ts"

/** How long a connection that one side has closed may stay silent, in milliseconds. */
const HALF_CLOSED = 120_000

/** Whether the first words of a client, once enough of them are there, may go on; undefined: more is needed. */
export type Gate = (heard: Buffer) => boolean | undefined

/**
 * No TLS for another server than `name`: machines of many servers let the name inside decide, whatever was asked for
 * outside. What is no TLS at all passes.
 */
export const namesOnly =
  (name: string): Gate =>
  (heard) => {
    const reading = read(heard)
    if (reading._tag === "More") return undefined
    return reading._tag === "Other" || reading.name?.toLowerCase().replace(/\.$/, "") === name
  }

/** Sends what `inner` says on to `outer` once the gate has let its first words through. */
const guarded = (inner: Socket, outer: Socket, gate: Gate, refused: () => void): void => {
  let heard: Buffer = Buffer.alloc(0)
  const go = () => {
    inner.off("data", hear)
    inner.off("end", go)
    inner.pause()
    if (heard.length > 0) outer.write(heard)
    inner.pipe(outer)
  }
  const hear = (piece: Buffer) => {
    heard = heard.length === 0 ? piece : Buffer.concat([heard, piece])
    const verdict = gate(heard)
    if (verdict === true) return go()
    if (verdict === undefined) return
    refused()
    inner.destroy()
  }
  inner.on("data", hear)
  // Less than a greeting, and nothing more to come.
  inner.once("end", go)
}

/** Completes when both are closed; never rejects. */
export const join = (inner: Socket, outer: Socket, gate?: Gate, refused: () => void = () => undefined): Promise<void> =>
  new Promise((resolve) => {
    let open = 2
    const halve = () => {
      for (const socket of [inner, outer]) socket.setTimeout(HALF_CLOSED, () => socket.destroy())
    }
    for (const [one, other] of [
      [inner, outer],
      [outer, inner]
    ] as const) {
      one.on("error", () => other.destroy())
      one.once("end", halve)
      one.once("close", () => {
        other.destroy()
        if (--open === 0) resolve()
      })
    }
    outer.pipe(inner)
    if (gate === undefined) inner.pipe(outer)
    else guarded(inner, outer, gate, refused)
    if (inner.destroyed) outer.destroy()
    if (outer.destroyed) inner.destroy()
  })
