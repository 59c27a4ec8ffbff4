/** Hosts and addresses in every spelling, and which addresses belong to the internet. Pure. */

export interface Address {
  readonly family: 4 | 6
  /** Four or sixteen bytes. */
  readonly bytes: ReadonlyArray<number>
  /** Its one canonical spelling, IPv6 without brackets. */
  readonly text: string
}

/** A host as a request names it: a name in lower-case ASCII without a dot at its end, or an address. */
export type Host =
  | { readonly _tag: "Name"; readonly name: string }
  | { readonly _tag: "Address"; readonly address: Address }

const NAME = /^(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*$/

const ipv4 = (text: string): ReadonlyArray<number> | undefined =>
  /^\d+\.\d+\.\d+\.\d+$/.test(text) ? text.split(".").map(Number) : undefined

/** The URL standard's own spelling comes in: groups in hex, one `::`. */
const ipv6 = (text: string): ReadonlyArray<number> => {
  const groups = (part: string) => (part === "" ? [] : part.split(":").map((group) => Number.parseInt(group, 16)))
  const [head = "", tail] = text.split("::")
  const before = groups(head)
  const after = tail === undefined ? [] : groups(tail)
  const gap = Array.from({ length: tail === undefined ? 0 : 8 - before.length - after.length }, () => 0)
  return [...before, ...gap, ...after].flatMap((group) => [group >> 8, group & 0xff])
}

/**
 * Reads a host the way programs do: the URL standard knows decimal, octal, hex and short forms of IPv4, full-width
 * digits and escapes. Undefined for what names no host. https://url.spec.whatwg.org/#host-parsing
 */
export const parseHost = (text: string): Host | undefined => {
  const bracketed = /^\[[0-9A-Fa-f:.]+\]$/.test(text)
  if (!bracketed && !/^[^\s/\\?#@:[\]]+$/u.test(text)) return undefined
  if (!URL.canParse(`http://${text}/`)) return undefined
  const host = new URL(`http://${text}/`).hostname
  if (host.startsWith("[")) {
    const inner = host.slice(1, -1)
    return { _tag: "Address", address: { family: 6, bytes: ipv6(inner), text: inner } }
  }
  const name = host.replace(/\.$/, "")
  const bytes = ipv4(name)
  if (bytes !== undefined) return { _tag: "Address", address: { family: 4, bytes, text: name } }
  return NAME.test(name) ? { _tag: "Name", name } : undefined
}

/** An address as a resolver or the system gives it; one with a zone is nobody's outside. */
export const parseAddress = (text: string): Address | undefined => {
  const host = parseHost(text.includes(":") ? `[${text}]` : text)
  return host?._tag === "Address" ? host.address : undefined
}

/** As in a URL. */
export const shownHost = (host: Host): string =>
  host._tag === "Name" ? host.name : host.address.family === 6 ? `[${host.address.text}]` : host.address.text

export const joinHost = (host: Host, port: number): string => `${shownHost(host)}:${port}`

type Block = readonly [prefix: ReadonlyArray<number>, bits: number, kind: string]

/** https://www.iana.org/assignments/iana-ipv4-special-registry, multicast, and one metadata service of a cloud. */
const INNER_4: ReadonlyArray<Block> = [
  [[0], 8, "unspecified"],
  [[10], 8, "private"],
  [[100, 64], 10, "shared (CGNAT)"],
  [[127], 8, "loopback"],
  [[168, 63, 129, 16], 32, "metadata"],
  [[169, 254], 16, "link-local"],
  [[172, 16], 12, "private"],
  [[192, 0, 0], 24, "reserved"],
  [[192, 0, 2], 24, "documentation"],
  [[192, 88, 99], 24, "6to4"],
  [[192, 168], 16, "private"],
  [[198, 18], 15, "benchmarking"],
  [[198, 51, 100], 24, "documentation"],
  [[203, 0, 113], 24, "documentation"],
  [[224], 4, "multicast"],
  [[240], 4, "reserved"]
]

/** https://www.iana.org/assignments/iana-ipv6-special-registry; the first that fits tells the kind. */
const INNER_6: ReadonlyArray<Block> = [
  [[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], 128, "unspecified"],
  [[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1], 128, "loopback"],
  [[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff], 96, "IPv4-mapped"],
  [[0, 0x64, 0xff, 0x9b], 32, "NAT64"],
  [[0xfc], 7, "private"],
  [[0xfe, 0x80], 10, "link-local"],
  [[0xfe, 0xc0], 10, "site-local"],
  [[0xff], 8, "multicast"],
  [[0x20, 0x01, 0, 0], 32, "Teredo"],
  [[0x20, 0x01, 0], 23, "reserved"],
  [[0x20, 0x01, 0x0d, 0xb8], 32, "documentation"],
  [[0x20, 0x02], 16, "6to4"],
  [[0x3f, 0xff, 0], 20, "documentation"]
]

const within = (bytes: ReadonlyArray<number>, [prefix, bits]: Block): boolean => {
  for (let bit = 0; bit < bits; bit++) {
    const mask = 0x80 >> (bit & 7)
    if (((bytes[bit >> 3] ?? 0) & mask) !== ((prefix[bit >> 3] ?? 0) & mask)) return false
  }
  return true
}

/** Undefined for an address of the internet; else what it is instead. Of IPv6 only 2000::/3 is given out. */
export const innerKind = ({ bytes, family }: Address): string | undefined => {
  const block = (family === 4 ? INNER_4 : INNER_6).find((each) => within(bytes, each))
  if (block !== undefined) return block[2]
  return family === 4 || (bytes[0] ?? 0) >> 5 === 1 ? undefined : "reserved"
}
