/** What a box may ask the host's ssh-agent: which keys there are, and signatures. Pure. https://www.rfc-editor.org/rfc/rfc4253, https://datatracker.ietf.org/doc/draft-ietf-sshm-ssh-agent/ */

/** The socket's name in a process's directory, and where it is in the box. */
export const AGENT_SOCKET = "ssh-agent.sock"

export const agentEnv: Readonly<Record<string, string>> = { SSH_AUTH_SOCK: `/run/loop/${AGENT_SOCKET}` }

/** The operator's `ssh_agent_keys` that stands for every key. */
const EVERY = "*"

export const isOffered = (keys: ReadonlyArray<string>, fingerprint: string): boolean =>
  keys.includes(EVERY) || keys.includes(fingerprint)

/** As `ssh-keygen -lf` shows it. */
export const isFingerprint = (text: string): boolean => text === EVERY || /^SHA256:[A-Za-z0-9+/]{43}$/.test(text)

const [LIST, LISTED, SIGN] = [11, 12, 13] as const
export const FAILED: Uint8Array = Uint8Array.of(5)

/** A message without its length. `Other` covers everything that changes the agent or that nobody here knows. */
export type Wish =
  | { readonly _tag: "List" }
  | { readonly _tag: "Sign"; readonly key: Uint8Array; readonly purpose: string }
  | { readonly _tag: "Other"; readonly type: number | undefined }

/** A length-prefixed part at an offset, and where the next one begins; undefined where it does not fit. */
const part = (bytes: Uint8Array, at: number): { readonly bytes: Uint8Array; readonly next: number } | undefined => {
  if (at + 4 > bytes.length) return undefined
  const length = new DataView(bytes.buffer, bytes.byteOffset + at, 4).getUint32(0)
  const next = at + 4 + length
  return next > bytes.length ? undefined : { bytes: bytes.subarray(at + 4, next), next }
}

const printable = (bytes: Uint8Array): string =>
  new TextDecoder().decode(bytes.subarray(0, 64)).replaceAll(/[^\x20-\x7e]/g, "?")

/** What is to be signed, as far as it says so itself. https://www.rfc-editor.org/rfc/rfc4252#section-7 */
const purposeOf = (data: Uint8Array): string => {
  if (printable(data.subarray(0, 6)) === "SSHSIG") {
    const space = part(data, 6)
    return space === undefined ? "a signature" : `a signature for "${printable(space.bytes)}"`
  }
  const session = part(data, 0)
  const user = session !== undefined && data[session.next] === 50 ? part(data, session.next + 1) : undefined
  return user === undefined ? "something unknown" : `a login as "${printable(user.bytes)}"`
}

export const wishOf = (message: Uint8Array): Wish => {
  if (message[0] === LIST && message.length === 1) return { _tag: "List" }
  const key = message[0] === SIGN ? part(message, 1) : undefined
  const data = key === undefined ? undefined : part(message, key.next)
  // The flags, and nothing after them.
  if (key === undefined || data === undefined || data.next + 4 !== message.length) {
    return { _tag: "Other", type: message[0] }
  }
  return { _tag: "Sign", key: key.bytes, purpose: purposeOf(data.bytes) }
}

/** An agent's list of keys with those alone that `keep` keeps; undefined for what is no such list. */
export const listOnly = (answer: Uint8Array, keep: (key: Uint8Array) => boolean): Uint8Array | undefined => {
  if (answer[0] !== LISTED || answer.length < 5) return undefined
  const count = new DataView(answer.buffer, answer.byteOffset + 1, 4).getUint32(0)
  const kept: Array<Uint8Array> = []
  let at = 5
  for (let n = 0; n < count; n++) {
    const key = part(answer, at)
    const comment = key === undefined ? undefined : part(answer, key.next)
    if (key === undefined || comment === undefined) return undefined
    if (keep(key.bytes)) kept.push(answer.subarray(at, comment.next))
    at = comment.next
  }
  const whole = new Uint8Array(5 + kept.reduce((sum, { length }) => sum + length, 0))
  whole[0] = LISTED
  new DataView(whole.buffer).setUint32(1, kept.length)
  let to = 5
  for (const each of kept) {
    whole.set(each, to)
    to += each.length
  }
  return whole
}
