/**
 * A credential on its way back. The API itself never repeats it, but gateways put before it do, in their words about a key
 * that they refuse or in headers for debugging. Only its exact bytes are known here, which is why answers are asked for
 * uncompressed. As many asterisks stand in its place, so that lengths hold.
 */
import { Transform } from "node:stream"
import type { Credentials, Headers } from "./Headers.ts"

/** Anything shorter is nobody's credential, and would be found in any text. */
const SHORTEST = 8
const ASTERISK = 0x2a

export const secretsOf = ({ apiKey, oauthToken }: Credentials): ReadonlyArray<Buffer> =>
  [apiKey, oauthToken].filter(({ length }) => length >= SHORTEST).map((secret) => Buffer.from(secret))

const stars = (text: string, secret: Buffer): string => text.replaceAll(secret.toString(), "*".repeat(secret.length))

export const maskHeaders = (headers: Headers, secrets: ReadonlyArray<Buffer>): Headers => {
  const clean = (text: string): string => secrets.reduce(stars, text)
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, typeof value === "string" ? clean(value) : value.map(clean)])
  )
}

/** How many bytes at the end may be the beginning of one. */
const begun = (data: Buffer, secrets: ReadonlyArray<Buffer>): number => {
  let most = 0
  for (const secret of secrets) {
    for (let length = Math.min(secret.length - 1, data.length); length > most; length--) {
      if (data.subarray(-length).equals(secret.subarray(0, length))) most = length
    }
  }
  return most
}

/** Each piece goes on at once, but for what may be the beginning of a secret: that waits for the next. */
export const maskBody = (secrets: ReadonlyArray<Buffer>): Transform => {
  let held: Buffer = Buffer.alloc(0)
  return new Transform({
    transform(piece: Buffer, _, done) {
      const data = Buffer.concat([held, piece])
      for (const secret of secrets) {
        for (let at = data.indexOf(secret); at >= 0; at = data.indexOf(secret, at)) {
          data.fill(ASTERISK, at, at + secret.length)
        }
      }
      const rest = begun(data, secrets)
      held = data.subarray(data.length - rest)
      done(null, data.subarray(0, data.length - rest))
    },
    flush(done) {
      done(null, held)
    }
  })
}
