/** Entries of `network.allow`: `host`, `*.host`, `host:port`, `bundle:name`, each with `!` in front to take it out. */
import { parseHost, shownHost } from "./Address.ts"
import { bundle, bundleNames, isBundle } from "./Bundles.ts"

export interface Pattern {
  /** Taken out, whatever else lets it through. */
  readonly out: boolean
  /** All names below `host`, and not `host` itself. */
  readonly below: boolean
  readonly host: string
  /** Null: 443 and 80. */
  readonly port: number | null
}

const WEB = new Set([443, 80])

const portIn = (text: string): number | undefined => {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0
  return port >= 1 && port <= 65_535 ? port : undefined
}

const one = (text: string, out: boolean): Pattern | string => {
  const [, star, named = "", , port] = /^(\*\.)?(\[[^\]]*\]|[^:]*)(:(.*))?$/.exec(text) ?? []
  const host = parseHost(named)
  const number = port === undefined ? null : portIn(port)
  if (host === undefined || number === undefined || named.includes("*")) {
    return `"${text}" is not "host", "*.host", "host:port" or "bundle:name"`
  }
  if (star !== undefined && (host._tag === "Address" || !host.name.includes("."))) {
    return `"${text}" would let through too much; name the host, or write network: "open"`
  }
  return { out, below: star !== undefined, host: shownHost(host), port: number }
}

/** What an entry stands for, or what is wrong with it. */
export const parse = (text: string): ReadonlyArray<Pattern> | string => {
  const out = text.startsWith("!")
  const bare = out ? text.slice(1) : text
  if (!bare.startsWith("bundle:")) {
    const pattern = one(bare, out)
    return typeof pattern === "string" ? pattern : [pattern]
  }
  const name = bare.slice("bundle:".length)
  if (!isBundle(name)) return `There is no bundle "${name}"; there are ${bundleNames.join(", ")}`
  return bundle(name).flatMap((each) => {
    const pattern = one(each, out)
    return typeof pattern === "string" ? [] : [pattern]
  })
}

/** `host` as `shownHost` writes it. */
export const matches = ({ below, host, port }: Pattern, asked: string, askedPort: number): boolean =>
  (port === null ? WEB.has(askedPort) : port === askedPort) && (below ? asked.endsWith(`.${host}`) : asked === host)
