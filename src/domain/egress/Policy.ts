/** What a box may reach, decided by name and port. Which address a name leads to is looked at later. Pure. */
import { Schema } from "effect"
import type { ChannelNetwork, NetworkPolicy } from "../Channel.ts"
import { type Host, innerKind, shownHost } from "./Address.ts"
import { matches, parse, type Pattern } from "./Pattern.ts"

/**
 * Why something is not let through: `closed` (network `none`), `not_listed` (a person may let it through), `taken_out` (a `!` entry),
 * `inner` (the name leads to an address that is none of the internet's), `unknown` (no such name), `unreachable` (nobody
 * answers there), `crowded` (too many connections at a time), `disguised` (what is said inside names another host),
 * `no_secret` (what has to be added to requests to it cannot be read).
 */
export const Refusal = Schema.Literals([
  "closed",
  "not_listed",
  "taken_out",
  "inner",
  "unknown",
  "unreachable",
  "crowded",
  "disguised",
  "no_secret"
])
export type Refusal = typeof Refusal.Type

/** A host that a person let through for a while, whatever the list says. */
export interface Grant {
  readonly host: string
  readonly port: number
}

/** The policies from the outermost to the innermost: the mode of the last that has one, and everything that any of them lists. */
export const merged = (global: NetworkPolicy, ...own: ReadonlyArray<ChannelNetwork | undefined>): NetworkPolicy => {
  let all = global
  for (const each of own) {
    if (each === undefined) continue
    all = {
      mode: each.mode ?? all.mode,
      allow: [...new Set([...all.allow, ...each.allow])],
      host_services: [...new Set([...all.host_services, ...each.host_services])],
      read_only_public: each.read_only_public ?? all.read_only_public ?? false
    }
  }
  return all
}

/** What is wrong with a channel's own part, as a sentence. */
export const faultOf = ({ allow, host_services }: ChannelNetwork): string | undefined => {
  const pattern = allow.map(parse).find((found) => typeof found === "string")
  if (pattern !== undefined) return `${pattern}.`
  const port = host_services.find((text) => !/^[1-9]\d{0,4}$/.test(text) || Number(text) > 65_535)
  return port === undefined ? undefined : `"${port}" is no port of the host, such as "5432".`
}

/** How long a host that was let through once stays so, in milliseconds. */
export const onceLasts = 3_600_000

/** A channel's own part with one more host on its list. */
export const listed = (own: ChannelNetwork | undefined, { host, port }: Grant): ChannelNetwork => {
  const entry = port === 443 || port === 80 ? host : `${host}:${port}`
  const { allow = [], host_services = [], ...rest } = own ?? {}
  return { ...rest, allow: allow.includes(entry) ? allow : [...allow, entry], host_services }
}

const compiled = new WeakMap<ReadonlyArray<string>, ReadonlyArray<Pattern>>()
const standard = ["bundle:standard"]

const patternsOf = (entries: ReadonlyArray<string>): ReadonlyArray<Pattern> => {
  const known = compiled.get(entries)
  if (known !== undefined) return known
  const patterns = entries.flatMap((entry) => {
    const found = parse(entry)
    return typeof found === "string" ? [] : found
  })
  compiled.set(entries, patterns)
  return patterns
}

/** Names that never are the internet's. https://www.rfc-editor.org/rfc/rfc6761, https://www.rfc-editor.org/rfc/rfc6762 */
const INNER_NAMES = /(^|\.)(localhost|local|internal|home\.arpa)$|^[^.]+$/

const isInner = (host: Host): boolean =>
  host._tag === "Name" ? INNER_NAMES.test(host.name) : innerKind(host.address) !== undefined

/** Undefined: let through. A refusal of a person's (`!`) stands above everything else. */
export const refusalOf = (
  policy: NetworkPolicy,
  grants: ReadonlyArray<Grant>,
  host: Host,
  port: number
): Refusal | undefined => {
  if (policy.mode === "none") return "closed"
  if (isInner(host)) return "inner"
  const asked = shownHost(host)
  const fitting = patternsOf(policy.allow).filter((pattern) => matches(pattern, asked, port))
  if (fitting.some(({ out }) => out)) return "taken_out"
  if (policy.mode === "open" || fitting.length > 0) return undefined
  if (patternsOf(standard).some((pattern) => matches(pattern, asked, port))) return undefined
  return grants.some((grant) => grant.host === asked && grant.port === port) ? undefined : "not_listed"
}
