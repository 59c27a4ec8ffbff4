/** Answers of a host that was given a secret: its value does not come back in them. */
import type { IncomingMessage } from "node:http"
import { type Duplex, Transform } from "node:stream"
import * as zlib from "node:zlib"
import { type Form, formsOf, hide, openEnd } from "../../domain/secrets/Forms.ts"
import type { Headers } from "../relay/Headers.ts"

/** Of the same length, so that lengths that were said before stay right. */
const stars = ({ text }: Form): string => "*".repeat(text.length)

/** `values`: what was sent, by name. Each byte is one character here. */
export const formsIn = (values: Readonly<Record<string, string>>): ReadonlyArray<Form> =>
  Object.entries(values)
    .flatMap(([name, value]) => formsOf(name, value))
    .sort((a, b) => b.text.length - a.text.length)

export const inHeaders = (headers: Headers, forms: ReadonlyArray<Form>): Headers =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      typeof value === "string" ? hide(value, forms, stars) : value.map((each) => hide(each, forms, stars))
    ])
  )

/** Passes everything on at once but what may be the beginning of a value. */
export const inBody = (forms: ReadonlyArray<Form>): Transform => {
  let open = ""
  return new Transform({
    transform: (piece: Buffer, _encoding, done) => {
      const text = hide(open + piece.toString("latin1"), forms, stars)
      const kept = openEnd(text, forms)
      open = text.slice(text.length - kept)
      done(null, Buffer.from(text.slice(0, text.length - kept), "latin1"))
    },
    flush: (done) => done(null, Buffer.from(open, "latin1"))
  })
}

/**
 * What undoes an answer's encoding, which it has although none was asked for; null: it has none. Undefined: nobody here
 * can look into it.
 */
export const decoder = (answer: IncomingMessage): Duplex | null | undefined => {
  switch ((answer.headers["content-encoding"] ?? "identity").trim().toLowerCase()) {
    case "":
    case "identity":
      return null
    case "gzip":
    case "x-gzip":
      return zlib.createGunzip()
    case "deflate":
      return zlib.createInflate()
    case "br":
      return zlib.createBrotliDecompress()
    case "zstd":
      return zlib.createZstdDecompress()
    default:
      return undefined
  }
}
