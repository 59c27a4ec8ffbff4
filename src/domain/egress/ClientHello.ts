/** Reads the server's name out of the first bytes of a TLS connection. Pure. https://www.rfc-editor.org/rfc/rfc8446#section-4.1.2 */

/**
 * `Other`: no TLS. `More`: not all is there yet. `Named`: a whole ClientHello; `name` is null where it names no server or
 * cannot be read.
 */
export type Reading =
  | { readonly _tag: "Other" }
  | { readonly _tag: "More" }
  | { readonly _tag: "Named"; readonly name: string | null }

const HANDSHAKE = 22
/** Kinds of records: a greeting that begins with another one is made to be misread. */
const RECORDS = new Set([20, 21, 22, 23, 24])
const CLIENT_HELLO = 1
const SERVER_NAME = 0
/** More than any client sends, key shares and tickets included. */
const LONGEST = 64 * 1024

const other: Reading = { _tag: "Other" }
const more: Reading = { _tag: "More" }
const named = (name: string | null): Reading => ({ _tag: "Named", name })

/** The handshake's bytes out of the records that carry them; undefined where a record is of another kind. */
const handshake = (bytes: Uint8Array): Uint8Array | undefined => {
  const parts: Array<number> = []
  let at = 0
  while (at + 5 <= bytes.length) {
    if (bytes[at] !== HANDSHAKE || bytes[at + 1] !== 3) return undefined
    const end = at + 5 + ((bytes[at + 3] ?? 0) << 8) + (bytes[at + 4] ?? 0)
    parts.push(...bytes.subarray(at + 5, Math.min(end, bytes.length)))
    at = end
  }
  return Uint8Array.from(parts)
}

/** Walks over fields of the hello; reading beyond its end gives NaN, which fits nothing. */
class Cursor {
  readonly view: Uint8Array
  at: number
  constructor(view: Uint8Array, at: number) {
    this.view = view
    this.at = at
  }
  number(bytes: number): number {
    let value = 0
    for (let index = 0; index < bytes; index++) value = value * 256 + (this.view[this.at++] ?? Number.NaN)
    return value
  }
  skip(lengthBytes: number): void {
    const length = this.number(lengthBytes)
    this.at += length
  }
}

const nameIn = (hello: Uint8Array): string | null => {
  const cursor = new Cursor(hello, 4 + 2 + 32)
  cursor.skip(1)
  cursor.skip(2)
  cursor.skip(1)
  const end = cursor.number(2) + cursor.at
  let found: string | null = null
  while (cursor.at + 4 <= end) {
    const kind = cursor.number(2)
    const next = cursor.number(2) + cursor.at
    if (kind === SERVER_NAME) {
      // A second one would be read by one side and not by the other.
      if (found !== null) return null
      cursor.at += 2
      const type = cursor.number(1)
      const length = cursor.number(2)
      if (type !== 0 || cursor.at + length !== next) return null
      found = String.fromCharCode(...hello.subarray(cursor.at, next))
    }
    cursor.at = next
  }
  return cursor.at === end ? found : null
}

export const read = (bytes: Uint8Array): Reading => {
  if (bytes.length === 0) return more
  if (bytes[0] !== HANDSHAKE) return RECORDS.has(bytes[0] ?? 0) ? named(null) : other
  if (bytes.length > LONGEST) return named(null)
  const message = handshake(bytes)
  if (message === undefined) return named(null)
  if (message.length < 4) return more
  if (message[0] !== CLIENT_HELLO) return named(null)
  const length = 4 + ((message[1] ?? 0) << 16) + ((message[2] ?? 0) << 8) + (message[3] ?? 0)
  return message.length < length ? more : named(nameIn(message.subarray(0, length)))
}
