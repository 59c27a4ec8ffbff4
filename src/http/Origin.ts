/**
 * Which names a request may call this server by. Against DNS rebinding (a foreign name that resolves to this machine)
 * the `Host` must be one of ours; against other sites in the user's browser the `Origin`, where there is one, must be
 * the page's own.
 */
import { isLoopback } from "../domain/Config.ts"

export interface OwnNames {
  /** The host that was bound. */
  readonly bound: string
  /** The local address of the connection. */
  readonly local: string | undefined
  readonly publicUrl: string | undefined
  /** Entries `name` or `name:port`. */
  readonly allowed: ReadonlyArray<string>
}

const isWildcard = (host: string): boolean => host === "0.0.0.0" || host === "::"

/** The URL under which this machine reaches an address (a wildcard is reached over loopback). */
export const urlOf = (host: string, port: number): string => {
  const reachable = isWildcard(host) ? "127.0.0.1" : host
  return `http://${reachable.includes(":") ? `[${reachable}]` : reachable}:${port}`
}

/** `name`, without port, brackets and final dot, in lower case. */
const nameOf = (host: string): string => {
  const bare = /^\[(.*)\](?::\d+)?$/.exec(host)?.[1] ?? host.replace(/:\d+$/, "")
  return bare.toLowerCase().replace(/\.$/, "")
}

const publicUrl = (names: OwnNames): URL | undefined =>
  names.publicUrl !== undefined && URL.canParse(names.publicUrl) ? new URL(names.publicUrl) : undefined

/** An IPv4 connection on a dual-stack socket names itself `::ffff:1.2.3.4`. */
const plain = (address: string) => address.replace(/^::ffff:/i, "").toLowerCase()

export const hostAllowed = (host: string, names: OwnNames): boolean => {
  const name = nameOf(host)
  if (isLoopback(name)) return true
  if (!isWildcard(names.bound) && name === names.bound.toLowerCase()) return true
  if (names.local !== undefined && name === plain(names.local)) return true
  const ours = publicUrl(names)
  if (ours !== undefined && name === nameOf(ours.host)) return true
  return names.allowed.some((entry) => entry.toLowerCase() === host.toLowerCase() || entry.toLowerCase() === name)
}

/** `host` is the request's own, which has been allowed: a page of another port of this machine is foreign. */
export const originAllowed = (origin: string, host: string, names: OwnNames): boolean => {
  if (!/^https?:\/\//i.test(origin) || !URL.canParse(origin)) return false
  const url = new URL(origin)
  const own = `${url.protocol}//${host}`
  if (URL.canParse(own) && url.origin === new URL(own).origin) return true
  return url.origin === publicUrl(names)?.origin || names.allowed.some((entry) => entry.toLowerCase() === url.host)
}
