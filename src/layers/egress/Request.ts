/** What a request to the proxy asks for, and what makes it unfit. Pure. */
import type { IncomingMessage } from "node:http"
import { type Host, parseHost, shownHost } from "../../domain/egress/Address.ts"

export interface Target {
  readonly host: Host
  readonly port: number
}

const portOf = (text: string | undefined, fallback: number | undefined): number | undefined => {
  if (text === undefined || text === "") return fallback
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0
  return port >= 1 && port <= 65_535 ? port : undefined
}

/** `host:port`; undefined for anything else. Without a port there must be a usual one. */
export const authority = (text: string, usual?: number): Target | undefined => {
  const [, named = "", port] = /^(\[[^\]]*\]|[^:]*)(?::(\d*))?$/.exec(text) ?? []
  const host = parseHost(named)
  const number = portOf(port, usual)
  return host === undefined || number === undefined ? undefined : { host, port: number }
}

/** The path is passed on as it is: nobody may read it in another way than the server. */
export interface Asked extends Target {
  readonly path: string
}

export const absolute = (url: string): Asked | undefined => {
  const [, place, path = ""] = /^http:\/\/([^/?#\\]+)([/?][^#]*)?$/i.exec(url) ?? []
  const target = place === undefined ? undefined : authority(place, 80)
  return target === undefined ? undefined : { ...target, path: path.startsWith("/") ? path : `/${path}` }
}

/** A `Host` that names another server than the target means that somebody on the way is to be deceived. */
export const hostAgrees = (request: IncomingMessage, { host, port }: Target, usual: number): boolean => {
  const all = request.rawHeaders.filter((_, index, raw) => index % 2 === 0 && raw[index]?.toLowerCase() === "host")
  if (all.length > 1) return false
  const given = request.headers.host
  if (given === undefined || given === "") return true
  const named = authority(given, port)
  if (named === undefined) return false
  return shownHost(named.host) === shownHost(host) && (named.port === port || (port !== usual && !given.includes(":")))
}
